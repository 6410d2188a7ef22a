"""Who has the most neighbours in a large graph, without counting those of everybody.

Nobody has more neighbours than statements, and the shelf knows the number of those. So
only the things with the most statements are counted, until nobody left can be among
the first (Fagin, Lotem, Naor: Optimal aggregation algorithms for middleware, 2003).
"""

from __future__ import annotations

import re

from kg.model import Literal
from kg.query.read.parts import to_narrow, values_of
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


class MostLinked:
    """Answers such queries; what was counted for one language serves the other.

    Args:
        store: that is asked.
        shelf: of its generation.
    """

    def __init__(self, store: Store, shelf: Shelf) -> None:
        self._store = store
        self._shelf = shelf
        self._counted: dict[str, Solutions] = {}

    def answer(self, text: str) -> Solutions:
        """The answer to a query for which ``counts_neighbours`` holds.

        Raises:
            QueryTooLargeError: if too many things may be among the first.
            KGError: as the store does.
        """
        part = _COUNTED.search(text)
        if part is None:
            raise to_narrow()
        if part[0] not in self._counted:
            prologue = text[: text.index("SELECT")]
            head, rest = prologue + part[1], part[2]
            self._counted[part[0]] = self._first(head, rest, int(part[3]))
        found = self._counted[part[0]]
        values = values_of(found.variables, found.rows)
        return self._store.select(text[: part.start()] + values + text[part.end() :])

    def _first(self, head: str, rest: str, wanted: int) -> Solutions:
        """What the part gives, asked of the things with the most statements only."""
        asked = FIRST
        while True:
            ranked = self._shelf.rows(
                "SELECT t.iri, t.degree FROM rank r JOIN thing t ON t.id = r.thing"
                " WHERE r.place <= ? ORDER BY r.place",
                (asked + 1,),
            )
            best = " ".join(f"<{iri}>" for iri, _ in ranked[:asked] if is_iri(iri))
            found = self._store.select(f"{head}    VALUES ?thing {{ {best} }}\n{rest}")
            if len(ranked) <= asked or _least(found, wanted) > ranked[asked][1]:
                return found
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
