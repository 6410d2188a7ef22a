"""One HTTP request with a deadline; errors of the wire become ours here.

Why urllib3: it is maintained (httpx had no release for two years), its pool is
safe between threads, it streams, sends ``Content-Length`` for bytes, notices a
body that ends early, and can shut a response down from another thread, which
makes a deadline hold against a server that trickles.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import urllib3
from urllib3.util import Timeout

from kg.errors import (
    BusyError,
    QueryTimeoutError,
    QueryTooLargeError,
    StoreUnreachableError,
)
from kg.store.remote.auth import Auth, NoAuth
from kg.store.remote.options import RemoteOptions

_USER_AGENT = "life-valley-kg"
_CHUNK = 65_536


class Deadline:
    """A point in time by which something must be done.

    Args:
        seconds: from now.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._until - time.monotonic())

    def error(self) -> QueryTimeoutError:
        """What to raise when it has passed."""
        return QueryTimeoutError(
            f"The store did not answer within {self.seconds:g} s.",
            zh=f"存储未能在 {self.seconds:g} 秒内作答。",
            hint="Ask for less, or raise the time limit.",
            hint_zh="请缩小查询范围，或提高时间上限。",
            context={"timeout_s": self.seconds},
        )


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. ``fields`` go form-encoded as the body of a POST."""

    method: str
    url: str
    accept: str = "*/*"
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str = ""
    authenticated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, its body complete."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


class Transport:
    """Connections to the servers of one store, shared by all threads."""

    def __init__(self, options: RemoteOptions, auth: Auth) -> None:
        self._options = options
        self._auth = auth
        self._pool = urllib3.PoolManager(
            num_pools=8,
            maxsize=options.pool_size,
            block=True,
            retries=False,
            headers={"User-Agent": _USER_AGENT},
            ca_certs=options.ca_file or None,
        )

    def send(self, request: Request, deadline: Deadline, max_bytes: int) -> Answer:
        """Send, and read the whole answer.

        Raises:
            QueryTimeoutError: when the deadline passes.
            StoreUnreachableError: if no connection is made, or it breaks off.
            BusyError: if no connection of the pool is free in time.
            QueryTooLargeError: if the body is longer than ``max_bytes``.
        """
        with self.stream(request, deadline) as (status, headers, chunks):
            body = bytearray()
            for chunk in chunks:
                body += chunk
                if len(body) > max_bytes:
                    raise too_long(max_bytes)
        return Answer(status, headers, bytes(body))

    @contextlib.contextmanager
    def stream(
        self, request: Request, deadline: Deadline
    ) -> Iterator[tuple[int, Mapping[str, str], Iterator[bytes]]]:
        """Send; give status, headers and the body's chunks as they come.

        Raises:
            As ``send``, also while the chunks are read.
        """
        response = self._open(request, deadline)
        watch = threading.Timer(deadline.left_s, _shut, (response,))
        watch.daemon = True
        watch.start()
        try:
            with _mapped(deadline, request.url):
                chunks = response.stream(_CHUNK, decode_content=True)
                yield response.status, response.headers, _watched(chunks, deadline)
        finally:
            watch.cancel()
            # A body read to its end has given its connection back already; one
            # that was left must not go back to the pool.
            response.close()

    def _open(
        self, request: Request, deadline: Deadline
    ) -> urllib3.response.BaseHTTPResponse:
        auth = self._auth if request.authenticated else NoAuth()
        response = self._attempt(request, auth, deadline)
        challenge = response.headers.get("WWW-Authenticate", "")
        if response.status == 401 and auth.challenged(challenge):
            response.drain_conn()
            response.release_conn()
            response = self._attempt(request, auth, deadline)
        return response

    def _attempt(
        self, request: Request, auth: Auth, deadline: Deadline
    ) -> urllib3.response.BaseHTTPResponse:
        headers = {
            "User-Agent": _USER_AGENT,
            "Accept": request.accept,
            "Accept-Encoding": "gzip",
        }
        body = request.body
        if request.fields:
            body = urlencode(request.fields).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif request.content_type:
            headers["Content-Type"] = request.content_type
        authorization = auth.header(request.method, request.url)
        if authorization is not None:
            headers["Authorization"] = authorization
        left = deadline.left_s
        if left <= 0:
            raise deadline.error()
        with _mapped(deadline, request.url):
            return self._pool.urlopen(
                request.method,
                request.url,
                body=body,
                headers=headers,
                redirect=False,
                preload_content=False,
                timeout=Timeout(
                    connect=min(self._options.connect_timeout_s, left), read=left
                ),
                pool_timeout=left,
            )

    def close(self) -> None:
        """Close every connection."""
        self._pool.clear()


def too_long(max_bytes: int) -> QueryTooLargeError:
    """The answer is longer than the limit."""
    return QueryTooLargeError(
        f"The answer is longer than {max_bytes} bytes.",
        zh=f"答案超过 {max_bytes} 字节。",
        hint="Ask for less, or raise KG_REMOTE_MAX_ANSWER_BYTES.",
        hint_zh="请缩小查询范围，或提高 KG_REMOTE_MAX_ANSWER_BYTES。",
        context={"max_bytes": max_bytes},
    )


def _shut(response: urllib3.response.BaseHTTPResponse) -> None:
    """Called by the watch: wakes the thread that waits for the next byte."""
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        response.shutdown()


def _watched(chunks: Iterator[bytes], deadline: Deadline) -> Iterator[bytes]:
    for chunk in chunks:
        if deadline.left_s <= 0:
            raise deadline.error()
        yield chunk


@contextlib.contextmanager
def _mapped(deadline: Deadline, url: str) -> Iterator[None]:
    """Turn urllib3's errors into ours."""
    try:
        yield
    except urllib3.exceptions.EmptyPoolError as exc:
        raise BusyError(
            "All connections to the store are in use.",
            zh="与存储的连接已全部占用。",
            context={"retry_after_s": 1},
        ) from exc
    except urllib3.exceptions.ConnectTimeoutError as exc:
        raise unreachable(url, "no connection in time") from exc
    except urllib3.exceptions.ReadTimeoutError as exc:
        raise deadline.error() from exc
    except (urllib3.exceptions.HTTPError, OSError) as exc:
        if deadline.left_s <= 0:
            raise deadline.error() from exc
        raise unreachable(url, type(exc).__name__) from exc


def unreachable(url: str, why: str) -> StoreUnreachableError:
    """The error for a server that cannot be reached; no credentials in it."""
    host = urllib3.util.parse_url(url).netloc or url
    host = host.rpartition("@")[2]
    return StoreUnreachableError(
        f"The store at {host} cannot be reached ({why}).",
        zh=f"无法连接位于 {host} 的存储（{why}）。",
        hint="Check that the server runs and that KG_STORE names it.",
        hint_zh="请确认服务器正在运行，且 KG_STORE 指向它。",
        context={"host": host},
    )
