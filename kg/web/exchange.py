"""One request and its answer, as the front door and its threads see them."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kg.web.filed import FileAnswer

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class FrontOptions:
    """What a request may take before the application sees it.

    Attributes:
        max_query_bytes: body of a query request, as encoded.
        max_upload_bytes: body of a write with an Authorization header, or of a form
            whose first field is the token of a writer.
        is_writer: whether a token may write.
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
    is_writer: Callable[[str], bool] = lambda _token: False


class Exchange:
    """One request as the application's thread sees it, and its answer.

    Attributes:
        gone: set when the client has left.
        status: of the answer.
        headers: of the answer.
        file: the answer's body, if it is a file.
    """

    __slots__ = (
        "client",
        "file",
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
        self.request_id = f"{random.getrandbits(64):016x}"
        self.started = time.perf_counter()
        self.gone = False
        self.status = 0
        self.headers: Sequence[tuple[bytes, bytes]] = ()
        self.file: FileAnswer | None = None
        self.sent_bytes = 0
        self.watcher: asyncio.Task[None] | None = None

    def send_file(self, answer: FileAnswer) -> None:
        """Have a file be the body, whatever the application gives as one."""
        self.file = answer

    def is_gone(self) -> bool:
        """Whether the client has left."""
        return self.gone
