"""How a body is read: on the event loop, within a size and a time."""

from __future__ import annotations

import asyncio
from typing import Final

from kg.web.early_token import boundary_of, early_token
from kg.web.exchange import FrontOptions, Receive

_DRAINED_BYTES: Final = 32 * 1024 * 1024
_WRITING: Final = ("/update", "/data")
_FORM_OF_FILES: Final = "/datasets/import"
_WRITERS_TIME: Final = 15


class Refused(Exception):  # noqa: N818 (an answer, told apart from errors)
    """The request is answered before the application sees it.

    Attributes:
        status: of HTTP.
        code: see ``kg.web.problem``.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def has_body(headers: dict[bytes, bytes]) -> bool:
    """Whether a request says that it has one."""
    return b"content-length" in headers or b"transfer-encoding" in headers


async def read_body(
    path: str, headers: dict[bytes, bytes], receive: Receive, options: FrontOptions
) -> bytes | None:
    """The whole body; ``None`` if the client left.

    Raises:
        Refused: if it is too long, too slow, or compressed.
    """
    if not has_body(headers):
        return b""
    length = headers.get(b"content-length")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Refused(415, "content-encoding")
    limit = _limit(path, headers, options)
    boundary = _form_boundary(path, headers)
    most = options.max_upload_bytes if boundary else limit
    if length is not None and (
        not length.isdigit() or int(length[:20]) > max(most, _DRAINED_BYTES)
    ):
        raise Refused(413, "body-too-large")
    try:
        async with asyncio.timeout(options.body_timeout_s) as deadline:
            body = _Body(limit, None if length is None else int(length))
            if boundary:
                await body.read_token(receive, boundary, options, deadline)
            return await body.read(receive)
    except TimeoutError:
        raise Refused(408, "body-timeout") from None


def _form_boundary(path: str, headers: dict[bytes, bytes]) -> bytes:
    """The boundary of a form that may carry a long file, else ""."""
    if path != _FORM_OF_FILES or b"authorization" in headers:
        return b""
    return boundary_of(headers.get(b"content-type", b""))


def _limit(path: str, headers: dict[bytes, bytes], options: FrontOptions) -> int:
    if path.startswith(_WRITING) and b"authorization" in headers:
        return options.max_upload_bytes
    if path.startswith("/sparql"):
        return options.max_query_bytes
    return options.max_body_bytes


class _Body:
    """A body that comes in pieces.

    Its end is where it was said to be, or where the server says so. One that is
    too long is read to its end, if that is near: a client that still sends when it
    is refused may never read why.
    """

    def __init__(self, limit: int, length: int | None) -> None:
        self._limit = limit
        self._whole = length
        self._pieces: list[bytes] = []
        self._length = 0
        self._is_over = self._is_gone = False

    async def read_token(
        self,
        receive: Receive,
        boundary: bytes,
        options: FrontOptions,
        deadline: asyncio.Timeout,
    ) -> None:
        """Read as far as the form's token; that of a writer buys length and time."""
        token: str | None = None
        while token is None and not (self._is_over or self._is_gone):
            await self._more(receive, keep=True)
            token = early_token(b"".join(self._pieces), boundary)
        if token and options.is_writer(token):
            self._limit = options.max_upload_bytes
            loop = asyncio.get_running_loop()
            deadline.reschedule(loop.time() + _WRITERS_TIME * options.body_timeout_s)

    async def read(self, receive: Receive) -> bytes | None:
        """The whole body; ``None`` if the client left."""
        while not (self._is_over or self._is_gone):
            await self._more(receive)
        if self._is_gone:
            return None
        if self._length > self._limit:
            raise Refused(413, "body-too-large")
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    async def _more(self, receive: Receive, *, keep: bool = False) -> None:
        event = await receive()
        if event["type"] != "http.request":
            self._is_gone = True
            return
        piece = event.get("body", b"")
        self._length += len(piece)
        if self._length > max(self._limit, _DRAINED_BYTES):
            raise Refused(413, "body-too-large")
        if keep or self._length <= self._limit:
            self._pieces.append(piece)
        # What ends with its last byte is not waited for once more: that would be
        # one more way to the server's thread and back.
        self._is_over = not event.get("more_body") or self._length == self._whole
