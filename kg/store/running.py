"""An answer on its way from a worker, and what can go wrong with the worker."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

from kg.errors import QueryError
from kg.store.base import UserQuery
from kg.store.endings import died, timed_out
from kg.store.frames import error_from_json
from kg.store.pool import Pool
from kg.store.process import ClientGone, Gone, WorkerLost, WorkerProcess


class RunningAnswer:
    """An answer whose query still runs (see ``Answer``)."""

    def __init__(
        self,
        pool: Pool,
        process: WorkerProcess,
        query: UserQuery,
        generation: str,
        is_gone: Gone | None,
    ) -> None:
        self._pool = pool
        self._process = process
        self._query = query
        self._is_gone = is_gone
        self._deadline = time.monotonic() + query.limits.timeout_s
        self._pieces: list[bytes] = []
        self._is_over = False
        self._is_late = False
        self._lock = threading.Lock()
        self._is_returned = False
        self.media_type = query.media_type
        self.generation = generation
        self.row_limit_reached = False
        self.join_order = ""

    def start(self, request: bytes, path: str) -> None:
        """Ask; wait for the first bytes, or for all if rows may be left out."""
        with self._told():
            self._process.path = path
            self._process.send(request)
        self.go_on()

    def go_on(self) -> None:
        """Wait as ``start`` does, for what was asked already."""
        with self._told():
            while not self._is_over and (not self._pieces or self._query.probe):
                frame = self._process.receive(self._deadline, self._is_gone)
                self._take(*frame)

    def ask_at_once(self, request: bytes, path: str) -> None:
        """Ask without waiting; the answer is collected with ``take_at_once``."""
        self._process.path = path
        self._process.send_at_once(request)

    def take_at_once(self) -> None:
        """Take what has come, without waiting.

        Raises:
            WorkerLost: if the worker died; ``go_on`` tells why.
            KGError: the error of the query.
        """
        self._process.read_at_once()
        while not self._is_over and (frame := self._process.frame()) is not None:
            self._take(*frame)

    @property
    def is_over(self) -> bool:
        """Whether the query has ended, so that all pieces are here."""
        return self._is_over

    @property
    def held_bytes(self) -> int:
        """Length of the pieces that are here."""
        return sum(map(len, self._pieces))

    def _take(self, tag: bytes, payload: bytes) -> None:
        if tag == b"D":
            self._pieces.append(payload)
            return
        if tag == b"E":
            self._pieces.clear()  # an error may be held for long, and this with it
            self._finish()
            raise error_from_json(payload)
        facts = json.loads(payload)
        self.row_limit_reached = facts.get("row_limit_reached", False)
        self.join_order = facts.get("join_order", "")
        self._process.is_worn = facts.get("is_worn", False)
        self._finish()

    def __iter__(self) -> Iterator[bytes]:
        try:
            while True:
                pieces, self._pieces = self._pieces, []
                yield from pieces
                if self._is_over:
                    return
                with self._told():
                    frame = self._process.receive(self._deadline, self._is_gone)
                    self._take(*frame)
        finally:
            self.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what can go wrong with a worker into our errors."""
        process, pool = self._process, self._pool
        try:
            with gone_as_error():
                yield
        except TimeoutError:
            self._is_late = True
            pool.count("timeouts")
            raise timed_out(self._query.limits.timeout_s) from None
        except WorkerLost:
            status = process.discard()
            if process.preempted:
                share_s = pool.options.busy_timeout_s
                raise timed_out(share_s, busy_service=True) from None
            pool.count("crashes")
            raise died(status, self._query.limits.max_memory_bytes) from None

    def _finish(self) -> None:
        self._is_over = True
        if self._process.has_more:
            self._process.kill()  # what it says unasked would answer the next one
        self._give_back()

    def _give_back(self) -> None:
        with self._lock:
            if self._is_returned:
                return
            self._is_returned = True
        self._pool.give_back(self._process, self._query.client)

    def __del__(self) -> None:
        self.close()  # an answer that was dropped must not keep its worker

    def close(self) -> None:
        """Stop the query if it still runs."""
        if not self._is_over:
            self._is_over = True
            self._pieces.clear()
            if self._process.is_alive and not self._is_late:
                self._pool.count("cancelled")
            self._process.discard()
        self._give_back()


@contextlib.contextmanager
def gone_as_error() -> Iterator[None]:
    """Turn a client that left into an error of ours."""
    try:
        yield
    except ClientGone:
        told = QueryError("The client left before the answer.", zh="客户端已断开。")
        told.code = "client-gone"
        raise told from None


def whole(
    process: WorkerProcess,
    pool: Pool | None,
    request: dict[str, Any],
    timeout_s: float,
) -> tuple[dict[str, Any], bytes]:
    """Ask a worker and collect its answer: facts and data."""
    deadline = time.monotonic() + timeout_s
    pieces: list[bytes] = []
    try:
        process.path = request.get("path", "")
        process.send(json.dumps(request).encode())
        while True:
            tag, payload = process.receive(deadline)
            if tag == b"Z":
                return json.loads(payload), b"".join(pieces)
            if tag == b"E":
                raise error_from_json(payload)
            pieces.append(payload)
    except TimeoutError:
        if pool is not None:
            pool.count("timeouts")
        process.discard()
        raise timed_out(timeout_s) from None
    except WorkerLost:
        if pool is not None:
            pool.count("crashes")
        status = process.discard()
        raise died(status, request.get("budget") or 0) from None


def streamed(
    process: WorkerProcess, request: dict[str, Any], timeout_s: float
) -> Iterator[bytes]:
    """Ask a worker and hand on its answer as it comes.

    Raises:
        KGError: as the worker tells, or if it dies; the answer is incomplete then.
    """
    deadline = time.monotonic() + timeout_s
    try:
        process.path = request["path"]
        process.send(json.dumps(request).encode())
        while True:
            tag, payload = process.receive(deadline)
            if tag == b"Z":
                return
            if tag == b"E":
                raise error_from_json(payload)
            yield payload
    except TimeoutError:
        raise timed_out(timeout_s) from None
    except WorkerLost:
        raise died(process.discard(), 0) from None
