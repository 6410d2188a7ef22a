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
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from kg.query.cache import AnswerCache, Kept
from kg.web.bodies import Refused, has_body, read_body
from kg.web.bridge import Bridge
from kg.web.direct import Begun, Coded
from kg.web.exchange import (
    Exchange,
    FrontOptions,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
)
from kg.web.journal import Journal
from kg.web.problem import problem
from kg.web.spool import Spool

_WATCH_AFTER_S: Final = 0.05
_QUERYING: Final = ("/sparql", "/update", "/data")
Key = tuple[object, ...]


class Front:
    """An ASGI application around a WSGI one.

    Args:
        bridge: runs the application in a thread, and what needs no thread.
        options: what a request may take.
        journal: where each request leaves one line, and is counted.
        generation: tells the state of the data; a kept answer is of one state.
        start: called once before the first request, in a thread.
        stop: called once after the last one.
    """

    def __init__(
        self,
        bridge: Bridge,
        options: FrontOptions,
        journal: Journal,
        *,
        generation: Callable[[], str],
        start: Callable[[], None] = lambda: None,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._options = options
        self._journal = journal
        self._generation = generation
        self._start, self._stop = start, stop
        self._queries = ThreadPoolExecutor(options.query_threads, "query")
        self._pages = ThreadPoolExecutor(options.page_threads, "page")
        self._bridge = bridge
        self._quick = bridge.quick
        self._pending = 0
        self._kept = AnswerCache(options.fast_cache_bytes, 4 * 1024 * 1024)

    def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> Coroutine[Any, Any, None]:
        """Serve one exchange, or the life of the process."""
        if scope["type"] == "http":
            return self._serve(scope, receive, send)
        return self._live(receive, send)

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
                start, body_sent = _kept_answer(exchange, kept, headers)
                await send(start)
                await send(body_sent)
                return
            body: bytes | None = b""
            if has_body(headers):
                body = await read_body(scope["path"], headers, receive, self._options)
            if body is None:
                exchange.gone, exchange.status = True, 499
                return
            if self._pending >= self._options.max_pending:
                await self._refuse(exchange, send, 503, "busy")
                return
            await self._apply(exchange, headers, body, key, receive, send)
        except Refused as refused:
            await self._refuse(exchange, send, refused.status, refused.code)
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

    def _key(self, scope: Scope, headers: dict[bytes, bytes]) -> Key | None:
        is_kept = scope["path"] == "/sparql" and scope["method"] == "GET"
        if not is_kept or not self._kept.max_bytes:
            return None
        return (
            self._generation(),
            scope["query_string"],
            headers.get(b"accept"),
            headers.get(b"accept-encoding"),
            headers.get(b"host"),
            headers.get(b"origin"),
        )

    async def _refuse(
        self, exchange: Exchange, send: Send, status: int, code: str
    ) -> None:
        body = problem(status, code, exchange.request_id)
        exchange.status = status
        told: Headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        if status == 503:
            told.append((b"retry-after", b"2"))
        exchange.headers = told
        await _start(send, exchange)
        await send({"type": "http.response.body", "body": body})

    # The application --------------------------------------------------------

    async def _apply(
        self,
        exchange: Exchange,
        headers: dict[bytes, bytes],
        body: bytes,
        key: Key | None,
        receive: Receive,
        send: Send,
    ) -> None:
        path = exchange.scope["path"]
        self._pending += 1
        try:
            begun: Coded | Begun | None = None
            if self._quick is not None and path == "/sparql":
                begun = await self._quick.answer(exchange, headers, body)
            done: bytes | Spool
            if isinstance(begun, Coded):
                exchange.status, exchange.headers = begun.status, begun.headers
                done = begun.body
            else:
                done = await self._in_thread(exchange, headers, body, begun, receive)
        finally:
            self._pending -= 1
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

    async def _in_thread(
        self,
        exchange: Exchange,
        headers: dict[bytes, bytes],
        body: bytes,
        begun: Begun | None,
        receive: Receive,
    ) -> bytes | Spool:
        loop = asyncio.get_running_loop()
        is_query = exchange.scope["path"].startswith(_QUERYING)
        executor = self._queries if is_query else self._pages
        age_s = time.perf_counter() - exchange.started
        wait_s = max(0.0, _WATCH_AFTER_S - age_s)
        timer = loop.call_later(wait_s, self._watch, exchange, receive)
        run = self._bridge.run
        try:
            return await loop.run_in_executor(
                executor, run, exchange, headers, body, executor, loop, begun
            )
        finally:
            timer.cancel()

    def _keep(self, key: Key, exchange: Exchange, body: bytes) -> None:
        headers = dict(exchange.headers)
        generation = headers.get(b"kg-generation", b"").decode()
        may_keep = b"etag" in headers and b"set-cookie" not in headers
        if exchange.status == 200 and may_keep and generation == key[0]:
            self._kept.put(key, Kept(body, headers=tuple(exchange.headers)))

    def _watch(self, exchange: Exchange, receive: Receive) -> None:
        exchange.watcher = asyncio.get_running_loop().create_task(
            _watch_client(exchange, receive)
        )

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


async def _watch_client(exchange: Exchange, receive: Receive) -> None:
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            exchange.gone = True
            return


def _kept_answer(
    exchange: Exchange, kept: Kept, headers: dict[bytes, bytes]
) -> tuple[Message, Message]:
    """The two messages of a kept answer, or of the 304 for who has it already."""
    answer: Sequence[tuple[bytes, bytes]] = kept.headers
    exchange.status, body = 200, kept.body
    known = headers.get(b"if-none-match")
    if known is not None:
        tag = dict(answer).get(b"etag", b"-")
        if tag in (t.strip().removeprefix(b"W/") for t in known.split(b",")):
            exchange.status, body = 304, b""
            answer = [h for h in answer if not h[0].startswith(b"content-")]
    exchange.headers = answer
    exchange.sent_bytes = len(body)
    return _started(exchange), {"type": "http.response.body", "body": body}


async def _start(send: Send, exchange: Exchange) -> None:
    await send(_started(exchange))


def _started(exchange: Exchange) -> Message:
    request_id = (b"kg-request-id", exchange.request_id.encode())
    return {
        "type": "http.response.start",
        "status": exchange.status,
        "headers": [*exchange.headers, request_id],
    }
