"""Measures processes and requests."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import urllib3


@dataclass(frozen=True)
class Cost:
    """What a step took: wall and CPU seconds, most memory in MiB."""

    wall_s: float
    cpu_s: float
    peak_mb: float

    def row(self) -> dict[str, float]:
        """For JSON."""
        return {k: round(v, 2) for k, v in asdict(self).items()}


def run(*command: str, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end, all its children included.

    Raises:
        RuntimeError: if it fails.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(
        time.perf_counter() - began,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / 1024,
    )


def python(*arguments: str) -> tuple[str, ...]:
    """This interpreter with these arguments."""
    return (sys.executable, *arguments)


def memory_mb(pid: int) -> float:
    """Memory of a process and its children that no other process shares."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(p.memory_full_info().uss for p in family) / 2**20


def anonymous_mb(pid: int) -> float:
    """Memory of a process and its children that no file backs.

    What is left out are pages of files that the system takes back when it is short.
    """
    process = psutil.Process(pid)
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            told = Path(f"/proc/{one.pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        lines = dict(line.split(":", 1) for line in told.splitlines()[1:])
        total += int(lines["Anonymous"].split()[0])
    return total / 1024


def cpu_s(pid: int) -> float:
    """Processor seconds of a process and its children so far."""
    process = psutil.Process(pid)
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total


def folder_mb(folder: Path) -> float:
    """Size of a folder's files; a hard link counts once."""
    sizes = {
        f.stat().st_ino: f.stat().st_size for f in folder.rglob("*") if f.is_file()
    }
    return sum(sizes.values()) / 2**20


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one question: first and median of the rest; ``None``: failed."""

    cold_ms: float | None
    warm_ms: float | None
    rows: int | None = None
    told: str = ""


def timed(call: Callable[[], int], runs: int, limit_s: float) -> Timing:
    """Time a call: once cold, then warm; slow ones fewer times."""
    times: list[float] = []
    rows = None
    for number in range(runs + 1):
        began = time.perf_counter()
        try:
            rows = call()
        except Exception as error:  # noqa: BLE001 (a peer's failure is a result)
            return Timing(None, None, told=f"{type(error).__name__}: {error}"[:90])
        times.append((time.perf_counter() - began) * 1000)
        if number and sum(times) > limit_s * 1000:
            break
    return Timing(times[0], statistics.median(times[1:]), rows)


class Http:
    """Requests to a server, with a limit of time."""

    def __init__(self, base: str, limit_s: float) -> None:
        self.base = base
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(total=limit_s), retries=False
        )

    def page(self, path: str) -> int:
        """Get a page; its length."""
        answer = self._pool.request("GET", self.base + path)
        return self._checked(answer)

    def download(self, path: str) -> tuple[float, float, int]:
        """Read a long file as it comes, holding none of it.

        Returns:
            Seconds to the first byte and to the last, and the length.
        """
        began = time.perf_counter()
        # The limit is for a pause, not for the whole.
        patient = urllib3.Timeout(connect=10, read=120)
        answer = self._pool.request(
            "GET", self.base + path, preload_content=False, timeout=patient
        )
        first = length = 0.0
        for piece in answer.stream(1 << 20):
            first = first or time.perf_counter() - began
            length += len(piece)
        if answer.status != 200:
            raise RuntimeError(f"status {answer.status}")
        return first, time.perf_counter() - began, int(length)

    def query(self, path: str, text: str, form: str, fields: Mapping[str, str]) -> int:
        """Ask a query; the length of the answer."""
        graph = form == "CONSTRUCT"
        accept = "application/n-triples" if graph else "application/sparql-results+json"
        answer = self._pool.request_encode_body(
            "POST",
            self.base + path,
            fields={"query": text, **fields},
            encode_multipart=False,
            headers={"Accept": accept},
        )
        return self._checked(answer)

    @staticmethod
    def _checked(answer: urllib3.BaseHTTPResponse) -> int:
        if answer.status != 200 or answer.headers.get("X-SQL-State"):
            raise RuntimeError(f"status {answer.status}: {answer.data[:60]!r}")
        return len(answer.data)


def exponent(sizes: list[int], values: list[float | None]) -> float | None:
    """Slope of value against size on logarithmic axes, by least squares."""
    points = [
        (math.log(s), math.log(v)) for s, v in zip(sizes, values, strict=True) if v
    ]
    if len(points) < 2:
        return None
    mean_x = statistics.mean(x for x, _ in points)
    mean_y = statistics.mean(y for _, y in points)
    below = sum((x - mean_x) ** 2 for x, _ in points)
    return (
        sum((x - mean_x) * (y - mean_y) for x, y in points) / below if below else None
    )


def geometric_mean(values: list[float | None]) -> float | None:
    """Of those that are there; ``None`` if one is missing."""
    found = [v for v in values if v]
    if len(found) != len(values):
        return None
    return math.exp(statistics.mean(math.log(v) for v in found))
