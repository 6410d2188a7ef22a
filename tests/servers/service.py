"""The service itself, as an operator runs it, for tests that must be outside."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port of the loopback nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(root: int) -> list[int]:
    """A process and all that it started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


class Service:
    """``kg serve`` in a process of its own.

    Args:
        folder: for its store, its cache and its log.
        settings: name to value, as text.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.log_path = folder / "service.log"
        self.program = [sys.executable, "-m", "kg"]
        self._settings = {
            "store": f"file:{folder / 'store'}",
            "cache": str(folder / "cache"),
            "port": str(self.port),
            "shipped": "no",
        } | settings

    def start(self) -> None:
        """Start it and wait until it is ready."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KG_")}
        environment |= {f"KG_{k.upper()}": v for k, v in self._settings.items()}
        environment.pop("PYTHONPATH", None)
        if self.program[0] == sys.executable:
            environment["PYTHONPATH"] = str(ROOT)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.program, "serve"],
                env=environment,
                cwd=self.folder,
                stderr=log,
                stdout=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.get("/readyz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError(self.log_path.read_text())

    def stop(self, patience_s: float = 30) -> None:
        """Tell it to stop and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(patience_s)

    def kill(self) -> None:
        """Kill -9 every process of it at once."""
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    def pids(self) -> list[int]:
        """The service and all that it started."""
        return descendants(self.process.pid)

    def memory_mb(self) -> float:
        """Proportional set size of all its processes, MiB."""
        return sum(self.memory_by_process().values())

    def memory_by_process(self) -> dict[int, float]:
        """Proportional set size of each of its processes, MiB."""
        found = {}
        for pid in self.pids():
            try:
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            found[pid] = (
                sum(
                    int(line.split()[1])
                    for line in rollup.splitlines()
                    if line.startswith("Pss:")
                )
                / 1024
            )
        return found

    def connect(self, timeout_s: float = 30) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout_s)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None = None,
        timeout_s: float = 60,
        **headers: str,
    ) -> tuple[int, dict[str, str], bytes]:
        """One request on a connection of its own: status, headers, body."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout_s
        )
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, told, answer.read()
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """A GET."""
        return self.request("GET", path, **headers)

    def query(
        self, text: str, accept: str = "", **parameters: str
    ) -> tuple[int, dict[str, str], bytes]:
        """A query by POST."""
        body = urlencode({"query": text, **parameters}).encode()
        kind = "application/x-www-form-urlencoded"
        return self.request(
            "POST", "/sparql", body, Content_Type=kind, Accept=accept or "*/*"
        )

    def update(self, text: str, token: str) -> tuple[int, dict[str, str], bytes]:
        """An update with a token."""
        return self.request(
            "POST",
            "/update",
            text.encode(),
            Content_Type="application/sparql-update",
            Authorization=f"Bearer {token}",
        )

    def log(self) -> list[dict[str, Any]]:
        """What it has logged: one JSON object a line."""
        lines = self.log_path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]
