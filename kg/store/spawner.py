"""A small process that does nothing but fork workers.

The service has threads, and a process with threads must not fork. This one has
none: it imports the engine once and forks a worker each time it is asked, which
takes milliseconds and shares the engine's memory. It ends with the service,
and its workers end with it.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import signal
import socket
from typing import Any

from kg.store import worker

_STATUS_KEPT = 512


def main(fd: int) -> None:
    """Serve the control socket until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = socket.socket(fileno=fd)
    statuses: dict[int, int] = {}
    while True:
        readable, _, _ = select.select([control], [], [], 1.0)
        _reap(statuses)
        if not readable:
            continue
        message, fds = _receive(control)
        if not message:
            return
        request = json.loads(message)
        if request["do"] == "fork":
            _fork(control, fds[0], request, statuses)
        else:
            status = _status(request["pid"], statuses)
            control.sendall(json.dumps({"status": status}).encode())


def _receive(control: socket.socket) -> tuple[bytes, list[int]]:
    fds = array.array("i")
    space = socket.CMSG_SPACE(fds.itemsize)
    message, ancillary, _, _ = control.recvmsg(65536, space)
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return message, list(fds)


def _fork(
    control: socket.socket, fd: int, request: dict[str, Any], statuses: dict[int, int]
) -> None:
    pid = os.fork()
    if pid == 0:
        control.close()
        worker.main(fd, request["options"])
    os.close(fd)
    statuses.pop(pid, None)
    pidfd = os.pidfd_open(pid)
    rights = array.array("i", [pidfd])
    control.sendmsg(
        [json.dumps({"pid": pid}).encode()],
        [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)],
    )
    os.close(pidfd)


def _reap(statuses: dict[int, int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            statuses[pid] = status
    while len(statuses) > _STATUS_KEPT:
        statuses.pop(next(iter(statuses)))


def _status(pid: int, statuses: dict[int, int]) -> int | None:
    """How a worker ended: its wait status; ``None`` if it is not known."""
    if pid in statuses:
        return statuses[pid]
    with contextlib.suppress(ChildProcessError):
        found, status = os.waitpid(pid, 0)
        statuses[found] = status
        return status
    return None
