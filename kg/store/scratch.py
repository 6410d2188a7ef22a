"""Triples in memory, to check and to infer: never served."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kg.model import Triple
from kg.store import asking
from kg.store.base import Solutions
from kg.store.conclusions import all_that_follows, rules_of
from kg.store.files import FORMATS, FileTriples, read_triples, telling
from kg.store.terms import model_triple, to_engine

__all__ = ["FileTriples", "ScratchStore", "read_triples"]


class ScratchStore:
    """One graph in memory, with SPARQL.

    Args:
        triples: what it holds at first.
    """

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self._store = ox.Store()
        self.add(triples)

    def add(self, triples: Iterable[Triple]) -> None:
        """Hold these too."""
        self._store.bulk_extend(
            ox.Quad(to_engine(s), to_engine(p), to_engine(o))  # type: ignore[arg-type]
            for s, p, o in triples
        )

    def load(self, files: FileTriples) -> None:
        """Hold what files say too, without making a value of each triple.

        Raises:
            DataError: if a file does not parse.
        """
        for path in files.paths:
            with telling(path):
                self._store.bulk_load(path=str(path), format=FORMATS[path.suffix])

    def __len__(self) -> int:
        return len(self._store)

    def __contains__(self, triple: Triple) -> bool:
        s, p, o = (to_engine(term) for term in triple)
        return ox.Quad(s, p, o) in self._store  # type: ignore[arg-type]

    def select(self, query: str) -> Solutions:
        """Answer a SELECT.

        Raises:
            QuerySyntaxError: if the text does not parse.
            StoreError: if it is no SELECT.
        """
        return asking.select(self._store, query)

    def construct(self, query: str) -> list[Triple]:
        """Answer a CONSTRUCT without duplicates; raises as ``select`` does."""
        return asking.construct(self._store, query)

    def conclusions(self) -> list[Triple]:
        """What the rules it holds conclude and it does not hold, in a fixed order."""
        rules = rules_of(self._store, graph=None)
        found = {model_triple(t) for t in all_that_follows(self._store, rules)}
        return sorted(found, key=lambda t: (t[0].value, t[1].value, t[2].n3()))
