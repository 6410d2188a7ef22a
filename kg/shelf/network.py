"""Things and links of a large graph as a picture needs them, by number.

Who is asked for is given as numbers of things; a question is one query whatever
their number, and costs what is between them, not what a busy one has besides.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cached_property
from typing import Any

from kg.shelf.links import HEAVY
from kg.shelf.shelf import Shelf

# Which end is looked up first is said: the engine does not know who is busy.
_FROM = """SELECT e.iri, e.s, e.p, e.o, e.status, e.start, e."end", e.origin
FROM statement e INDEXED BY statement_s WHERE e.s IN (SELECT value FROM json_each(?))
  AND e.o IN (SELECT value FROM json_each(?)) AND e.s != e.o"""
# From the few links of each object to the many of a busy subject: which of them there
# are is told by the neighbours, each looked up by both its ends.
_TO = """SELECT e.iri, e.s, e.p, e.o, e.status, e.start, e."end", e.origin
FROM json_each(?) j CROSS JOIN near n ON n.thing = j.value AND n.direction = 1
  AND n.place IN (SELECT r.place FROM json_each(?) h JOIN rank r ON r.thing = h.value)
CROSS JOIN rank b ON b.place = n.place
CROSS JOIN statement e INDEXED BY statement_s
  ON e.s = b.thing AND e.p = n.p AND e.status = n.status AND e.o = n.thing"""
_DRAWN_FROM = """SELECT s, p, o FROM drawn WHERE s IN (SELECT value FROM json_each(?))
  AND +o IN (SELECT value FROM json_each(?))"""
_DRAWN_TO = """SELECT s, p, o FROM drawn INDEXED BY drawn_o
WHERE o IN (SELECT value FROM json_each(?))
  AND +s IN (SELECT value FROM json_each(?))"""
_DRAWN_PAIRS = """SELECT s, p, o FROM drawn WHERE s IN (SELECT value FROM json_each(?))
  AND o IN (SELECT value FROM json_each(?))"""
_THINGS = """SELECT t.id, t.iri, coalesce(l.net_zh, t.zh, ''),
  coalesce(l.net_en, t.en, ''), k.type, k.grp, t.degree, t.is_named
FROM json_each(?) j CROSS JOIN thing t ON t.{by} = j.value
LEFT JOIN label l ON l.iri = t.iri
LEFT JOIN typing y ON y.thing = t.id LEFT JOIN typed k ON k.id = y.typed"""
_ORIGINS = """SELECT g.id, g.datasets, (SELECT json_group_array(DISTINCT e.source)
  FROM json_each(g.evidence) v JOIN evidence e ON e.iri = v.value
  WHERE e.source IS NOT NULL)
FROM json_each(?) j CROSS JOIN origin g ON g.id = j.value"""
_NEAR = """SELECT n.thing, r.thing FROM json_each(?) j
CROSS JOIN near n ON n.thing = j.value CROSS JOIN rank r ON r.place = n.place"""
_WEIGHT = """SELECT coalesce(sum(t.degree), 0) FROM json_each(?) j
CROSS JOIN thing t ON t.id = j.value"""
_FIRST = """SELECT r.thing, n.place FROM (SELECT DISTINCT place FROM near
  WHERE thing = ? ORDER BY place LIMIT ?) n JOIN rank r ON r.place = n.place"""

Thing = tuple[int, str, str, str, str | None, str | None, int, int]
"""Number, IRI, Chinese and English name, class, group, degree; whether names are all
known."""
Row = tuple[str, int, int, int, int, str | None, str | None, int | None]
"""Statement, ends and predicate as numbers, status, period, what it rests on."""
Origin = tuple[tuple[str, ...], tuple[str, ...]]
"""Datasets and sources, sorted."""


class Neighbourhood:
    """Reads things and the links between them.

    Args:
        shelf: that has them.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @cached_property
    def terms(self) -> dict[int, str]:
        """The IRI of each predicate by its number."""
        return dict(self._shelf.rows("SELECT id, iri FROM term"))

    def things(self, wanted: Collection[object], by: str = "iri") -> list[Thing]:
        """The things with these IRIs, or by ``id`` with these numbers."""
        if by not in {"iri", "id"}:
            raise ValueError(by)
        return self._rows(_THINGS.format(by=by), wanted)

    def between(self, things: Collection[Thing]) -> list[Row]:
        """Every statement that links two of these things, in no order."""
        light, heavy, everyone = _by_weight(things)
        found = self._rows(_FROM, light, everyone) if light else []
        if light and heavy:
            found += self._rows(_TO, light, heavy)
        return found + (self._rows(_FROM, heavy, heavy) if len(heavy) > 1 else [])

    def drawn(self, things: Collection[Thing]) -> list[tuple[int, int, int]]:
        """Every inferred link between two of these that no statement links."""
        light, heavy, everyone = _by_weight(things)
        found = self._rows(_DRAWN_FROM, light, everyone) if light else []
        if light and heavy:
            found += self._rows(_DRAWN_TO, light, heavy)
        return found + (
            self._rows(_DRAWN_PAIRS, heavy, heavy) if len(heavy) > 1 else []
        )

    def origins(self, numbers: Collection[int]) -> dict[int, Origin]:
        """What statements rest on, by the number they give."""
        return {
            number: (tuple(json.loads(datasets)), tuple(sorted(json.loads(sources))))
            for number, datasets, sources in self._rows(_ORIGINS, numbers)
        }

    def near(
        self, things: Collection[int], status: int | None
    ) -> list[tuple[int, int]]:
        """Each of these things with each of its neighbours.

        Args:
            things: their numbers.
            status: of the links (``STATUSES``); ``None`` for any.
        """
        only = "" if status is None else f" WHERE n.status = {int(status)}"
        return self._rows(_NEAR + only, things)

    def weight(self, things: Collection[int]) -> int:
        """Number of statements about these things, one by one."""
        found: int = self._rows(_WEIGHT, things)[0][0] if things else 0
        return found

    def first(self, thing: int, limit: int) -> list[tuple[int, int]]:
        """Number and place of the most linked neighbours of a thing."""
        return self._shelf.rows(_FIRST, (thing, limit))

    def _rows(self, query: str, *given: Collection[object]) -> list[Any]:
        told = [json.dumps(list(one), ensure_ascii=False) for one in given]
        return self._shelf.rows(query, told) if all(given) else []


def _by_weight(
    things: Collection[Thing],
) -> tuple[list[int], list[int], list[int]]:
    """Numbers of those with few statements, of those with many, of all."""
    light = [thing[0] for thing in things if thing[6] < HEAVY]
    heavy = [thing[0] for thing in things if thing[6] >= HEAVY]
    return light, heavy, [*light, *heavy]
