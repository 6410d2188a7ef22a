"""Asks a worker from an event loop, as long as the answer is soon and short.

A cheap query that is handed to a thread and back pays more for that than for
its answer. So the loop itself waits for the turn, sends the request to the
worker and reads what comes, each without blocking. What is not over in a moment
goes on in a thread, which has the deadline, looks whether the client is still
there and starts workers: ``go_on`` is the same waiting that ``Pool.take`` and
``RunningAnswer.start`` do.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Final

from kg.errors import KGError
from kg.store.base import UserQuery
from kg.store.pool import Pool, Turn
from kg.store.process import Gone, WorkerLost, WorkerProcess
from kg.store.running import RunningAnswer, gone_as_error

MAX_HELD_BYTES: Final = 1024 * 1024


class QuickAnswer:
    """A query that an event loop asks. Made, awaited and left on that loop.

    ``over`` comes true when the answer is whole (see ``answer``), false when it
    has to ``go_on`` in a thread. Whatever happens, ``close`` it, in a thread, if
    ``answer`` and ``go_on`` have not given it away.

    Args:
        loop: that runs.
        pool: of the workers.
        query: what is asked.
        request: the same, as a worker reads it; at most ``AT_ONCE_BYTES``.
        place: name and folder of the generation that is asked.
        is_gone: see ``ServiceStore.answer``.

    Raises:
        BusyError, TooManyRequestsError: see ``Pool.line_up``.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        pool: Pool,
        query: UserQuery,
        request: bytes,
        place: tuple[str, str],
        is_gone: Gone | None,
    ) -> None:
        self.over: asyncio.Future[bool] = loop.create_future()
        self._loop = loop
        self._thread = threading.get_ident()
        self._pool = pool
        self._query, self._request = query, request
        self._generation, self._path = place
        self._is_gone = is_gone
        self._running: RunningAnswer | None = None
        self._fd = -1
        self._turn: Turn = pool.line_up(query.client, self._wake)
        self._is_in_line = True
        if self._turn.is_granted:
            self._ask()

    # On the loop --------------------------------------------------------------

    def _wake(self) -> None:
        if threading.get_ident() == self._thread:
            self._loop.call_soon(self._ask)
        else:
            self._loop.call_soon_threadsafe(self._ask)

    def _ask(self) -> None:
        if self.over.done():  # it goes on in a thread, which has seen the turn
            return
        try:
            worker = self._pool.collect(self._turn)
        except KGError:
            worker = None
        if worker is None:  # one must be started, or all were stopped
            self.leave_to_thread()
            return
        running = self._begin(worker)
        running.ask_at_once(self._request, self._path)
        self._fd = worker.fd
        self._loop.add_reader(self._fd, self._read, running)

    def _begin(self, worker: WorkerProcess) -> RunningAnswer:
        self._is_in_line = False
        self._running = RunningAnswer(
            self._pool, worker, self._query, self._generation, self._is_gone
        )
        return self._running

    def _read(self, running: RunningAnswer) -> None:
        try:
            running.take_at_once()
        except WorkerLost:
            self.leave_to_thread()
        except KGError as error:
            self._stop_reading()
            self.over.set_exception(error)
        else:
            if running.is_over:
                self._stop_reading()
                self.over.set_result(True)
            elif running.held_bytes > MAX_HELD_BYTES:
                self.leave_to_thread()

    def _stop_reading(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            self._fd = -1

    def leave_to_thread(self) -> None:
        """Stop waiting on the loop, unless it is over."""
        self._stop_reading()
        if not self.over.done():
            self.over.set_result(False)

    @property
    def answer(self) -> RunningAnswer:
        """The answer, once ``over`` is true."""
        if self._running is None:
            raise RuntimeError("the answer is not there yet")
        return self._running

    # In a thread --------------------------------------------------------------

    def go_on(self) -> RunningAnswer:
        """Wait for the rest in this thread; raises as ``ServiceStore.answer``."""
        running = self._running
        is_asked = running is not None
        if running is None:
            self._is_in_line = False  # ``wait`` leaves the queue if it fails
            with gone_as_error():
                worker = self._pool.wait(self._turn, self._is_gone)
            running = self._begin(worker)
        try:
            if is_asked:
                running.go_on()
            else:
                running.start(self._request, self._path)
        except BaseException:
            running.close()
            raise
        return running

    def close(self) -> None:
        """Stop the query, or leave the queue."""
        if self._running is not None:
            self._running.close()
        elif self._is_in_line:
            self._is_in_line = False
            self._pool.leave(self._turn)
