"""What the matrix of tracks is narrowed by: places, sources, kinds of sources.

Asked of a store, each of them joins every membership with its evidence; here they are
lists beside those of the tracks.
"""

from __future__ import annotations

import sqlite3
from array import array
from itertools import groupby

from kg import vocab
from kg.shelf.packed import pack
from kg.shelf.shelf import Shelf

OFFICIAL = ("official", "filing")
"""The classes of sources (``lv:sourceClass``) whose word counts as official."""
_TABLES = """
CREATE TABLE cited (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, class TEXT);
INSERT INTO cited (iri, class) SELECT iri, class FROM source ORDER BY iri;
CREATE TABLE raw.resting AS SELECT DISTINCT g.id AS origin, c.id AS source
  FROM origin g CROSS JOIN json_each(g.evidence) v JOIN evidence e ON e.iri = v.value
  JOIN cited c ON c.iri = e.source;
CREATE INDEX raw.resting_origin ON resting (origin, source);
CREATE TABLE membership (source INTEGER, thing INTEGER, track INTEGER,
  PRIMARY KEY (source, thing, track)) WITHOUT ROWID;
INSERT INTO membership SELECT DISTINCT r.source, e.s, e.o
  FROM statement e JOIN raw.resting r ON r.origin = e.origin
  WHERE e.p = (SELECT id FROM term WHERE iri = ':IN_TRACK')
  AND e.status = 0 AND e.o IS NOT NULL ORDER BY 1, 2, 3;
"""
_STANDINGS = """SELECT DISTINCT 'standing '
    || CASE WHEN c.class IN (SELECT value FROM json_each(?)) THEN 'official'
       ELSE 'cited' END
    || ' ' || t.iri, m.thing
FROM membership m JOIN cited c ON c.id = m.source JOIN thing t ON t.id = m.track
WHERE c.class IS NOT NULL ORDER BY 1, 2"""
_PLACES = """SELECT 'place ' || l.object, l.thing FROM raw.linked l
WHERE l.relation = 'location' AND l.thing IN (SELECT thing FROM in_track)
ORDER BY 1, 2"""
_OF_SOURCE = """SELECT m.thing, m.track FROM membership m
JOIN cited c ON c.id = m.source WHERE c.iri = ?"""


def standing_key(standing: str, track: str) -> str:
    """The list of members of a track by an ``official`` source, or a ``cited`` one."""
    return f"standing {standing} {track}"


def place_key(place: str) -> str:
    """The list of what is in some track and lies within a place."""
    return f"place {place}"


def write_narrowing(base: sqlite3.Connection) -> None:
    """From statements, evidence and sources, once they are there."""
    base.executescript(_TABLES.replace(":IN_TRACK", f"{vocab.ONTOLOGY}inTrack"))
    listed = ",".join(f'"{name}"' for name in OFFICIAL)
    for query, values in ((_STANDINGS, (f"[{listed}]",)), (_PLACES, ())):
        for key, rows in groupby(base.execute(query, values), key=lambda row: row[0]):
            things = array("I", (row[1] for row in rows))
            # Only ever compared with other lists: one order does for both.
            first = pack(base, things)
            row = (key, len(things), first, first)
            base.execute("INSERT INTO list VALUES (?, ?, ?, ?)", row)


def memberships_of(shelf: Shelf, source: str, standing: str) -> list[tuple[int, int]]:
    """Things and tracks that a source puts them in, by their numbers.

    Args:
        shelf: that has them.
        source: its IRI.
        standing: ``official`` or ``cited``: none if it is not of that kind; ""
            for any.
    """
    query, values = _OF_SOURCE, [source]
    if standing:
        negation = "" if standing == "official" else "NOT "
        marks = ",".join("?" * len(OFFICIAL))
        query += f" AND c.class {negation}IN ({marks})"
        values += OFFICIAL
    return shelf.rows(query, values)
