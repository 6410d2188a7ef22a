"""What rests on each source, so that its page reads no more than it shows."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from kg import vocab
from kg.shelf.detail import EVIDENCE
from kg.shelf.frame import insert
from kg.shelf.packed import pack
from kg.shelf.shelf import Shelf, batches
from kg.shelf.stream import rows
from kg.store import Store

_OBSERVED = (
    f"SELECT ?s WHERE {{ ?s a <{vocab.expand('qb:Observation')}> ;"
    " lv:status ?status {part} }"
)
_CLAIMS = """SELECT r.source, e.id FROM statement e JOIN raw.resting r
ON r.origin = e.origin ORDER BY 1, 2"""
# Statements are many and lie elsewhere: what is left rests on evidence itself.
_OTHERS = """
CREATE TABLE raw.other (iri TEXT, evidence TEXT, PRIMARY KEY (iri, evidence))
  WITHOUT ROWID;
INSERT OR IGNORE INTO raw.other SELECT st, text FROM raw.detail
  WHERE st < ':FIRST' AND what = :EVIDENCE;
INSERT OR IGNORE INTO raw.other SELECT st, text FROM raw.detail
  WHERE st >= ':LAST' AND what = :EVIDENCE;
DELETE FROM raw.other WHERE iri IN (SELECT r.st FROM raw.statement r
  WHERE (r.st < ':FIRST' OR r.st >= ':LAST')
  AND EXISTS (SELECT 1 FROM raw.other o WHERE o.iri = r.st));
CREATE TABLE figured (source INTEGER, iri TEXT, PRIMARY KEY (source, iri))
  WITHOUT ROWID;
INSERT INTO figured SELECT DISTINCT c.id, o.iri FROM raw.other o
  JOIN evidence e ON e.iri = o.evidence JOIN cited c ON c.iri = e.source
  WHERE o.iri IN (SELECT iri FROM raw.observed) ORDER BY 1, 2;
INSERT INTO number SELECT 'named ' || c.iri, count(DISTINCT o.iri) FROM raw.other o
  JOIN evidence e ON e.iri = o.evidence JOIN cited c ON c.iri = e.source
  WHERE o.iri NOT IN (SELECT iri FROM raw.observed) GROUP BY 1;
"""


def read_observed(base: sqlite3.Connection, store: Store) -> None:
    """Which figures have a status, into ``raw``."""
    base.execute("CREATE TABLE raw.observed (iri TEXT PRIMARY KEY) WITHOUT ROWID")
    found = {str(s) for (s,) in rows(store, _OBSERVED)}
    insert(base, "observed", ((iri,) for iri in sorted(found)))


def write_claims(base: sqlite3.Connection) -> None:
    """The lists of sources, once statements, evidence and sources are there."""
    called = dict(base.execute("SELECT id, iri FROM cited"))
    for source, found in groupby(base.execute(_CLAIMS), key=lambda row: row[0]):
        numbers = array("I", (row[1] for row in found))
        first = pack(base, numbers)
        row = (claims_key(called[source]), len(numbers), first, first)
        base.execute("INSERT INTO list VALUES (?, ?, ?, ?)", row)
    edge = f"{vocab.ID}st-"
    text = _OTHERS.replace(":EVIDENCE", str(EVIDENCE))
    following = edge[:-1] + chr(ord(edge[-1]) + 1)
    base.executescript(text.replace(":FIRST", edge).replace(":LAST", following))


def claims_key(source: str) -> str:
    """The list of statements that rest on a source, in the order of their IRIs."""
    return f"claims {source}"


@dataclass(frozen=True, slots=True)
class Claims:
    """What rests on a source.

    Attributes:
        statements: how many statements.
        figures: IRIs of the figures, sorted.
        named: how many things are merely named there.
    """

    shelf: Shelf
    source: str
    statements: int
    figures: Sequence[str]
    named: int

    def __len__(self) -> int:
        return len(self.figures) + self.statements

    def page(self, limit: int, offset: int) -> list[str]:
        """IRIs of figures and statements, sorted."""
        shown = list(self.figures[offset : offset + limit])
        left = max(0, offset - len(self.figures))
        numbers = self.shelf.listed(claims_key(self.source), limit - len(shown), left)
        return shown + _iris(self.shelf, numbers)


def claims_of(shelf: Shelf, source: str) -> Claims | None:
    """What rests on a source; ``None`` if the shelf cannot tell it.

    It cannot where figures and statements are not apart by their IRIs, and where it
    knows nothing that rests on the source.
    """
    statements = shelf.length(claims_key(source))
    figures = [
        iri
        for (iri,) in shelf.rows(
            "SELECT iri FROM figured WHERE source ="
            " (SELECT id FROM cited WHERE iri = ?) ORDER BY iri",
            (source,),
        )
    ]
    found = Claims(shelf, source, statements, figures, shelf.number(f"named {source}"))
    if not statements or (figures and found.page(1, len(figures))[0] < figures[-1]):
        return None
    return found


def _iris(shelf: Shelf, numbers: Sequence[int]) -> list[str]:
    found: dict[int, str] = {}
    for batch in batches(list(numbers)):
        marks = ",".join("?" * len(batch))
        query = f"SELECT id, iri FROM statement WHERE id IN ({marks})"  # noqa: S608
        found |= dict(shelf.rows(query, batch))
    return [found[n] for n in numbers]
