"""What answers a query over HTTP, before any framework: status, headers, body.

One making for the two doors of ``/sparql``: the application's view, and the
front door when a program asks (``kg.web.direct``).

Source: RFC 9110, sections 8.8 (validators), 12.5.5 (Vary), 13.1.2.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from werkzeug.sansio.utils import get_host

from kg.errors import RequestError
from kg.query.service import Answered, AnswerStream
from kg.web.encoding import encoded

_VARY: Final = ("Vary", "Accept, Accept-Encoding")
_CODED: Final = ("", "-zstd", "-gzip")


@dataclass(slots=True)
class Reply:
    """An answer to a program.

    Attributes:
        status: of HTTP.
        headers: without Content-Length.
        body: all of it, or empty if it is streamed.
        stream: the pieces of a long answer, or ``None``.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    stream: AnswerStream | None = field(default=None)


def reply(
    answered: Answered, *, accept_encoding: str, is_head: bool, max_rows: int
) -> Reply:
    """The reply of an answer.

    Args:
        answered: what the store says; for HEAD a stream is stopped.
        accept_encoding: the header, or empty.
        is_head: whether only the headers are wanted.
        max_rows: the limit that is told when it was reached.
    """
    headers = [
        ("Content-Type", answered.offer.content_type),
        ("KG-Generation", answered.generation),
        _VARY,
    ]
    if answered.row_limit_reached:
        headers.append(("KG-Row-Limit-Reached", str(max_rows)))
    if answered.join_order:
        headers.append(("KG-Join-Order", answered.join_order))
    body, coding = b"", ""
    if answered.kept is not None:
        body, coding = encoded(answered.kept, accept_encoding)
        if coding:
            headers.append(("Content-Encoding", coding))
    if answered.etag:
        tag = f"{answered.etag}-{coding}" if coding else answered.etag
        headers.append(("ETag", f'"{tag}"'))
        headers.append(("Cache-Control", "public, no-cache"))
    else:
        headers.append(("Cache-Control", "no-store"))
    if answered.kept is not None:
        return Reply(200, headers, body)
    if answered.stream is not None and is_head:
        answered.stream.close()
        return Reply(200, headers)
    return Reply(200, headers, stream=answered.stream)


def unchanged(etag: str, if_none_match: str) -> Reply | None:
    """The 304 for a client that has this answer, in any coding; else ``None``."""
    if not if_none_match or not etag:
        return None
    known = {t.strip().removeprefix("W/").strip('"') for t in if_none_match.split(",")}
    for coded in _CODED:
        if etag + coded in known:
            tag = f'"{etag}{coded}"'
            kept = ("Cache-Control", "public, no-cache")
            return Reply(304, [("ETag", tag), _VARY, kept])
    return None


def read_pairs(query_string: bytes) -> list[tuple[str, str]]:
    """Parameters of an address.

    Raises:
        RequestError: if their bytes are no percent-encoded UTF-8.
    """
    try:
        return parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=1000,
        )
    except ValueError as exc:
        raise RequestError(
            "The address has parameters that are not percent-encoded UTF-8.",
            zh="地址参数不是经过百分号编码的 UTF-8。",
            hint="Percent-encode the UTF-8 bytes of each value.",
            hint_zh="请对 UTF-8 字节做百分号编码。",
        ) from exc


@functools.lru_cache(maxsize=64)
def home_address(
    scheme: str, named: str | None, server: tuple[str, int | None] | None
) -> str:
    """Address of the service as the client named it.

    Raises:
        SecurityError: if the Host header is no host.
    """
    return f"{scheme}://{get_host(scheme, named, server)}"
