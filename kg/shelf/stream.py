"""Rows of a query over the whole graph, in bounded memory, from any store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from kg import vocab
from kg.errors import QueryTooLargeError
from kg.model import Term, Triple
from kg.store import Solutions, Store

TIMEOUT_S = 3600.0
TOLD_ROWS = 1_000_000
PROLOGUE = vocab.prologue(
    "lv", "rdf", "rdfs", "owl", "skos", "prov", "oa", "schema", "dcat", "dcterms"
)
_DIGITS = "0123456789abcdef"
_DEEPEST = 5
Row = tuple[Term | None, ...]


def rows(store: Store, query: str) -> Iterator[Row]:
    """The solutions of ``query``, in no order.

    A store that hands out row by row (``kg.store.snapshot``) is read so. Of
    others the whole is asked for; one that refuses a long answer is asked in
    sixteen parts, by the hash of ``?s``, and so on down.

    Args:
        store: where to look.
        query: a SELECT without prologue; ``{part}`` stands where a FILTER on
            ``?s`` may.
    """
    stream = getattr(store, "rows", None)
    if stream is not None:
        yield from stream(PROLOGUE + query.replace("{part}", ""))
    else:
        yield from _part(store, query, "")


def _part(store: Store, query: str, prefix: str) -> Iterator[Row]:
    only = f"FILTER(STRSTARTS(MD5(STR(?s)), '{prefix}'))" if prefix else ""
    try:
        found = store.select(
            PROLOGUE + query.replace("{part}", only), timeout_s=TIMEOUT_S
        )
    except QueryTooLargeError:
        if len(prefix) >= _DEEPEST or "{part}" not in query:
            raise
        for digit in _DIGITS:
            yield from _part(store, query, prefix + digit)
        return
    yield from found.rows


class Patient:
    """A store whose answers may take as long as a whole graph needs.

    Args:
        store: that is asked.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        stream = getattr(store, "rows", None)
        if stream is not None:
            self.rows = stream

    @property
    def generation(self) -> str:
        """As the store's."""
        return self._store.generation

    def select(self, query: str, *, timeout_s: float = TIMEOUT_S) -> Solutions:
        """Answer a SELECT."""
        return self._store.select(query, timeout_s=max(timeout_s, TIMEOUT_S))

    def ask(self, query: str, *, timeout_s: float = TIMEOUT_S) -> bool:
        """Answer an ASK."""
        return self._store.ask(query, timeout_s=max(timeout_s, TIMEOUT_S))

    def construct(self, query: str, *, timeout_s: float = TIMEOUT_S) -> list[Triple]:
        """Answer a CONSTRUCT."""
        return self._store.construct(query, timeout_s=max(timeout_s, TIMEOUT_S))

    def graphs(self) -> dict[str, int]:
        """As the store's."""
        return self._store.graphs()

    def replace_graphs(
        self, graphs: Mapping[str, Iterable[Triple] | None], *, conclude: bool = False
    ) -> str:
        """As the store's."""
        return self._store.replace_graphs(graphs, conclude=conclude)

    def close(self) -> None:
        """As the store's."""
        self._store.close()


class Counted(Patient):
    """A store whose reading is told, every ``TOLD_ROWS`` rows.

    Args:
        store: that is read.
        told: called with the number of rows so far, of all queries together.
    """

    def __init__(self, store: Store, told: Callable[[int], None]) -> None:
        super().__init__(store)
        self._told = told
        self._count = 0
        stream = getattr(store, "rows", None)
        if stream is not None:
            self.rows = lambda query: map(self._one, stream(query))

    def select(self, query: str, *, timeout_s: float = TIMEOUT_S) -> Solutions:
        """Answer a SELECT, and count its rows."""
        found = super().select(query, timeout_s=timeout_s)
        for row in found.rows:
            self._one(row)
        return found

    def _one(self, row: Row) -> Row:
        self._count += 1
        if self._count % TOLD_ROWS == 0:
            self._told(self._count)
        return row
