"""Keeps a name index for the store's generation, building it when it changes."""

from __future__ import annotations

import logging
import re
import threading
from pathlib import Path

from kg.errors import DataError, KGError
from kg.search.build import write_index
from kg.search.gather import read_entries
from kg.search.index import Match, NameIndex, Wish
from kg.store import Store

LOG = logging.getLogger(__name__)


class Names:
    """The name index that fits the store as it is now.

    The first question builds it (or opens the file another process made). When
    the data change, the old one answers until the new one is ready.

    Args:
        store: where the names are.
        folder: where index files lie; one file a generation, older ones go.
    """

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._lock = threading.Lock()
        self._index: NameIndex | None = None
        self._builder: threading.Thread | None = None

    def search(self, wish: Wish) -> list[Match]:
        """The things that fit a wish; see ``NameIndex.search``."""
        return self.index().search(wish)

    def index(self) -> NameIndex:
        """The index of this generation, or of the one before while it is built."""
        generation = self._store.generation
        index = self._index
        if index is not None and index.generation == generation:
            return index
        with self._lock:
            if self._index is None:
                self._index = self._made(generation)
            elif self._index.generation != generation and not self._is_building():
                self._builder = threading.Thread(
                    target=self._renew, args=(generation,), daemon=True
                )
                self._builder.start()
            return self._index

    def wait(self) -> None:
        """Wait until no index is being built."""
        builder = self._builder
        if builder is not None:
            builder.join()

    def _is_building(self) -> bool:
        return self._builder is not None and self._builder.is_alive()

    def _renew(self, generation: str) -> None:
        try:
            self._index = self._made(generation)
        except KGError:
            LOG.exception("the name index could not be renewed; the old one stays")

    def _made(self, generation: str) -> NameIndex:
        name = re.sub(r"[^A-Za-z0-9_-]", "_", generation)
        path = self._folder / f"names-{name}.sqlite"
        if path.exists():
            try:
                return NameIndex(path)
            except DataError:
                LOG.warning("the name index %s is unusable and is made anew", path)
        count = write_index(path, read_entries(self._store), generation)
        LOG.info("name index of %d things at %s", count, path)
        for old in self._folder.glob("names-*.sqlite"):
            if old != path:
                old.unlink(missing_ok=True)
        return NameIndex(path)
