"""Do tables say what the graph says that they were made from?

What tables cannot say is told and never lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg import vocab
from kg.curate.export_tables import Rows
from kg.curate.facts import FactReader
from kg.curate.known import KnownEntities
from kg.curate.ontology import Terms
from kg.curate.problem import Problems
from kg.curate.triples import Writer
from kg.model import Triple
from kg.model.facts import Entity
from kg.store.scratch import ScratchStore


@dataclass(frozen=True)
class Difference:
    """What tables say otherwise than the graph they were made from.

    Attributes:
        missing: triples of the graph that the tables do not give.
        added: triples of the tables that the graph does not have.
        problems: rows that cannot be read back.
    """

    missing: list[Triple]
    added: list[Triple]
    problems: list[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.added or self.problems)

    def told(self, most: int = 5) -> Iterator[str]:
        """A few lines for people."""
        for word, triples in (("missing", self.missing), ("added", self.added)):
            predicates = Counter(vocab.shorten(t[1].value) for t in triples)
            if triples:
                shown = ", ".join(f"{p} {n}" for p, n in predicates.most_common(most))
                yield f"{len(triples)} triples {word}: {shown}"
        yield from self.problems[:most]


def check(
    rows: Rows,
    triples: Iterable[Triple],
    terms: Terms,
    known: Mapping[str, Entity],
    home: Path,
) -> Difference:
    """Read rows as a build does, and compare with the graph they stand for.

    Args:
        rows: from ``TableWriter.rows``.
        triples: of the dataset's graph.
        terms: of the ontology.
        known: entities of other datasets.
        home: folder that paths of stored sources start from.
    """
    others, problems = KnownEntities(known), Problems()
    reader = FactReader(terms, others, problems, home)
    bundle = reader.read_rows(rows, "export")
    told = [problem.text("en") for problem in problems.found]
    if told:
        return Difference([], [], told)
    made = as_stored(Writer(bundle, terms, others).triples())
    wanted = as_stored(triples)
    return Difference(sorted_(wanted - made), sorted_(made - wanted), [])


def as_stored(triples: Iterable[Triple]) -> set[Triple]:
    """Triples as a store gives them back.

    The engine keeps the value of a number and not its spelling: ``739.0`` comes
    back as ``739``, an ``xsd:nonNegativeInteger`` as an ``xsd:integer``.
    """
    held = ScratchStore(triples)
    return set(held.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"))


def sorted_(triples: Iterable[Triple]) -> list[Triple]:
    """Triples in a fixed order, whatever kinds of terms they have."""
    return sorted(triples, key=lambda t: tuple(term.n3() for term in t))
