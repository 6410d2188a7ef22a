"""Rankings: who has most of what, counted for every relation once a generation.

A ranking says of each thing with a relation how many different things lie at its
other end (investors by firms), or how many tracks or places those have (investors by
the tracks of their firms). It lies in its order, four bytes a thing and a count, so
that any page of it is one read.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator
from itertools import groupby

from kg.shelf.links import DIRECTIONS
from kg.shelf.packed import pack, unpack
from kg.shelf.shelf import Shelf

THROUGH = {"": "", "inTrack": "in_track", "locatedIn": "in_place"}
"""What is counted at the far ends: they themselves, their tracks, their places."""
_COLUMN = {"in_track": "track", "in_place": "place"}
_TABLES = """
CREATE TABLE raw.ranked (p INTEGER, direction INTEGER, through TEXT, thing INTEGER,
  n INTEGER);
CREATE TABLE ranking (relation TEXT, direction TEXT, through TEXT,
  length INTEGER NOT NULL, things INTEGER NOT NULL, counts INTEGER NOT NULL,
  PRIMARY KEY (relation, direction, through)) WITHOUT ROWID;
"""
_ORDERED = """SELECT t.iri, r.direction, r.through, r.thing, r.n FROM raw.ranked r
JOIN term t ON t.id = r.p JOIN raw.spelt x ON x.id = r.thing
ORDER BY r.p, r.direction, r.through, r.n DESC, x.place"""


def write_rankings(base: sqlite3.Connection) -> None:
    """From the statements that hold, once they and the things are there."""
    base.executescript(_TABLES)
    for direction, (here, there) in enumerate((("s", "o"), ("o", "s"))):
        for through, table in THROUGH.items():
            join, counted = "", f"e.{there}"
            if table:
                join = f"JOIN {table} m ON m.thing = e.{there}"
                counted = f"m.{_COLUMN[table]}"
            base.execute(
                f"INSERT INTO raw.ranked SELECT e.p, ?, ?, e.{here},"  # noqa: S608 - own names
                f" count(DISTINCT {counted}) FROM statement e {join}"
                f" WHERE e.o IS NOT NULL AND e.status = 0 GROUP BY e.p, e.{here}",
                (direction, through),
            )
    base.executemany("INSERT INTO ranking VALUES (?, ?, ?, ?, ?, ?)", _packed(base))


def _packed(base: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    rows = base.execute(_ORDERED)
    for (relation, direction, through), ranked in groupby(rows, key=lambda r: r[:3]):
        things, counts = array("I"), array("I")
        for *_, thing, n in ranked:
            things.append(thing)
            counts.append(n)
        key = (relation, DIRECTIONS[direction], through)
        yield *key, len(things), pack(base, things), pack(base, counts)


class Rankings:
    """Reads the rankings of a shelf.

    Args:
        shelf: that has them.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def offered(self) -> list[tuple[str, str]]:
        """IRI and direction of every relation that ranks things."""
        return [
            (relation, direction)
            for relation, direction in self._shelf.rows(
                "SELECT relation, direction FROM ranking WHERE through = ''"
            )
        ]

    def page(
        self, key: tuple[str, str, str], limit: int, offset: int
    ) -> tuple[list[tuple[str, int]], int]:
        """IRIs and counts of a page, the highest first, and how many there are.

        Args:
            key: IRI of the relation, direction, and one of ``THROUGH``.
            limit: of the page.
            offset: things before it.
        """
        found = self._shelf.rows(
            "SELECT length, things, counts FROM ranking"
            " WHERE relation = ? AND direction = ? AND through = ?",
            key,
        )
        if not found:
            return [], 0
        total, *firsts = found[0]
        things, counts = (
            unpack(self._shelf, first, total, limit, offset) for first in firsts
        )
        return list(zip(self._shelf.iris(things), counts, strict=True)), total
