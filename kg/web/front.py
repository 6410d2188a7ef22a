"""The outermost door: HTTP exchanges on an event loop, the application in threads.

Why the application is not served as WSGI: measured with granian 2.8, a WSGI
answer that fails half-way is closed as if it were complete, and nobody learns
that a client has left. Here both are known (``docs/decisions/0030``). So:

* a body is read on the loop, within a size and a time, before any thread works
  on it: a slow sender costs a few kilobytes;
* an answer is spooled (memory, then disk) as fast as it is made: a slow reader
  holds no thread and no query worker;
* an answer that fails after its first byte is broken off, so that the client
  sees an incomplete transfer;
* a client that leaves is noticed, and its query is stopped.
"""

from __future__ import annotations

import asyncio
import contextvars
import io
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from kg.query.cache import AnswerCache, Kept
from kg.web.journal import Journal
from kg.web.problem import problem
from kg.web.spool import Spool, SpoolBudget

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_WATCH_AFTER_S: Final = 0.05
_AT_ONCE_BYTES: Final = 64 * 1024
_DRAINED_BYTES: Final = 32 * 1024 * 1024
_QUERYING: Final = ("/sparql", "/update", "/data")
_WRITING: Final = ("/update", "/data")


@dataclass(frozen=True, slots=True)
class FrontOptions:
    """What a request may take before the application sees it.

    Attributes:
        max_query_bytes: body of a query request, as encoded.
        max_upload_bytes: body of a write with an Authorization header.
        max_body_bytes: any other body.
        body_timeout_s: a body must have arrived by then.
        send_timeout_s: a client must take some of its answer by then.
        query_threads: requests that ask the store at once, running or waiting.
        page_threads: other requests at once.
        max_pending: requests that may wait for a thread.
        spool_bytes: of all answers on their way to slow readers.
        fast_cache_bytes: of complete answers that need no application.
        trusted_proxies: peers whose X-Forwarded-For counts.
    """

    max_query_bytes: int = 3 * 1024 * 1024 + 65536
    max_upload_bytes: int = 64 * 1024 * 1024
    max_body_bytes: int = 1024 * 1024
    body_timeout_s: float = 20.0
    send_timeout_s: float = 30.0
    query_threads: int = 75
    page_threads: int = 8
    max_pending: int = 512
    spool_bytes: int = 1024 * 1024 * 1024
    fast_cache_bytes: int = 64 * 1024 * 1024
    trusted_proxies: frozenset[str] = frozenset()


class Exchange:
    """One request as the application's thread sees it, and its answer.

    Attributes:
        gone: set when the client has left.
        status: of the answer.
        headers: of the answer.
    """

    __slots__ = (
        "client",
        "gone",
        "headers",
        "request_id",
        "scope",
        "sent_bytes",
        "started",
        "status",
        "watcher",
    )

    def __init__(self, scope: Scope, client: str) -> None:
        self.scope = scope
        self.client = client
        self.request_id = os.urandom(8).hex()
        self.started = time.perf_counter()
        self.gone = False
        self.status = 0
        self.headers: Headers = []
        self.sent_bytes = 0
        self.watcher: asyncio.Task[None] | None = None

    def is_gone(self) -> bool:
        """Whether the client has left."""
        return self.gone


class Front:
    """An ASGI application around a WSGI one.

    Args:
        app: the WSGI application.
        options: what a request may take.
        journal: where each request leaves one line, and is counted.
        generation: tells the state of the data; a kept answer is of one state.
        start: called once before the first request, in a thread.
        stop: called once after the last one.
    """

    def __init__(
        self,
        app: Wsgi,
        options: FrontOptions,
        journal: Journal,
        *,
        generation: Callable[[], str],
        start: Callable[[], None] = lambda: None,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._app = app
        self._options = options
        self._journal = journal
        self._generation = generation
        self._start, self._stop = start, stop
        self._queries = ThreadPoolExecutor(options.query_threads, "query")
        self._pages = ThreadPoolExecutor(options.page_threads, "page")
        self._budget = SpoolBudget(options.spool_bytes)
        self._pending = 0
        self._kept = AnswerCache(options.fast_cache_bytes, 4 * 1024 * 1024)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one exchange, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                await loop.run_in_executor(self._pages, self._start)
                await send({"type": "lifespan.startup.complete"})
            else:
                await loop.run_in_executor(None, self._stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        exchange = Exchange(scope, self._client(scope, headers))
        key = self._key(scope, headers)
        try:
            if key is not None and (kept := self._kept.get(key)) is not None:
                await self._send_kept(exchange, kept, headers, send)
                return
            body = await self._body(exchange, headers, receive, send)
            if body is None:
                return
            if self._pending >= self._options.max_pending:
                await self._refuse(exchange, send, 503, "busy")
                return
            await self._apply(exchange, headers, body, key, receive, send)
        finally:
            if exchange.watcher is not None:
                exchange.watcher.cancel()
            self._journal.record(exchange)

    def _client(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        peer = str(scope["client"][0]) if scope.get("client") else "-"
        forwarded = headers.get(b"x-forwarded-for")
        if forwarded and peer in self._options.trusted_proxies:
            return forwarded.decode("latin-1").split(",")[-1].strip() or peer
        return peer

    # What needs no application ----------------------------------------------

    def _key(
        self, scope: Scope, headers: dict[bytes, bytes]
    ) -> tuple[object, ...] | None:
        if scope["method"] != "GET" or scope["path"] != "/sparql":
            return None
        return (
            self._generation(),
            scope["query_string"],
            headers.get(b"accept"),
            headers.get(b"accept-encoding"),
            headers.get(b"host"),
            headers.get(b"origin"),
        )

    async def _send_kept(
        self,
        exchange: Exchange,
        kept: Kept,
        headers: dict[bytes, bytes],
        send: Send,
    ) -> None:
        answer: Headers = list(kept.headers)
        exchange.status, body = 200, kept.body
        known = headers.get(b"if-none-match")
        if known is not None:
            tag = dict(answer).get(b"etag", b"-")
            if tag in (t.strip().removeprefix(b"W/") for t in known.split(b",")):
                exchange.status, body = 304, b""
                answer = [h for h in answer if not h[0].startswith(b"content-")]
        exchange.headers = answer
        await _start(send, exchange)
        await send({"type": "http.response.body", "body": body})
        exchange.sent_bytes = len(body)

    async def _refuse(
        self, exchange: Exchange, send: Send, status: int, code: str
    ) -> None:
        body = problem(status, code, exchange.request_id)
        exchange.status = status
        exchange.headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        if status == 503:
            exchange.headers.append((b"retry-after", b"2"))
        await _start(send, exchange)
        await send({"type": "http.response.body", "body": body})

    # The body ---------------------------------------------------------------

    def _limit(self, path: str, headers: dict[bytes, bytes]) -> int:
        if path.startswith(_WRITING) and b"authorization" in headers:
            return self._options.max_upload_bytes
        if path.startswith("/sparql"):
            return self._options.max_query_bytes
        return self._options.max_body_bytes

    async def _body(
        self,
        exchange: Exchange,
        headers: dict[bytes, bytes],
        receive: Receive,
        send: Send,
    ) -> bytes | None:
        """The whole body; ``None`` if the request was refused or given up."""
        length = headers.get(b"content-length")
        if length is None and b"transfer-encoding" not in headers:
            return b""
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            await self._refuse(exchange, send, 415, "content-encoding")
            return None
        limit = self._limit(exchange.scope["path"], headers)
        if length is not None and (
            not length.isdigit() or int(length[:20]) > max(limit, _DRAINED_BYTES)
        ):
            await self._refuse(exchange, send, 413, "body-too-large")
            return None
        try:
            body = await asyncio.wait_for(
                _read(receive, limit), self._options.body_timeout_s
            )
        except TimeoutError:
            await self._refuse(exchange, send, 408, "body-timeout")
            return None
        except _TooLarge:
            await self._refuse(exchange, send, 413, "body-too-large")
            return None
        if body is None:
            exchange.gone, exchange.status = True, 499
        return body

    # The application --------------------------------------------------------

    async def _apply(
        self,
        exchange: Exchange,
        headers: dict[bytes, bytes],
        body: bytes,
        key: tuple[object, ...] | None,
        receive: Receive,
        send: Send,
    ) -> None:
        loop = asyncio.get_running_loop()
        path = exchange.scope["path"]
        executor = self._queries if path.startswith(_QUERYING) else self._pages
        environ = _environ(exchange, headers, body)
        timer = loop.call_later(_WATCH_AFTER_S, self._watch, exchange, receive)
        self._pending += 1
        try:
            done = await loop.run_in_executor(
                executor, self._call, exchange, environ, executor, loop
            )
        finally:
            self._pending -= 1
            timer.cancel()
        if exchange.gone:
            if isinstance(done, Spool):
                done.close()
            exchange.status = 499
            return
        await _start(send, exchange)
        if isinstance(done, Spool):
            if exchange.watcher is None:
                self._watch(exchange, receive)
            await self._send_spooled(exchange, done, send)
            return
        await send({"type": "http.response.body", "body": done})
        exchange.sent_bytes = len(done)
        if key is not None:
            self._keep(key, exchange, done)

    def _keep(self, key: tuple[object, ...], exchange: Exchange, body: bytes) -> None:
        headers = dict(exchange.headers)
        generation = headers.get(b"kg-generation", b"").decode()
        may_keep = b"etag" in headers and b"set-cookie" not in headers
        if exchange.status == 200 and may_keep and generation == key[0]:
            self._kept.put(key, Kept(body, headers=tuple(exchange.headers)))

    def _watch(self, exchange: Exchange, receive: Receive) -> None:
        exchange.watcher = asyncio.get_running_loop().create_task(
            _watch_client(exchange, receive)
        )

    def _call(
        self,
        exchange: Exchange,
        environ: dict[str, Any],
        executor: Executor,
        loop: asyncio.AbstractEventLoop,
    ) -> bytes | Spool:
        """Run the application; a short answer whole, a long one as a spool."""

        def start_response(
            status: str, headers: list[tuple[str, str]], _: object = None
        ) -> None:
            exchange.status = int(status[:3])
            exchange.headers = [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in headers
            ]

        # One context for the whole answer, whichever threads make it: Flask keeps the
        # request there, and a streamed answer may be finished by another thread.
        context = contextvars.copy_context()
        begun = context.run(self._begin, exchange, environ, start_response)
        if isinstance(begun, bytes):
            return begun
        spool = Spool(loop, self._budget)
        executor.submit(lambda: context.run(_pump, spool, *begun))
        return spool

    def _begin(
        self,
        exchange: Exchange,
        environ: dict[str, Any],
        start_response: Callable[..., None],
    ) -> bytes | tuple[list[bytes], Iterator[bytes], Iterable[bytes]]:
        """A short answer whole; of a long one the first pieces and the rest."""
        iterable = self._app(environ, start_response)
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

    async def _send_spooled(self, exchange: Exchange, spool: Spool, send: Send) -> None:
        try:
            while (piece := await spool.read()) is not None:
                if exchange.gone:
                    raise ConnectionAbortedError("the client left")
                await asyncio.wait_for(
                    send(
                        {"type": "http.response.body", "body": piece, "more_body": True}
                    ),
                    self._options.send_timeout_s,
                )
                exchange.sent_bytes += len(piece)
        except BaseException:
            exchange.status = 499 if exchange.gone else -exchange.status
            raise
        finally:
            spool.close()
        await send({"type": "http.response.body", "body": b""})


class _TooLarge(Exception):  # noqa: N818 (an event between two functions)
    """The body is longer than it may be."""


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
            raise _TooLarge
        if length <= limit:
            pieces.append(piece)
        if not event.get("more_body"):
            break
    if length > limit:
        raise _TooLarge
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def _watch_client(exchange: Exchange, receive: Receive) -> None:
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            exchange.gone = True
            return


async def _start(send: Send, exchange: Exchange) -> None:
    request_id = (b"kg-request-id", exchange.request_id.encode())
    await send(
        {
            "type": "http.response.start",
            "status": exchange.status,
            "headers": [*exchange.headers, request_id],
        }
    )


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


def _environ(
    exchange: Exchange, headers: dict[bytes, bytes], body: bytes
) -> dict[str, Any]:
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
