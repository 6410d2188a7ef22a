"""A file of SQLite that is only read: whole when it is there, never changed."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from kg.errors import DataError

_CACHED_KIB = 2048
_SPARE = 4  # times its size must be free
_STEP = 128 << 10  # the least that a system reads ahead: of more it takes a part
_TURN = 4 << 20
_PAUSE_S = 0.005


def _available() -> int:
    """Bytes of memory that can be had without pushing out what is in use."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        told = dict(line.split(":", 1) for line in lines)
        return int(told["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, KeyError):
        return 0


class ReadOnlyFile:
    """Read-only; safe to share between threads, each has a connection of its own.

    Args:
        path: the file.
        layout: that its table ``meta`` must tell.
        called: what it is, for errors.

    Raises:
        DataError: if it is not such a file, or of another layout.
    """

    def __init__(self, path: Path, layout: int, called: str) -> None:
        self._path = path
        self._local = threading.local()
        try:
            meta = dict(self.rows("SELECT key, value FROM meta"))
        except sqlite3.Error as exc:
            raise DataError(f"The {called} {path} cannot be read: {exc}") from exc
        if meta.get("layout") != str(layout):
            raise DataError(f"The {called} {path} has another layout.")
        self.generation = str(meta.get("generation", ""))

    def _base(self) -> sqlite3.Connection:
        base: sqlite3.Connection | None = getattr(self._local, "base", None)
        if base is None:
            base = sqlite3.connect(
                f"file:{self._path}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
            )
            # Never mapped: of a page that is not in memory the system then reads
            # megabytes around it, some hundred times for one page of ours.
            base.execute("PRAGMA mmap_size=0")
            base.execute(f"PRAGMA cache_size=-{_CACHED_KIB}")
            self._local.base = base
        return base

    def rows(self, query: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query in SQL."""
        return list(self._base().execute(query, tuple(values)))

    def stream(
        self, query: str, values: Iterable[object] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a query in SQL, one at a time."""
        return iter(self._base().execute(query, tuple(values)))

    def preload(self, available: int | None = None) -> int:
        """Have the system read the file into memory that nobody else needs.

        A page of ours is a few hundred places of the file, one after the other:
        from a cold disk they cost more than all else.

        Args:
            available: bytes of free memory; what the system says if not given.

        Returns:
            Bytes that were asked for: none where they would push out others' pages.
        """
        size = self._path.stat().st_size
        free = _available() if available is None else available
        if not hasattr(os, "posix_fadvise") or size * _SPARE > free:
            return 0
        with self._path.open("rb") as file:
            for start in range(0, size, _STEP):
                os.posix_fadvise(file.fileno(), start, _STEP, os.POSIX_FADV_WILLNEED)
                if start % _TURN == 0:
                    time.sleep(_PAUSE_S)  # who asks meanwhile has the disk as well
        return size

    def close(self) -> None:
        """Close this thread's connection."""
        base = getattr(self._local, "base", None)
        if base is not None:
            base.close()
            self._local.base = None
