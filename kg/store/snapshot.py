"""One generation on disk, read in this process: for work that reads all of it.

A service never runs the engine in its own process (``kg.store.isolated``); what
is computed once per generation runs in a process of its own, which may read the
files directly and row by row, so that memory stays flat and no term is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox

from kg.errors import StoreReadOnlyError, StoreUnreachableError
from kg.model import Triple
from kg.store import asking, engine
from kg.store.asking import Row
from kg.store.base import Solutions
from kg.store.generations import Generations


class Snapshot:
    """The generation that counts, as a ``Store`` that only reads.

    No limit of time holds here: the process is its own limit.

    Args:
        root: folder of the store.

    Raises:
        StoreUnreachableError: if there is no generation that can be opened.
    """

    def __init__(self, root: Path) -> None:
        generations = Generations(root)
        self.generation = generations.current
        path = generations.path(self.generation)
        try:
            self._store = ox.Store.read_only(str(path))
        except (OSError, ValueError) as exc:
            raise StoreUnreachableError(
                f"The generation {path} cannot be read: {exc}",
                zh=f"无法读取版本 {path}：{exc}",
            ) from exc

    def rows(self, query: str) -> Iterator[Row]:
        """The solutions of a SELECT, one at a time."""
        yield from asking.rows(asking.solutions(self._store, query))

    def select(self, query: str, *, timeout_s: float = 30.0) -> Solutions:
        """Answer a SELECT (see ``Store.select``)."""
        return asking.select(self._store, query)

    def ask(self, query: str, *, timeout_s: float = 30.0) -> bool:
        """Answer an ASK (see ``Store.ask``)."""
        return asking.ask(self._store, query)

    def construct(self, query: str, *, timeout_s: float = 30.0) -> list[Triple]:
        """Answer a CONSTRUCT (see ``Store.construct``)."""
        return asking.construct(self._store, query)

    def graphs(self) -> dict[str, int]:
        """IRI of each named graph and the number of its triples."""
        return engine.graph_sizes(self._store)

    def replace_graphs(
        self, graphs: Mapping[str, Iterable[Triple] | None], *, conclude: bool = False
    ) -> str:
        """Not here: nobody writes a generation."""
        raise StoreReadOnlyError("A snapshot is not written.", zh="快照不可写入。")

    def close(self) -> None:
        """Let go of the files."""
        del self._store
