"""A worker process seen from the service: make it, ask it, kill it."""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kg.store.endings import no_spawner
from kg.store.frames import HEAD, send_frame

Gone = Callable[[], bool]
SLICE_S: Final = 0.1
START_S: Final = 20.0
AT_ONCE_BYTES: Final = 64 * 1024
_NICE_AFTER_S: Final = 0.2
_NICE_BY: Final = 10
_READ_BYTES: Final = 120 * 1024  # one allocation without a system call in glibc


class Spawner:
    """The process that forks workers (``kg.store.spawner``)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        self._control = ours
        source = Path(__file__).resolve().parents[2]
        environment = {**os.environ, "PYTHONPATH": str(source)}
        code = f"from kg.store.spawner import main; main({theirs.fileno()})"
        self._process = subprocess.Popen(  # noqa: S603 (our own code, no shell)
            [sys.executable, "-c", code],
            pass_fds=[theirs.fileno()],
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        theirs.close()

    def fork(self, theirs: socket.socket, options: dict[str, Any]) -> tuple[int, int]:
        """Fork a worker that serves this socket.

        Returns:
            Its process id, and a file descriptor that stands for it alone.

        Raises:
            StoreUnreachableError: if the spawner is gone.
        """
        rights = array.array("i", [theirs.fileno()])
        message = json.dumps({"do": "fork", "options": options}).encode()
        try:
            with self._lock:
                ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
                self._control.sendmsg([message], ancillary)
                told, fds, _, _ = socket.recv_fds(self._control, 4096, 1)
        except OSError as exc:
            raise no_spawner() from exc
        if not told:
            raise no_spawner()
        return int(json.loads(told)["pid"]), fds[0]

    def status(self, pid: int) -> int | None:
        """How a worker ended: its wait status; waits for the end."""
        message = json.dumps({"do": "status", "pid": pid}).encode()
        try:
            with self._lock:
                self._control.sendall(message)
                told = self._control.recv(4096)
        except OSError:
            return None
        status = json.loads(told)["status"] if told else None
        return None if status is None else int(status)

    @property
    def pid(self) -> int:
        """Process id of the spawner."""
        return self._process.pid

    def close(self) -> None:
        """End the spawner, and with it every worker."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)


_prepared: list[Spawner] = []


def prepare_spawner() -> None:
    """Start a spawner for the next store, while the program still loads."""
    _prepared.append(Spawner())


def take_spawner() -> Spawner:
    """The prepared spawner, or a new one."""
    return _prepared.pop() if _prepared else Spawner()


def _always() -> bool:
    return True


class WorkerProcess:
    """One worker, seen from the service."""

    def __init__(
        self, spawner: Spawner, *, network: bool = False, writes: bool = False
    ) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            wished = {"network": network, "writes": writes}
            try:
                self.pid, self._pidfd = spawner.fork(theirs, wished)
            except BaseException:
                ours.close()
                raise
        self._spawner = spawner
        self._socket = ours
        self.fd = ours.fileno()
        self._poll = select.poll()
        self._poll.register(self.fd, select.POLLIN)
        self._buffer = bytearray()
        self.path = ""
        self.client = ""
        self.started = 0.0
        self.preempted = False
        self.gives_way: Callable[[], bool] = _always
        self.is_nice = False
        self.is_worn = False
        self.is_alive = True
        self._is_closed = False
        self._lock = threading.Lock()
        tag, told = self.receive(time.monotonic() + START_S)
        self.network_closed = bool(json.loads(told)["network_closed"])
        if tag != b"Z":
            raise no_spawner()

    def send(self, request: bytes) -> None:
        """Send a request."""
        try:
            send_frame(self.fd, b"Q", request)
        except OSError as exc:
            raise WorkerLost from exc

    def send_at_once(self, request: bytes) -> None:
        """Send a request without waiting; a worker that does not take it is ended.

        An idle worker has read all it was sent, so there is room for a request
        that is shorter than ``AT_ONCE_BYTES``.
        """
        frame = HEAD.pack(b"Q", len(request)) + request
        try:
            sent = self._socket.send(frame, socket.MSG_DONTWAIT)
        except OSError:
            sent = 0
        if sent < len(frame):
            self.kill()

    def receive(
        self, deadline: float, is_gone: Gone | None = None
    ) -> tuple[bytes, bytes]:
        """Wait for the next frame.

        Raises:
            TimeoutError: if the deadline is over.
            WorkerLost: if the worker died.
            ClientGone: if ``is_gone`` said so.
        """
        while (frame := self.frame()) is None:
            self._wait(deadline, is_gone)
            self._read(0)
        return frame

    def frame(self) -> tuple[bytes, bytes] | None:
        """The next frame of what was read already, if it is whole."""
        buffer = self._buffer
        if len(buffer) < HEAD.size:
            return None
        tag, length = HEAD.unpack_from(buffer)
        end = HEAD.size + length
        if len(buffer) < end:
            return None
        payload = bytes(memoryview(buffer)[HEAD.size : end])
        del buffer[:end]
        return tag, payload

    @property
    def has_more(self) -> bool:
        """Whether something was read beyond the last frame."""
        return bool(self._buffer)

    def read_at_once(self) -> None:
        """Read what is there, without waiting.

        Raises:
            WorkerLost: if the worker died.
        """
        self._read(socket.MSG_DONTWAIT)

    def _read(self, flags: int) -> None:
        try:
            piece = self._socket.recv(_READ_BYTES, flags)
        except BlockingIOError:
            return
        except OSError as exc:
            raise WorkerLost from exc
        if not piece:
            raise WorkerLost
        self._buffer += piece

    def _wait(self, deadline: float, is_gone: Gone | None) -> None:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                if self._poll.poll(min(left, SLICE_S) * 1000):
                    return
            except OSError as exc:
                raise WorkerLost from exc
            if is_gone is not None and is_gone():
                raise ClientGone
            if not self.is_nice and self.started and self.gives_way():
                self._renice()

    def _renice(self) -> None:
        """A query that takes long gives way to those that do not."""
        if time.monotonic() - self.started > _NICE_AFTER_S:
            with contextlib.suppress(OSError):
                ours = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PROCESS, self.pid, min(19, ours + _NICE_BY))
            self.is_nice = True

    def kill(self) -> None:
        """End the process at once; may be called from any thread, twice."""
        with self._lock:
            if self.is_alive and not self._is_closed:
                self.is_alive = False
                with contextlib.suppress(OSError):
                    signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def discard(self) -> int | None:
        """Kill, close, and tell how the process ended (its wait status)."""
        self.kill()
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._buffer = bytearray()
                self._socket.close()
                os.close(self._pidfd)
        return self._spawner.status(self.pid)


class WorkerLost(Exception):  # noqa: N818 (an event, told apart from errors)
    """The worker died."""


class ClientGone(Exception):  # noqa: N818
    """The client left; nobody reads what we would say."""
