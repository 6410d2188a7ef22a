"""From the event loop into a thread: the application's answer, short or long."""

from __future__ import annotations

import asyncio
import contextvars
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from kg.errors import KGError
from kg.web.direct import Begun, Coded, Direct
from kg.web.exchange import Exchange, Wsgi
from kg.web.filed import FileSpool
from kg.web.quick import Quick
from kg.web.spool import Spool, SpoolBudget

_AT_ONCE_BYTES: Final = 64 * 1024


class Bridge:
    """Runs requests in threads.

    Args:
        app: the WSGI application.
        direct: answers programs' queries without it.
        budget: of the bytes of long answers.
        quick: answers cheap queries on the loop; ``None``: threads answer all.
    """

    def __init__(
        self,
        app: Wsgi,
        direct: Direct | None,
        budget: SpoolBudget,
        quick: Quick | None = None,
    ) -> None:
        self._app = app
        self._direct = direct
        self._budget = budget
        self.quick = quick

    def run(
        self,
        exchange: Exchange,
        headers: dict[bytes, bytes],
        body: bytes,
        executor: Executor,
        loop: asyncio.AbstractEventLoop,
        begun: Begun | None = None,
    ) -> bytes | Spool:
        """A short answer whole, a long one as a spool that another thread fills.

        Args:
            exchange: the request; status and headers are put there.
            headers: of the request.
            body: of the request.
            executor: runs what fills a spool.
            loop: reads a spool.
            begun: gives the answer if the loop has begun with it (``kg.web.quick``).
        """
        error: KGError | None = None
        if begun is not None or exchange.scope["path"] == "/sparql":
            try:
                reply = self._direct_reply(exchange, headers, body, begun)
            except KGError as raised:
                error = raised
            else:
                if reply is not None:
                    exchange.status, exchange.headers = reply.status, reply.headers
                    stream = reply.stream
                    if stream is None:
                        return reply.body
                    return self._made(lambda: stream, exchange, executor, loop)

        def start_response(
            status: str, headers: list[tuple[str, str]], _: object = None
        ) -> None:
            exchange.status = int(status[:3])
            exchange.headers = [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in headers
            ]

        environ = _environ(exchange, body)
        environ["kg.error"] = error
        return self._made(
            lambda: self._app(environ, start_response), exchange, executor, loop
        )

    def _direct_reply(
        self,
        exchange: Exchange,
        headers: dict[bytes, bytes],
        body: bytes,
        begun: Begun | None,
    ) -> Coded | None:
        if begun is not None:
            return begun()
        if self._direct is not None:
            return self._direct.answer(exchange, headers, body)
        return None

    def _made(
        self,
        make: Callable[[], Iterable[bytes]],
        exchange: Exchange,
        executor: Executor,
        loop: asyncio.AbstractEventLoop,
    ) -> bytes | Spool:
        # One context for the whole answer, whichever threads make it: Flask keeps the
        # request there, and a streamed answer may be finished by another thread.
        context = contextvars.copy_context()
        begun = context.run(_begin, make, exchange)
        if exchange.file is not None:
            return FileSpool(loop, exchange.file)
        if isinstance(begun, bytes):
            return begun
        spool = Spool(loop, self._budget)
        executor.submit(lambda: context.run(_pump, spool, *begun))
        return spool


def _begin(
    make: Callable[[], Iterable[bytes]], exchange: Exchange
) -> bytes | tuple[list[bytes], Iterator[bytes], Iterable[bytes]]:
    """A short answer whole; of a long one the first pieces and the rest."""
    iterable = make()
    if exchange.file is not None:
        _close(iterable)
        return b""
    source = iter(iterable)
    pieces: list[bytes] = []
    length = 0
    is_sized = any(name == b"content-length" for name, _ in exchange.headers)
    try:
        for piece in source:
            pieces.append(piece)
            length += len(piece)
            if length > _AT_ONCE_BYTES and not is_sized:
                return pieces, source, iterable
    except BaseException:
        _close(iterable)
        raise
    _close(iterable)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _pump(
    spool: Spool,
    pieces: list[bytes],
    source: Iterator[bytes],
    iterable: Iterable[bytes],
) -> None:
    """Move an answer into its spool, as fast as it is made."""
    try:
        for piece in pieces:
            spool.append(piece)
        for piece in source:
            if not spool.append(piece):
                break
        spool.finish()
    except BaseException as exc:  # noqa: BLE001 (told to the loop, which breaks off)
        spool.fail(exc)
    finally:
        _close(iterable)


def _close(iterable: Iterable[bytes]) -> None:
    close = getattr(iterable, "close", None)
    if close is not None:
        close()


def _environ(exchange: Exchange, body: bytes) -> dict[str, Any]:
    """The WSGI environment of a request (PEP 3333)."""
    scope = exchange.scope
    server = scope.get("server") or ("localhost", 80)
    raw = scope.get("raw_path") or scope["path"].encode()
    path = unquote_to_bytes(raw.split(b"?")[0]).decode("latin-1")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0] or "localhost",
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": "HTTP/" + scope.get("http_version", "1.1"),
        "REMOTE_ADDR": exchange.client,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "kg.request_id": exchange.request_id,
        "kg.is_gone": exchange.is_gone,
        "kg.send_file": exchange.send_file,
    }
    for name, value in scope["headers"]:
        if name in {b"content-length", b"transfer-encoding"}:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        if name != b"content-type":
            key = "HTTP_" + key
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ
