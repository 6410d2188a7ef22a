"""A server process of our own: started, waited for, killed, started again."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path


def free_port() -> int:
    """A port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """One server and its folder; a killed one starts again on the same data.

    Args:
        command: program and arguments.
        folder: working directory of the process; its output goes to ``log.txt``.
        ready_url: the server is up when this address answers at all.
        wait_s: how long a start may take.
    """

    def __init__(
        self, command: list[str], folder: Path, ready_url: str, wait_s: float = 60.0
    ) -> None:
        self._command = command
        self._folder = folder
        self._ready_url = ready_url
        self._wait_s = wait_s
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until it answers."""
        log = (self._folder / "log.txt").open("ab")
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, stdout=log, stderr=log
        )
        log.close()
        until = time.monotonic() + self._wait_s
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise RuntimeError(f"{self._command[0]} ended: {self.log()}")
            try:
                urllib.request.urlopen(self._ready_url, timeout=2).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"{self._command[0]} did not answer: {self.log()}")

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it in good order (SIGTERM), by force after ten seconds."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @property
    def pid(self) -> int:
        """Number of the running process."""
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        """The end of what the process printed."""
        return (self._folder / "log.txt").read_text(errors="replace")[-2000:]
