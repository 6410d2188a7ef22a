"""Who has the most neighbours in a large graph, without counting those of everybody.

Nobody has more neighbours than statements, and the shelf knows the number of those. So
only the things with the most statements are counted, until nobody left can be among
the first (Fagin, Lotem, Naor: Optimal aggregation algorithms for middleware, 2003).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.model import Iri, Literal, Term
from kg.query.read.parts import to_narrow
from kg.query.read.text import is_iri
from kg.shelf import Shelf
from kg.store import Solutions, Store

FIRST = 64
"""Things that are counted at first; then twice as many, and so on."""
MOST = 10_000
"""Things that are counted at most."""
# A part of a query that counts the neighbours of each thing and keeps the first.
_COUNTED = re.compile(
    r"\{ (SELECT \?thing \(COUNT\(DISTINCT \?other\) AS \?neighbours\)"
    r"[^\n]* WHERE \{\n)(.*?\n  \} GROUP BY \?thing"
    r" ORDER BY DESC\(\?neighbours\)[^\n]* LIMIT (\d+)) \}\n",
    re.DOTALL,
)


def counts_neighbours(text: str) -> bool:
    """Whether a query of the catalogue keeps those with the most neighbours."""
    return len(_COUNTED.findall(text)) == 1


def most_linked(store: Store, shelf: Shelf, text: str) -> Solutions:
    """The answer to such a query, counting only who may be in it.

    Args:
        store: that is asked.
        shelf: of its generation.
        text: for which ``counts_neighbours`` holds.

    Raises:
        QueryTooLargeError: if too many things may be among the first.
        KGError: as the store does.
    """
    part = _COUNTED.search(text)
    if part is None:
        return store.select(text)
    prologue = text[: text.index("SELECT")]
    wanted, asked = int(part[3]), FIRST
    while True:
        ranked = shelf.rows(
            "SELECT t.iri, t.degree FROM rank r JOIN thing t ON t.id = r.thing"
            " WHERE r.place <= ? ORDER BY r.place",
            (asked + 1,),
        )
        best = [iri for iri, _ in ranked[:asked] if is_iri(iri)]
        values = _values(best)
        found = store.select(prologue + part[1] + values + part[2])
        least = _least(found, wanted)
        if len(ranked) <= asked or least > ranked[asked][1]:
            first = _values([str(row[0]) for row in found.rows if _iri(row[0])])
            start = part.start(1) + len(part[1])
            return store.select(text[:start] + first + text[start:])
        if asked >= MOST:
            raise to_narrow()
        asked *= 2


def _least(found: Solutions, wanted: int) -> int:
    """The fewest neighbours among the first; -1 while others may join them."""
    if len(found) < wanted:
        return -1
    place = found.variables.index("neighbours")
    counts = [row[place] for row in found.rows]
    return min(int(n.value) if isinstance(n, Literal) else 0 for n in counts)


def _iri(term: Term | None) -> bool:
    return isinstance(term, Iri)


def _values(iris: Sequence[str]) -> str:
    return "    VALUES ?thing { " + " ".join(f"<{iri}>" for iri in iris) + " }\n"
