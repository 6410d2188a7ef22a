"""How a body is read: on the event loop, within a size and a time."""

from __future__ import annotations

import asyncio
from typing import Final

from kg.web.exchange import FrontOptions, Receive

_DRAINED_BYTES: Final = 32 * 1024 * 1024
_WRITING: Final = ("/update", "/data")


class Refused(Exception):  # noqa: N818 (an answer, told apart from errors)
    """The request is answered before the application sees it.

    Attributes:
        status: of HTTP.
        code: see ``kg.web.problem``.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


async def read_body(
    path: str, headers: dict[bytes, bytes], receive: Receive, options: FrontOptions
) -> bytes | None:
    """The whole body; ``None`` if the client left.

    Raises:
        Refused: if it is too long, too slow, or compressed.
    """
    length = headers.get(b"content-length")
    if length is None and b"transfer-encoding" not in headers:
        return b""
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Refused(415, "content-encoding")
    limit = _limit(path, headers, options)
    if length is not None and (
        not length.isdigit() or int(length[:20]) > max(limit, _DRAINED_BYTES)
    ):
        raise Refused(413, "body-too-large")
    try:
        return await asyncio.wait_for(_read(receive, limit), options.body_timeout_s)
    except TimeoutError:
        raise Refused(408, "body-timeout") from None


def _limit(path: str, headers: dict[bytes, bytes], options: FrontOptions) -> int:
    if path.startswith(_WRITING) and b"authorization" in headers:
        return options.max_upload_bytes
    if path.startswith("/sparql"):
        return options.max_query_bytes
    return options.max_body_bytes


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body. One that is too long is read to its end, if that is near.

    A client that still sends when it is refused may never read why.
    """
    pieces = []
    length = 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return None
        piece = event.get("body", b"")
        length += len(piece)
        if length > max(limit, _DRAINED_BYTES):
            raise Refused(413, "body-too-large")
        if length <= limit:
            pieces.append(piece)
        if not event.get("more_body"):
            break
    if length > limit:
        raise Refused(413, "body-too-large")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
