"""Rankings: who has most of what (``kg.shelf.rankings``), of any graph."""

from __future__ import annotations

from dataclasses import dataclass

from kg import vocab
from kg.errors import QueryError
from kg.query.read.facts import IN, OUT
from kg.query.read.reader import Reader
from kg.query.read.text import PROLOGUE, ref
from kg.shelf.rankings import THROUGH, Rankings

DIRECTIONS = (OUT, IN)
_RELATIONS = """SELECT DISTINCT ?p WHERE {
  ?st rdf:predicate ?p ; rdf:object ?o ; lv:status lv:actual . FILTER(isIRI(?o)) }"""
Row = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is ranked by what.

    Attributes:
        relation: IRI; things that have it are ranked.
        direction: ``out`` for its subjects, ``in`` for its objects.
        through: ``""`` to count what is at the other ends, ``inTrack`` for the
            tracks of these, ``locatedIn`` for their places.

    Raises:
        QueryError: for a direction or way of counting that there is not.
    """

    relation: str
    direction: str = OUT
    through: str = ""

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS or self.through not in THROUGH:
            raise QueryError(
                "A ranking goes out or in, and counts the things, inTrack or"
                " locatedIn.",
                zh="排行的方向为 out 或 in，计数为对方本身、inTrack 或 locatedIn。",
            )


def offered(reader: Reader) -> list[tuple[str, str]]:
    """IRI and direction of every relation that ranks things, in a reader's order."""
    shelf = reader.shelf

    def read() -> list[tuple[str, str]]:
        if shelf is not None:
            found = Rankings(shelf).offered()
        else:
            rows = reader.store.select(PROLOGUE + _RELATIONS)
            found = [(str(row["p"]), way) for row in rows for way in DIRECTIONS]
        return sorted(found, key=lambda r: (reader.terms.rank(r[0]), r[1] == IN))

    return reader.kept(f"rankings of {shelf.generation if shelf else ''}", read)


def page(
    reader: Reader, ranking: Ranking, limit: int, offset: int
) -> tuple[list[Row], int]:
    """IRIs and counts of a page, the highest first, and how many there are.

    Things with equal counts are in order of their IRIs.
    """
    if (shelf := reader.shelf) is not None:
        key = (ranking.relation, ranking.direction, ranking.through)
        return Rankings(shelf).page(key, limit, offset)
    text = query(ranking)

    def read() -> list[Row]:
        rows = reader.store.select(text)
        found = [(str(r["thing"]), int(str(r["n"]))) for r in rows if "thing" in r]
        return sorted(found, key=lambda row: (-row[1], row[0]))

    found = reader.recent(text, read)
    return found[offset : offset + limit], len(found)


def query(ranking: Ranking) -> str:
    """The SPARQL of a ranking, as it is shown to the reader."""
    relation = vocab.shorten(ranking.relation)
    if ":" not in relation or "/" in relation:
        relation = ref(ranking.relation)
    ends = ("?thing", "?other")
    here, there = ends if ranking.direction == OUT else ends[::-1]
    counted, further = "?other", ""
    if ranking.through:
        counted, further = "?counted", f"\n  ?other lv:{ranking.through} ?counted ."
    return vocab.prologue("lv") + (
        f"SELECT ?thing (COUNT(DISTINCT {counted}) AS ?n) WHERE {{\n"
        f"  {here} {relation} {there} .{further}\n"
        "} GROUP BY ?thing ORDER BY DESC(?n) ?thing"
    )
