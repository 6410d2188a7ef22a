"""The folder of a store on disk: its generations, and which one counts.

::

    var/store/
      CURRENT            name of the generation that counts
      facts/<name>.json  quads, sizes and checksums of a generation's files
      generations/<name> RocksDB files; nobody writes them any more
      staging/           what is being made; swept at every start
      lock               held by whoever makes a new generation

A new generation counts from the moment ``CURRENT`` is replaced, which is one
atomic, durable step. Other processes see it at their next look, so one process
may write while another serves.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import StoreError
from kg.store.staging import sync_folder

_NAME: Final = re.compile(r"g(\d{8,})-[0-9a-f]{6}")
_PIECE_BYTES: Final = 1024 * 1024
_LOOK_EVERY_S: Final = 0.001
# The engine's diary: no data, and a reader may add to it.
_NO_DATA: Final = ("LOCK", "LOG")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Triples by IRI of a named graph; ``is_whole`` if no graph is missing."""

    sizes: dict[str, int]
    is_whole: bool


class Generations:
    """The generations of one store.

    Args:
        root: folder of the store, made if missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "generations"
        self.facts = root / "facts"
        self.staging = root / "staging"
        for folder in (self.folder, self.facts, self.staging):
            folder.mkdir(parents=True, exist_ok=True)
        self._pointer = root / "CURRENT"
        self._pointer_name = str(self._pointer)  # looked at for every request
        self._seen: tuple[int, int] | None = None
        self._current = ""
        self._writes = 0  # that this process pointed elsewhere
        self._fresh = (0.0, 0)
        self._folder_text = str(self.folder)
        self._thread_lock = threading.RLock()

    @property
    def current(self) -> str:
        """Name of the generation that counts; empty before the first one.

        What this process publishes it sees at once, what another one does after
        ``_LOOK_EVERY_S`` at the latest: the look at the file is a system call,
        and one request needs this several times.
        """
        until, seen_writes = self._fresh
        if seen_writes == self._writes and time.monotonic() < until:
            return self._current
        writes = self._writes  # as they were before the look
        try:
            found = os.stat(self._pointer_name)  # noqa: PTH116 (half the time)
        except FileNotFoundError:
            return ""
        mark = (found.st_mtime_ns, found.st_ino)
        if mark != self._seen:
            self._current = self._pointer.read_text(encoding="ascii").strip()
            self._seen = mark
        self._fresh = (time.monotonic() + _LOOK_EVERY_S, writes)
        return self._current

    def path(self, name: str) -> Path:
        """Folder of a generation."""
        return self.folder / name

    def path_text(self, name: str) -> str:
        """The same as text, for where it is needed for every request."""
        return f"{self._folder_text}/{name}"

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only one, of all processes and threads, to make a generation."""
        with self._thread_lock, (self.root / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def next_name(self) -> str:
        """A name that no generation had: a number that grows, and chance."""
        numbers = [int(m[1]) for n in self.names() if (m := _NAME.fullmatch(n))]
        return f"g{max(numbers, default=0) + 1:08d}-{secrets.token_hex(3)}"

    def names(self) -> list[str]:
        """All generations there are, oldest first."""
        found = [p.name for p in self.folder.iterdir() if _NAME.fullmatch(p.name)]
        return sorted(found, key=lambda n: (len(n), n))

    def publish(self, staged: Path, name: str, facts: dict[str, Any]) -> None:
        """Make what was staged the generation that counts.

        Raises:
            OSError: if the disk refuses; the old one counts then.
        """
        sizes = {f.name: f.stat().st_size for f in staged.glob("*.sst")}
        told = {**facts, "tables": sizes, "sums": self._sums(staged)}
        self._write(self.facts / f"{name}.json", json.dumps(told))
        staged.rename(self.path(name))
        sync_folder(self.folder)
        self.point_at(name)

    def _sums(self, staged: Path) -> dict[str, str]:
        """Checksum of each file; of a table shared with the current generation, its.

        So a change pays for what it wrote, and a table that went bad meanwhile
        is still known by the checksum it had when it was made.
        """
        known = self.facts_of(self.current).get("sums", {}) if self.current else {}
        before = self.path(self.current)
        sums = {}
        for file in staged.iterdir():
            if file.name.startswith(_NO_DATA):
                continue
            shared = before / file.name
            if file.name in known and shared.exists() and file.samefile(shared):
                sums[file.name] = known[file.name]
            else:
                sums[file.name] = checksum(file)
        return sums

    def point_at(self, name: str) -> None:
        """Have this generation count."""
        self._write(self._pointer, name)
        self._writes += 1

    def _write(self, target: Path, text: str) -> None:
        partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with partial.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)

    def facts_of(self, name: str) -> dict[str, Any]:
        """What was recorded of a generation; empty if nothing was."""
        try:
            found: dict[str, Any] = json.loads(
                (self.facts / f"{name}.json").read_text(encoding="utf-8")
            )
        except (OSError, ValueError):
            return {}
        return found

    def sizes_of(self, name: str) -> Sizes:
        """The triples of each named graph, as far as they were counted."""
        facts = self.facts_of(name)
        return Sizes(facts.get("graphs", {}), bool(facts.get("all_counted")))

    def keep_sizes(self, name: str, sizes: Mapping[str, int]) -> None:
        """Record the triples of every named graph; not being able to is no fault."""
        with contextlib.suppress(OSError):
            if facts := self.facts_of(name):
                told = {**facts, "graphs": dict(sizes), "all_counted": True}
                self._write(self.facts / f"{name}.json", json.dumps(told))

    def has_sums(self, name: str) -> bool:
        """Whether checksums were recorded; older versions recorded none."""
        return "sums" in self.facts_of(name)

    def damage(self, name: str, *, thoroughly: bool = False) -> str:
        """What the file system shows to be wrong with a generation, or ``""``.

        Args:
            name: of the generation.
            thoroughly: read every file and compare its checksum.
        """
        facts = self.facts_of(name)
        tables = facts.get("tables")
        if tables is None:
            return "nothing is recorded about it"
        for table, size in tables.items():
            file = self.path(name) / table
            if not file.exists():
                return f"{table} is missing"
            if file.stat().st_size != size:
                return f"{table} has another size"
        return self._wrong_sum(name, facts.get("sums", {})) if thoroughly else ""

    def _wrong_sum(self, name: str, sums: dict[str, str]) -> str:
        for file_name, wanted in sums.items():
            try:
                found = checksum(self.path(name) / file_name)
            except OSError as exc:
                return f"{file_name} cannot be read: {exc.strerror}"
            if found != wanted:
                return f"{file_name} has another checksum"
        return ""

    def sweep(self, keep: int, in_use: set[str]) -> None:
        """Remove old generations but the newest ``keep`` and those in use."""
        kept = {*self.names()[-keep:], self.current, *in_use}
        for name in self.names():
            if name not in kept:
                shutil.rmtree(self.path(name), ignore_errors=True)
                (self.facts / f"{name}.json").unlink(missing_ok=True)

    def sweep_staging(self) -> None:
        """Remove what an interrupted change left behind. Call with the lock."""
        for left in self.staging.iterdir():
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def require_empty(self) -> None:
        """Raise unless there is no generation yet."""
        if self.current:
            raise StoreError("The store is not empty.", zh="存储不为空。")


def checksum(file: Path) -> str:
    """CRC-32 of a file, in hexadecimal.

    What is looked for is a disk that errs; whoever could forge a table could
    forge its checksum beside it. So the fastest sum of the standard library
    will do: it reads twice what SHA-256 does in a second.

    Raises:
        OSError: if the file cannot be read.
    """
    found = 0
    with file.open("rb", buffering=0) as opened:
        while piece := opened.read(_PIECE_BYTES):
            found = zlib.crc32(piece, found)
    return f"{found:08x}"
