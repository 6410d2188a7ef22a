"""Who is two steps away and shares a track and a backer, from a large graph's shelf."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from kg.shelf.shelf import Shelf

# Each step looks up what holds (status 0) by one end and relation, never a whole hub.
_BESIDE = """SELECT e.s, e.o FROM json_each(?1) j CROSS JOIN statement e
  INDEXED BY statement_s ON e.s = j.value
  WHERE e.p = ?2 AND e.status = 0 AND e.o IS NOT NULL
UNION SELECT e.o, e.s FROM json_each(?1) j CROSS JOIN statement e
  INDEXED BY statement_o ON e.o = j.value WHERE e.p = ?2 AND e.status = 0"""
_ALIKE = """SELECT DISTINCT x.thing FROM json_each(?) j
CROSS JOIN in_track x ON x.thing = j.value
WHERE x.track IN (SELECT track FROM in_track WHERE thing = ?)"""
_BACKED = """SELECT DISTINCT e.o FROM json_each(?) j CROSS JOIN statement e
INDEXED BY statement_o ON e.o = j.value WHERE e.p = ? AND e.status = 0
  AND e.s IN (SELECT s FROM statement WHERE o = ? AND p = ? AND status = 0)"""


def introduced(
    shelf: Shelf, iri: str, relation: str, backing: str
) -> list[tuple[str, str]]:
    """Pairs of IRIs: a thing two steps of a relation away, and the one in between.

    Args:
        shelf: that has the statements.
        iri: of the thing that is asked for.
        relation: IRI of what is stepped along, either way.
        backing: IRI of the relation whose subject both must share as objects; a
            track they must share as well.
    """
    terms = dict(
        shelf.rows("SELECT iri, id FROM term WHERE iri IN (?, ?)", (relation, backing))
    )
    start = shelf.numbers_of([iri]).get(iri)
    if start is None or len(terms) < 2:
        return []
    step, back = terms[relation], terms[backing]

    def asked(query: str, things: Collection[int], *more: int) -> list[Any]:
        return shelf.rows(query, (json.dumps(list(things)), *more)) if things else []

    partners = {there for _, there in asked(_BESIDE, [start], step)}
    pairs = [(c, b) for b, c in asked(_BESIDE, partners, step) if c != start]
    alike = {c for (c,) in asked(_ALIKE, {c for c, _ in pairs}, start)}
    backed = {c for (c,) in asked(_BACKED, alike, back, start, back)}
    kept = [(c, b) for c, b in pairs if c in backed]
    numbers = sorted({n for pair in kept for n in pair})
    called = dict(zip(numbers, shelf.iris(numbers), strict=True))
    return [(called[c], called[b]) for c, b in kept]
