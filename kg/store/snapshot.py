"""One generation on disk, read in this process: for work that reads all of it.

A service never runs the engine in its own process (``kg.store.isolated``); what
is computed once per generation runs in a process of its own, which may read the
files directly and row by row, so that memory stays flat and no term is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from kg.errors import StoreError, StoreReadOnlyError, StoreUnreachableError
from kg.model import Term, Triple
from kg.store import engine
from kg.store.base import Solutions
from kg.store.generations import Generations
from kg.store.terms import from_engine, query_error
from kg.store.transport import as_triple

Row = tuple[Term | None, ...]


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

    def _query(
        self, query: str
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        try:
            return self._store.query(query)
        except SyntaxError as exc:
            raise query_error(exc) from exc
        except (OSError, ValueError, RuntimeError) as exc:
            raise StoreError(f"The engine failed: {exc}") from exc

    def rows(self, query: str) -> Iterator[Row]:
        """The solutions of a SELECT, one at a time."""
        found = self._query(query)
        if not isinstance(found, ox.QuerySolutions):
            raise StoreError("This query is not a SELECT.")
        for row in found:
            yield tuple(None if t is None else from_engine(t) for t in row)

    def select(self, query: str, *, timeout_s: float = 30.0) -> Solutions:
        """Answer a SELECT (see ``Store.select``)."""
        found = self._query(query)
        if not isinstance(found, ox.QuerySolutions):
            raise StoreError("This query is not a SELECT.")
        names = tuple(v.value for v in found.variables)
        rows = [
            tuple(None if t is None else from_engine(t) for t in row) for row in found
        ]
        return Solutions(names, rows)

    def beginning(self, query: str, most: int) -> tuple[Solutions, int]:
        """The first ``most`` solutions of a SELECT, and how many there are in all."""
        found = self._query(query)
        if not isinstance(found, ox.QuerySolutions):
            raise StoreError("This query is not a SELECT.")
        names = tuple(v.value for v in found.variables)
        rows = [
            tuple(None if t is None else from_engine(t) for t in row)
            for row in islice(found, most)
        ]
        return Solutions(names, rows), len(rows) + sum(1 for _ in found)

    def ask(self, query: str, *, timeout_s: float = 30.0) -> bool:
        """Answer an ASK (see ``Store.ask``)."""
        return bool(self._query(query))

    def construct(self, query: str, *, timeout_s: float = 30.0) -> list[Triple]:
        """Answer a CONSTRUCT (see ``Store.construct``)."""
        found = self._query(query)
        if not isinstance(found, ox.QueryTriples):
            raise StoreError("This query is not a CONSTRUCT.")
        triples = (
            as_triple([from_engine(t) for t in (x.subject, x.predicate, x.object)])
            for x in found
        )
        return list(dict.fromkeys(triples))

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
