"""The links of a large graph: who is next to whom, in the order of importance.

A thing may have tens of thousands of links; a reader sees twenty. Neighbours lie
by falling degree, so that a page of them is read from its beginning; of things
with very many links the counts by relation are kept as well.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kg import vocab
from kg.shelf.shelf import Shelf, batches

HEAVY = 300
"""Statements about a thing from which its counts are kept."""
STATUSES = ("actual", "target")
OUT, IN = 0, 1
DIRECTIONS = ("out", "in")

_BUILD = Path(__file__).with_name("links.sql")


def write_links(base: sqlite3.Connection) -> None:
    """From ``raw.statement`` and the things to the tables of links."""
    text = _BUILD.read_text(encoding="utf-8").replace(":HEAVY", str(HEAVY))
    base.executescript(text.replace(":TARGET", f"{vocab.ONTOLOGY}target"))


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be asked of the neighbours of a thing; ``""`` for any."""

    predicate: str = ""
    direction: str = ""
    group: str = ""
    status: str = ""


class Links:
    """Reads the links of a shelf.

    Args:
        shelf: that has them.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def number(self, iri: str) -> int | None:
        """The number of a thing; ``None`` if the shelf does not know it."""
        return self._shelf.numbers_of([iri]).get(iri)

    def relations(self, thing: int) -> list[tuple[str, str, str, str, int]]:
        """Predicate, direction, group, status and number of neighbours, each kind."""
        kept = self._shelf.rows(
            "SELECT t.iri, r.direction, r.grp, r.status, r.n FROM relation r"
            " JOIN term t ON t.id = r.p WHERE r.thing = ?",
            (thing,),
        )
        found = kept or self._shelf.rows(
            "SELECT t.iri, n.direction, n.grp, n.status, count(*) FROM near n"
            " JOIN term t ON t.id = n.p WHERE n.thing = ? GROUP BY 1, 2, 3, 4",
            (thing,),
        )
        return [(p, DIRECTIONS[d], g, STATUSES[s], n) for p, d, g, s, n in found]

    def neighbours(
        self, thing: int, wish: Choice, *, after: int = 0, limit: int = 20
    ) -> list[tuple[str, int]]:
        """IRI and place of neighbours, the most linked first."""
        where, values = _where(wish)
        return [
            (iri, place)
            for iri, place in self._shelf.rows(
                "SELECT t.iri, n.place FROM (SELECT DISTINCT place FROM near"  # noqa: S608
                f" WHERE thing = ? AND place > ? {where} ORDER BY place LIMIT ?) n"
                " JOIN rank r ON r.place = n.place JOIN thing t ON t.id = r.thing"
                " ORDER BY n.place",
                (thing, after, *values, limit),
            )
        ]

    def count(self, thing: int, wish: Choice) -> int:
        """The number of neighbours."""
        where, values = _where(wish)
        found = self._shelf.rows(
            f"SELECT count(DISTINCT place) FROM near WHERE thing = ? {where}",  # noqa: S608
            (thing, *values),
        )
        return int(found[0][0])

    def shared(self, one: int | None, two: int | None, limit: int) -> list[str]:
        """IRIs of what two things are both next to, the most linked first."""
        return [
            iri
            for (iri,) in self._shelf.rows(
                "SELECT t.iri FROM (SELECT place FROM near WHERE thing = ?"
                " INTERSECT SELECT place FROM near WHERE thing = ?"
                " ORDER BY place LIMIT ?) n JOIN rank r ON r.place = n.place"
                " JOIN thing t ON t.id = r.thing ORDER BY n.place",
                (one, two, limit),
            )
        ]

    def most_linked(self, limit: int) -> list[str]:
        """IRIs of the things with the most statements."""
        found = self._shelf.rows(
            "SELECT t.iri FROM rank r JOIN thing t ON t.id = r.thing"
            " WHERE r.place <= ? ORDER BY r.place",
            (limit,),
        )
        return [iri for (iri,) in found]

    def places(self, iris: list[str]) -> dict[str, int]:
        """The place of each thing in the order of importance."""
        found: dict[str, int] = {}
        for batch in batches(iris):
            marks = ",".join("?" * len(batch))
            found |= dict(
                self._shelf.rows(
                    "SELECT t.iri, r.place FROM thing t JOIN rank r ON r.thing = t.id"  # noqa: S608
                    f" WHERE t.iri IN ({marks})",
                    batch,
                )
            )
        return found


def _where(wish: Choice) -> tuple[str, list[object]]:
    where, values = "", list[object]()
    if wish.predicate:
        where += " AND p = (SELECT id FROM term WHERE iri = ?)"
        values.append(wish.predicate)
    if wish.direction:
        where += " AND direction = ?"
        values.append(DIRECTIONS.index(wish.direction))
    if wish.group:
        where += " AND grp = ?"
        values.append(wish.group)
    if wish.status:
        where += " AND status = ?"
        values.append(STATUSES.index(wish.status))
    return where, values


def uses(shelf: Shelf, things: Iterable[int]) -> dict[str, int]:
    """How many statements about some things use each predicate."""
    return dict(
        shelf.rows(
            "SELECT t.iri, n FROM (SELECT e.p, count(*) AS n FROM json_each(?) j"
            " CROSS JOIN statement e INDEXED BY statement_s ON e.s = j.value"
            " GROUP BY e.p) u JOIN term t ON t.id = u.p",
            (json.dumps(list(things)),),
        )
    )


class Said:
    """The statements about a thing.

    Args:
        shelf: that has them.
        thing: its number.
    """

    def __init__(self, shelf: Shelf, thing: int) -> None:
        self._shelf = shelf
        self._thing = thing

    def relations(self) -> list[tuple[str, str, str, int]]:
        """Predicate, direction, status and number of statements, each kind.

        Of a thing with very many statements they were counted before.
        """
        kept = self._shelf.rows(
            "SELECT t.iri, r.direction, r.status, r.n FROM said r"
            " JOIN term t ON t.id = r.p WHERE r.thing = ?",
            (self._thing,),
        )
        found = kept or self._shelf.rows(
            "SELECT t.iri, r.direction, r.status, r.n FROM ("
            " SELECT p, 0 AS direction, status, count(*) AS n FROM statement"
            " WHERE s = ?1 GROUP BY p, status"
            " UNION ALL SELECT p, 1, status, count(*) FROM statement"
            " WHERE o = ?1 GROUP BY p, status) r JOIN term t ON t.id = r.p",
            (self._thing,),
        )
        return [(p, DIRECTIONS[d], STATUSES[s], n) for p, d, s, n in found]

    def numbers(
        self, kind: tuple[str, str, str], limit: int, offset: int = 0, after: int = -1
    ) -> list[int]:
        """Some of the statements under a relation, in order of IRI.

        Args:
            kind: predicate, direction and status.
            limit: how many at most.
            offset: how many are left out before.
            after: number of the last one before these.
        """
        predicate, direction, status = kind
        end = "o" if direction == DIRECTIONS[IN] else "s"
        found = self._shelf.rows(
            f"SELECT id FROM statement WHERE {end} = ? AND p ="  # noqa: S608
            " (SELECT id FROM term WHERE iri = ?) AND status = ? AND id > ?"
            " ORDER BY id LIMIT ? OFFSET ?",
            (self._thing, predicate, STATUSES.index(status), after, limit, offset),
        )
        return [number for (number,) in found]
