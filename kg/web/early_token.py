"""The token of a form that carries a file, before the file has arrived.

A browser's form cannot send an Authorization header, so that a large file would be
refused before anybody knows who sends it. The form of the page has the token as its
first field; it is read from the first bytes of the body.

Source: RFC 7578 (multipart/form-data).
"""

from __future__ import annotations

from typing import Final

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import (
    Data,
    Field,
    MultipartDecoder,
    NeedData,
    Preamble,
)

EARLY_BYTES: Final = 16 * 1024


def boundary_of(content_type: bytes) -> bytes:
    """The boundary of a multipart form, "" for anything else."""
    kind, options = parse_options_header(content_type.decode("latin-1"))
    if kind != "multipart/form-data":
        return b""
    return options.get("boundary", "").encode("latin-1", "ignore")


def early_token(start: bytes, boundary: bytes) -> str | None:
    """The token that is the first field of a form.

    Args:
        start: the first bytes of the body.
        boundary: of its parts.

    Returns:
        ``None`` while the field is not whole; "" if the first field is another one.
    """
    decoder = MultipartDecoder(boundary)
    value = b""
    is_token = False
    try:
        decoder.receive_data(start[:EARLY_BYTES])
        while True:
            event = decoder.next_event()
            if isinstance(event, Field):
                if event.name != "token":
                    return ""
                is_token = True
            elif is_token and isinstance(event, Data):
                value += event.data
                if not event.more_data:
                    return value.decode("utf-8", "replace")
            elif isinstance(event, NeedData):
                return None if len(start) < EARLY_BYTES else ""
            elif not isinstance(event, Preamble):
                return ""
    except ValueError:
        return ""
