"""Keeps a name index for the store's generation, building it when it changes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kg.errors import DataError, KGError
from kg.search.build import Entry, write_index
from kg.search.gather import entries_of, read_entries
from kg.search.index import Match, NameIndex, Wish
from kg.shelf import Keeper, Shelf
from kg.shelf.keeper import file_name, sweep
from kg.store import Store

LOG = logging.getLogger(__name__)
TOLD_THINGS = 100_000


class Names:
    """The name index that fits the store as it is now.

    The first question builds it (or opens the file another process made). When
    the data change, the old one answers until the new one is ready.

    Args:
        store: where the names are.
        folder: where index files lie; one file a generation, older ones go.
        keeper: has the index of a large graph made in a process of its own.
    """

    def __init__(
        self, store: Store, folder: Path, keeper: Keeper | None = None
    ) -> None:
        self._store = store
        self._folder = folder
        self._keeper = keeper
        self._lock = threading.Lock()
        self._index: NameIndex | None = None
        self._builder: threading.Thread | None = None

    def search(self, wish: Wish) -> list[Match]:
        """The things that fit a wish; see ``NameIndex.search``."""
        return self.index().search(wish)

    def index(self) -> NameIndex:
        """The index of this generation, or of the one before while it is built.

        Raises:
            PreparingError: if the graph is large and there is no index yet.
        """
        generation = self._store.generation
        index = self._index
        if index is not None and index.generation == generation:
            return index
        with self._lock:
            if self._keeper is not None and not self._keeper.is_small():
                return self._of_large(self._keeper, generation)
            if self._index is None:
                self._index = self._made(generation)
            elif self._index.generation != generation and not self._is_building():
                self._builder = threading.Thread(
                    target=self._renew, args=(generation,), daemon=True
                )
                self._builder.start()
            return self._index

    def _of_large(self, keeper: Keeper, generation: str) -> NameIndex:
        found = _opened(self.path(generation))
        if found is None:
            keeper.start()
            files = sorted(
                self._folder.glob("names-*.sqlite"), key=lambda p: -p.stat().st_mtime
            )
            found = self._index or next(filter(None, map(_opened, files)), None)
        if found is None:
            raise keeper.not_yet()
        self._index = found
        return found

    def path(self, generation: str) -> Path:
        """Where the index of a generation lies."""
        return self._folder / file_name("names", generation, "sqlite")

    @property
    def ready(self) -> NameIndex | None:
        """The index as far as there is one: nothing is built for who asks this."""
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
        path = self.path(generation)
        if (found := _opened(path)) is not None:
            return found
        count = write_index(path, read_entries(self._store), generation)
        LOG.info("name index of %d things at %s", count, path)
        sweep(self._folder, "names", keep=1)
        return NameIndex(path)


def prepare_names(
    folder: Path, shelf: Shelf, told: Callable[[int], None] = lambda count: None
) -> int:
    """Write the index of a large graph from its shelf, unless it is there.

    Args:
        folder: where it lies.
        shelf: that has the names.
        told: called with the number of things so far, every ``TOLD_THINGS``.

    Returns:
        The number of things.
    """
    path = folder / file_name("names", shelf.generation, "sqlite")
    if _opened(path) is not None:
        return 0
    count = write_index(path, _counted(entries_of(shelf), told), shelf.generation)
    sweep(folder, "names")
    return count


def _counted(entries: Iterable[Entry], told: Callable[[int], None]) -> Iterator[Entry]:
    for count, entry in enumerate(entries, 1):
        yield entry
        if count % TOLD_THINGS == 0:
            told(count)


def _opened(path: Path) -> NameIndex | None:
    """The index in a file; none if there is no such file, or a damaged one."""
    if not path.exists():
        return None
    try:
        return NameIndex(path)
    except DataError:
        LOG.warning("the name index %s is unusable and is made anew", path)
        path.unlink(missing_ok=True)
        return None
