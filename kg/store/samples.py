"""What a worker knows of the size of patterns: counted as far as is needed.

Nothing is counted to its end. A count stops where more would not change what is
decided, so that it never costs more than the query it is for; what was found is
kept as long as the worker has the same generation open.
"""

from __future__ import annotations

from typing import Any, Final

import pyoxigraph as ox

from kg.store.texts import Texts

MAX_KEPT: Final = 4096
_SAMPLE: Final = 500
_THINGS: Final = 30
_FEW: Final = 1000


class Samples:
    """Sizes of patterns in the default graph of a store.

    Args:
        store: is only read.
    """

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self.texts = Texts(store)
        self._counts: dict[int, tuple[int, int]] = {}
        self._fans: dict[int, float] = {}

    def count(self, prologue: str, pattern: str, variable: str, most: int) -> int:
        """How often a pattern matches, up to ``most``."""
        key = hash((prologue, pattern))
        found, limit = self._counts.get(key, (0, 0))
        if found == limit and limit < most:
            inner = f"SELECT {variable} WHERE {{ {pattern} }} LIMIT {most}"
            (found,) = self._numbers(prologue, "(COUNT(*) AS ?kg_n)", inner)
            limit = most
            _keep(self._counts, key, (found, limit))
        return min(found, most)

    def fan(
        self, prologue: str, predicate: str, most: int, *, is_forward: bool
    ) -> float:
        """How many objects a subject of a predicate has, or the other way round.

        The mean of a few subjects, or of the objects of up to ``most`` triples:
        these come by their objects, and few objects have most of them.
        """
        key = hash((prologue, predicate, 0 if is_forward else most))
        if key not in self._fans:
            pattern = f"?kg_s {predicate} ?kg_o"
            if is_forward:
                found = self._forward(prologue, pattern)
            else:
                found = self._backward(prologue, pattern, most)
            _keep(self._fans, key, found)
        return self._fans[key]

    def _forward(self, prologue: str, pattern: str) -> float:
        few = f"SELECT ?kg_s WHERE {{ {pattern} }} LIMIT {_SAMPLE}"
        things = f"SELECT DISTINCT ?kg_s WHERE {{ {few} }} LIMIT {_THINGS}"
        found = f"{{ {things} }} LATERAL {{ {pattern} }}"
        wish = "(COUNT(*) AS ?kg_n) (COUNT(DISTINCT ?kg_s) AS ?kg_d)"
        inner = f"SELECT ?kg_s WHERE {{ {found} }} LIMIT {_FEW}"
        rows, subjects = self._numbers(prologue, wish, inner)
        return rows / max(subjects, 1)

    def _backward(self, prologue: str, pattern: str, most: int) -> float:
        wish = "(COUNT(*) AS ?kg_n) (COUNT(DISTINCT ?kg_o) AS ?kg_d)"
        inner = f"SELECT ?kg_s ?kg_o WHERE {{ {pattern} }} LIMIT {most}"
        rows, objects = self._numbers(prologue, wish, inner)
        return rows / max(objects, 1)

    def _numbers(self, prologue: str, wish: str, inner: str) -> list[int]:
        found = self._store.query(f"{prologue} SELECT {wish} WHERE {{ {inner} }}")
        (row,) = found  # type: ignore[misc]
        return [int(term.value) for term in row]


def _keep(kept: dict[int, Any], key: int, value: object) -> None:
    """Keep by a hash of the texts: these may be long, and all of them differ."""
    if len(kept) >= MAX_KEPT:
        del kept[next(iter(kept))]
    kept[key] = value
