"""The service's side of its workers: who may ask, how long, and the kill.

A query has a worker to itself. The service waits for its answer with the
deadline in hand and kills the process when it is over: nothing in an engine can
be asked to stop. Places are given in turn to the clients that wait, so that one
with a hundred queries does not keep out one with a single query; a query that
has had its share is stopped when others wait (``busy_timeout_s``). The spare
workers are for clients that have no query running: whoever fills all the others
cannot make them wait.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from kg.errors import KGError
from kg.store.endings import busy, no_spawner, too_many
from kg.store.frames import error_from_json
from kg.store.process import (
    SLICE_S,
    START_S,
    ClientGone,
    Gone,
    Spawner,
    WorkerLost,
    WorkerProcess,
)

_COUNTS: Final = (
    "started",
    "timeouts",
    "preempted",
    "crashes",
    "cancelled",
    "refused_busy",
    "refused_client",
)


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """How a pool is set up.

    Attributes:
        name: for messages and metrics.
        workers: queries at once.
        spares: warm workers beyond that, so that a killed one is not missed, and
            a client that has none running need not wait for one that has many.
        max_waiting: queries in the queue; the next is told to come later.
        max_per_client: running and waiting queries of one client.
        queue_timeout_s: a query waits no longer than this.
        busy_timeout_s: what a query may take at most while others wait.
        network: whether its workers keep the network (federated queries).
        writes: whether its workers may write files.
    """

    name: str = "visitors"
    workers: int = 2
    spares: int = 1
    max_waiting: int = 64
    max_per_client: int = 32
    queue_timeout_s: float = 10.0
    busy_timeout_s: float = 2.0
    network: bool = False
    writes: bool = False


def _nothing() -> None:
    """Nobody needs to be woken: the thread that waits says how."""


class Turn:
    """A place in the queue.

    Attributes:
        client: whose.
        wake: called when the turn comes, under the lock of the pool.
        is_granted: whether it has come.
    """

    __slots__ = ("client", "is_granted", "wake")

    def __init__(self, client: str, wake: Callable[[], object]) -> None:
        self.client = client
        self.wake = wake
        self.is_granted = False


class Pool:
    """Workers, and a fair queue before them."""

    def __init__(self, spawner: Spawner, options: PoolOptions) -> None:
        self.options = options
        self._spawner = spawner
        self._lock = threading.Lock()
        self._idle: deque[WorkerProcess] = deque()
        self._busy: set[WorkerProcess] = set()
        self._waiting: OrderedDict[str, deque[Turn]] = OrderedDict()
        self._granted: set[Turn] = set()
        self._held: dict[str, int] = {}  # running or granted, of each client
        self._load: dict[str, int] = {}
        self._is_closed = False
        self.counts: dict[str, int] = dict.fromkeys(_COUNTS, 0)
        for _ in range(options.workers + options.spares):
            self._idle.append(self._start())

    def _start(self) -> WorkerProcess:
        worker = WorkerProcess(
            self._spawner, network=self.options.network, writes=self.options.writes
        )
        worker.gives_way = self._is_shared
        self.counts["started"] += 1
        return worker

    def _is_shared(self) -> bool:
        """Whether a query has another one beside it."""
        return len(self._busy) > 1

    def stats(self) -> dict[str, int]:
        """Numbers for ``/metrics``."""
        with self._lock:
            waiting = sum(len(q) for q in self._waiting.values())
            return {
                **self.counts,
                "running": len(self._busy),
                "idle": len(self._idle),
                "waiting": waiting,
            }

    def workers(self) -> list[WorkerProcess]:
        """The workers there are now."""
        with self._lock:
            return [*self._idle, *self._busy]

    def take(self, client: str, is_gone: Gone | None = None) -> WorkerProcess:
        """A worker for one query; ``give_back`` it whatever happens.

        Raises:
            BusyError: if the queue is full or the wait was too long.
            TooManyRequestsError: if this client has too many queries already.
            ClientGone: if the client left while it waited.
        """
        return self.wait(self.line_up(client), is_gone)

    def line_up(self, client: str, wake: Callable[[], object] = _nothing) -> Turn:
        """A place in the queue, or a turn at once if nobody need be waited for.

        Ends with ``wait``, with a worker from ``collect``, or with ``leave``.

        Args:
            client: who asks.
            wake: called when the turn comes later, by any thread; may not wait.

        Raises:
            BusyError: if the queue is full.
            TooManyRequestsError: if this client has too many queries already.
        """
        turn = Turn(client, wake)
        with self._lock:
            if self._is_closed:
                raise no_spawner()
            if self._load.get(client, 0) >= self.options.max_per_client:
                self.counts["refused_client"] += 1
                raise too_many(self.options.max_per_client)
            if self._admits(client):  # then nobody waits whom it would admit
                self._let_in(turn)
            elif sum(map(len, self._waiting.values())) >= self.options.max_waiting:
                self.counts["refused_busy"] += 1
                raise busy()
            else:
                self._waiting.setdefault(client, deque()).append(turn)
            self._load[client] = self._load.get(client, 0) + 1
        return turn

    def wait(self, turn: Turn, is_gone: Gone | None = None) -> WorkerProcess:
        """Wait in this thread until the turn comes; the worker (see ``take``)."""
        come = threading.Event()
        try:
            with self._lock:
                turn.wake = come.set
                is_granted = turn.is_granted
            if not is_granted:
                self._wait_until(come, is_gone)
            worker = self.collect(turn)
            if worker is None:
                worker = self._start()  # takes milliseconds: not under the lock
                with self._lock:
                    self._occupy(worker, turn)
        except BaseException:
            self.leave(turn)
            raise
        return worker

    def collect(self, turn: Turn) -> WorkerProcess | None:
        """The worker of a turn that has come; ``None`` if none is warm."""
        with self._lock:
            if self._is_closed:
                raise no_spawner()
            worker = next((w for w in self._drained() if w.is_alive), None)
            if worker is not None:
                self._occupy(worker, turn)
        return worker

    def _admits(self, client: str) -> bool:
        """Whether another query of this client may run now."""
        running = len(self._busy) + len(self._granted)
        places = self.options.workers
        if not self._held.get(client):
            places += self.options.spares
        return running < places

    def _let_in(self, turn: Turn) -> None:
        turn.is_granted = True
        self._granted.add(turn)
        self._held[turn.client] = self._held.get(turn.client, 0) + 1

    def _occupy(self, worker: WorkerProcess, turn: Turn) -> None:
        worker.client, worker.preempted = turn.client, False
        worker.started = time.monotonic()
        self._granted.discard(turn)
        self._busy.add(worker)

    def _drained(self) -> Iterator[WorkerProcess]:
        while self._idle:
            yield self._idle.pop()  # the last one back: its caches are the warmest

    def _wait_until(self, come: threading.Event, is_gone: Gone | None) -> None:
        deadline = time.monotonic() + self.options.queue_timeout_s
        while not come.wait(SLICE_S):
            if is_gone is not None and is_gone():
                self.count("cancelled")
                raise ClientGone
            if time.monotonic() > deadline:
                self.count("refused_busy")
                raise busy()
            self._relieve()

    def count(self, what: str) -> None:
        """Count an event of ``/metrics``."""
        with self._lock:
            self.counts[what] += 1

    def _relieve(self) -> None:
        """Stop the query that has had the most, if it had its share."""
        now = time.monotonic()
        with self._lock:
            over = [
                w
                for w in self._busy
                if now - w.started > self.options.busy_timeout_s and not w.preempted
            ]
            if not over or any(w.preempted for w in self._busy):
                return
            loads = self._load
            victim = max(over, key=lambda w: (loads.get(w.client, 0), -w.started))
            victim.preempted = True
            self.counts["preempted"] += 1
        victim.kill()

    def leave(self, turn: Turn) -> None:
        """Give up a turn that has no worker yet, whether it has come or not."""
        with self._lock:
            queue = self._waiting.get(turn.client)
            if queue is not None and turn in queue:
                queue.remove(turn)
                if not queue:
                    del self._waiting[turn.client]
            elif turn in self._granted:
                self._granted.discard(turn)
                _less(self._held, turn.client)
                self._grant()
            _less(self._load, turn.client)

    def _grant(self) -> None:
        """Let the next one in: clients in turn, each one's oldest first."""
        while client := next(filter(self._admits, self._waiting), None):
            queue = self._waiting.pop(client)
            turn = queue.popleft()
            if queue:
                self._waiting[client] = queue
            self._let_in(turn)
            turn.wake()

    def give_back(self, worker: WorkerProcess, client: str) -> None:
        """Return a worker, alive or not."""
        worker.started = 0.0
        if worker.is_alive and worker.is_nice:
            self._restore_priority(worker)
        with self._lock:
            self._busy.discard(worker)
            _less(self._held, client)
            _less(self._load, client)
            if worker.is_worn:
                worker.kill()
            if worker.is_alive and not self._is_closed:
                self._idle.append(worker)
            self._grant()
        if self._is_closed:
            worker.discard()
        elif not worker.is_alive:  # not here: an event loop may be giving it back
            threading.Thread(target=self._replace, args=(worker,), daemon=True).start()

    def _restore_priority(self, worker: WorkerProcess) -> None:
        try:
            ours = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, worker.pid, ours)
            worker.is_nice = False
        except OSError:
            worker.discard()

    def _replace(self, dead: WorkerProcess) -> None:
        """Start a worker for one that died, and let go of that one."""
        dead.discard()
        with self._lock:
            total = len(self._idle) + len(self._busy)
            if self._is_closed or total >= self.options.workers + self.options.spares:
                return
        with contextlib.suppress(KGError, WorkerLost, TimeoutError):
            worker = self._start()
            with self._lock:
                self._idle.append(worker)
            self._kill_if_closed(worker)

    def _kill_if_closed(self, worker: WorkerProcess) -> None:
        if self._is_closed:
            worker.discard()

    def warm(self, path: str, budget_bytes: int) -> None:
        """Have every idle worker open this generation."""
        request = json.dumps({"do": "open", "path": path, "budget": budget_bytes})
        with self._lock:
            stale = [w for w in self._idle if w.path != path]
            for worker in stale:
                self._idle.remove(worker)
        for worker in stale:
            try:
                worker.send(request.encode())
                tag, told = worker.receive(time.monotonic() + START_S)
                if tag == b"E":
                    raise error_from_json(told)
                worker.path = path
            except (WorkerLost, TimeoutError):
                worker.discard()
            finally:
                with self._lock:
                    if worker.is_alive:
                        self._idle.append(worker)
                self._kill_if_closed(worker)

    def close(self) -> None:
        """Stop all workers."""
        with self._lock:
            self._is_closed = True
            idle, busy = list(self._idle), list(self._busy)
            self._idle.clear()
        for worker in idle:
            worker.discard()
        for worker in busy:  # whoever has it discards it
            worker.kill()


def _less(counts: dict[str, int], client: str) -> None:
    """Count one less, and forget a client that has none."""
    left = counts.get(client, 0) - 1
    if left > 0:
        counts[client] = left
    else:
        counts.pop(client, None)
