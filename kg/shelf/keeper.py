"""Finds the shelf that fits the store as it is now, and has it made when missing."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from kg.errors import DataError, KGError, PreparingError
from kg.shelf.shelf import Shelf
from kg.shelf.stream import PROLOGUE
from kg.store import Store

LOG = logging.getLogger(__name__)
SMALL = 20_000
"""Statements up to which the plain queries are quick enough."""
_KEPT = 2
_AGAIN_S = 60.0
_RETRY_S = 15
_COUNT = """SELECT (COUNT(?st) AS ?n) WHERE {
  { SELECT ?st WHERE { ?st rdf:predicate ?p } LIMIT %d } }"""


def file_name(kind: str, generation: str, suffix: str) -> str:
    """What a file of a generation is called: ``shelf-g00000007-3fa9c1.sqlite``."""
    return f"{kind}-{re.sub(r'[^A-Za-z0-9_-]', '_', generation)}.{suffix}"


def sweep(folder: Path, kind: str, keep: int = _KEPT) -> None:
    """Remove all but the newest files of a kind; who reads one may go on."""
    found = sorted(folder.glob(f"{kind}-*"), key=lambda p: p.stat().st_mtime)
    for old in found[:-keep]:
        old.unlink(missing_ok=True)


class Keeper:
    """The shelf of a store's generation.

    When the data change, the old shelf serves until the new one is ready; only a
    large graph that was never prepared makes a reader wait, and tells so.

    Args:
        store: whose shelf it is.
        folder: where files lie.
        prepare: makes everything a large graph needs for the generation that
            counts, and returns when that is done; runs in a thread.
        small: statements up to which no shelf is made.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        prepare: Callable[[], None],
        small: int = SMALL,
    ) -> None:
        self._store = store
        self._folder = folder
        self._prepare = prepare
        self._small = small
        self._lock = threading.Lock()
        self._shelf: Shelf | None = None
        self._small_at = ""
        self._large_at = ""
        self._worker: threading.Thread | None = None
        self._tried = ("", 0.0)

    def at_hand(self) -> Shelf | None:
        """The shelf of this generation, or of the one before; none if it is small.

        Raises:
            PreparingError: if the graph is large and there is no shelf yet.
        """
        generation = self._store.generation
        shelf = self._shelf
        if shelf is not None and shelf.generation == generation:
            return shelf
        if self._small_at == generation:
            return None
        with self._lock:
            if (found := self._open(self.path(generation))) is not None:
                self._shelf = found
                return found
            if self.is_small():
                self._small_at, self._shelf = generation, None
                return None
            self.start()
            if self._shelf is None:
                self._shelf = self._older()
            if self._shelf is None:
                raise self.not_yet()
            return self._shelf

    def ready(self) -> Shelf | None:
        """The shelf of this very generation, if it is there; nobody waits for it."""
        try:
            shelf = self.at_hand()
        except PreparingError:
            return None
        return shelf if shelf and shelf.generation == self._store.generation else None

    def path(self, generation: str) -> Path:
        """Where the shelf of a generation lies."""
        return self._folder / file_name("shelf", generation, "sqlite")

    def is_small(self) -> bool:
        """Whether plain queries answer this generation; costs ``small`` rows."""
        generation = self._store.generation
        if generation in {self._small_at, self._large_at}:
            return generation == self._small_at
        found = self._store.select(PROLOGUE + _COUNT % (self._small + 1))
        count = int(str(found.rows[0][0])) if len(found) else 0
        if count <= self._small:
            self._small_at = generation
        else:
            self._large_at = generation
        return count <= self._small

    def start(self) -> None:
        """Have everything made for this generation, unless that is under way."""
        if self._worker is not None and self._worker.is_alive():
            return
        generation, now = self._store.generation, time.monotonic()
        if self._tried[0] == generation and now - self._tried[1] < _AGAIN_S:
            return
        self._tried = (generation, now)
        self._worker = threading.Thread(target=self._run, daemon=True)
        self._worker.start()

    def wait(self) -> None:
        """Wait until nothing is being made."""
        if self._worker is not None:
            self._worker.join()

    def not_yet(self) -> PreparingError:
        """What a reader is told while a large graph is prepared for the first time."""
        return PreparingError(
            "The graph is large and is being counted and indexed for the first time.",
            zh="图谱较大，正在首次统计与建立索引。",
            hint="Entity pages and SPARQL answer already; come back in a minute.",
            hint_zh="实体页面与 SPARQL 已可使用；请稍后再来。",
            context={"retry_after_s": _RETRY_S},
        )

    def _run(self) -> None:
        began = time.monotonic()
        try:
            self._prepare()
        except (KGError, OSError):
            LOG.exception("what pages need of the whole graph could not be computed")
            return
        LOG.info("a large graph was prepared in %.0f s", time.monotonic() - began)

    def _open(self, path: Path) -> Shelf | None:
        if not path.exists():
            return None
        try:
            return Shelf(path)
        except DataError as error:
            LOG.warning("%s is unusable and is made anew: %s", path, error)
            path.unlink(missing_ok=True)
            return None

    def _older(self) -> Shelf | None:
        files = self._folder.glob("shelf-*.sqlite")
        for path in sorted(files, key=lambda p: -p.stat().st_mtime):
            if (found := self._open(path)) is not None:
                return found
        return None
