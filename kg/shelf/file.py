"""A file of SQLite that is only read: whole when it is there, never changed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from kg.errors import DataError

_CACHED_KIB = 2048


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

    def close(self) -> None:
        """Close this thread's connection."""
        base = getattr(self._local, "base", None)
        if base is not None:
            base.close()
            self._local.base = None
