"""Content codings: gzip and Zstandard, for what is long enough to gain.

Source: RFC 9110, section 12.5.3; RFC 8878.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Callable
from typing import Final

import zstandard
from flask import Flask, Response, request
from werkzeug.http import parse_accept_header

from kg.query.cache import Kept

MIN_BYTES: Final = 1024
_CODINGS: Final[tuple[tuple[str, Callable[[bytes], bytes]], ...]] = (
    ("zstd", lambda body: zstandard.ZstdCompressor(level=3).compress(body)),
    ("gzip", lambda body: gzip.compress(body, compresslevel=4, mtime=0)),
)
_WORTH: Final = ("text/", "application/json", "application/sparql-results+", "+xml")
_ALSO_WORTH: Final = frozenset(
    {"application/n-triples", "application/ld+json", "application/rdf+xml"}
    | {"application/xml", "application/javascript", "image/svg+xml"}
)


@functools.lru_cache(maxsize=256)
def coding_for(accept_encoding: str) -> str:
    """The coding a client likes best that we have; empty for none."""
    accepted = parse_accept_header(accept_encoding)
    best, coding = 0.0, ""
    for name, _ in _CODINGS:
        quality = accepted.quality(name)
        if quality > best:
            best, coding = quality, name
    return coding


def encoded(kept: Kept, accept_encoding: str) -> tuple[bytes, str]:
    """A kept answer in the coding the client wants; each made only once."""
    coding = coding_for(accept_encoding) if len(kept.body) >= MIN_BYTES else ""
    if not coding:
        return kept.body, ""
    if coding not in kept.encoded:
        kept.encoded[coding] = dict(_CODINGS)[coding](kept.body)
    return kept.encoded[coding], coding


def _compress(response: Response) -> Response:
    """Compress what a page or a document says, if it is worth it."""
    if (
        response.is_streamed
        or response.direct_passthrough
        or response.status_code in {204, 206, 304}
        or "Content-Encoding" in response.headers
        or not _is_worth(response.mimetype or "")
    ):
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    wanted = request.headers.get("Accept-Encoding", "")
    coding = coding_for(wanted) if len(body) >= MIN_BYTES else ""
    if coding:
        response.set_data(dict(_CODINGS)[coding](body))
        response.headers["Content-Encoding"] = coding
    return response


def _is_worth(mimetype: str) -> bool:
    return mimetype.startswith(_WORTH) or mimetype in _ALSO_WORTH


def install(app: Flask) -> None:
    """Compress every answer that gains by it."""
    app.after_request(_compress)
