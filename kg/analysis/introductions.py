"""Introductions: whom a body could meet through those it cooperates with.

Bodies two steps of cooperation away that share a track and an investor with it, and
the partners in between. Only what is so counts; plans do not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from kg import vocab
from kg.analysis.projection import PROLOGUE, is_iri
from kg.shelf import Shelf
from kg.shelf.introductions import introduced
from kg.store import Store

_QUERY = """SELECT DISTINCT ?c ?b WHERE {{
  <{iri}> lv:cooperatesWith|^lv:cooperatesWith ?b .
  ?b lv:cooperatesWith|^lv:cooperatesWith ?c .
  <{iri}> lv:inTrack ?t . ?c lv:inTrack ?t .
  ?i lv:investedIn <{iri}> , ?c .
  FILTER(?c != <{iri}>)
}}"""


@dataclass(frozen=True, slots=True)
class Introduction:
    """Someone to meet.

    Attributes:
        iri: of whom.
        through: IRIs of the partners in between, sorted.
    """

    iri: str
    through: tuple[str, ...]


def introductions(store: Store, shelf: Shelf | None, iri: str) -> list[Introduction]:
    """All of them, those with the most partners in between first.

    Args:
        store: that is asked of a small graph.
        shelf: of a large one.
        iri: of the body; nobody is found for what is none.
    """
    if not is_iri(iri):
        return []
    if shelf is not None:
        relations = (
            vocab.ONTOLOGY + "cooperatesWith",
            vocab.ONTOLOGY + "investedIn",
        )
        pairs = introduced(shelf, iri, *relations)
    else:
        rows = store.select(PROLOGUE + _QUERY.format(iri=iri))
        pairs = [(str(row["c"]), str(row["b"])) for row in rows]
    through: dict[str, set[str]] = defaultdict(set)
    for other, partner in pairs:
        through[other].add(partner)
    found = [Introduction(other, tuple(sorted(by))) for other, by in through.items()]
    return sorted(found, key=lambda one: (-len(one.through), one.iri))
