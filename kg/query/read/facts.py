"""Facts: statements with status, period, dataset and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kg import vocab
from kg.model import Iri, Term
from kg.query.read.text import PROLOGUE, batches, local, ref, values
from kg.query.read.wording import period_in
from kg.store import Store

OUT = "out"
IN = "in"

_FACTS = """SELECT * WHERE {{
  {values}
  ?st rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; lv:status ?status .
  OPTIONAL {{ ?st prov:wasDerivedFrom ?ev }}
  OPTIONAL {{ ?st lv:start ?start }}
  OPTIONAL {{ ?st lv:end ?end }}
  OPTIONAL {{ ?st lv:periodText ?period }}
  OPTIONAL {{ ?st lv:dataset ?dataset }}
}}"""

_COUNTS = """SELECT ?p ?status (COUNT(?st) AS ?n) WHERE {{
  ?st rdf:{end} {thing} ; rdf:predicate ?p ; lv:status ?status .
}} GROUP BY ?p ?status"""


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement.

    Attributes:
        status: ``actual`` or ``target``; a target was never reached by what the
            source says, and is never shown as if it were.
        start: lexical form of a year, month or day; "" when open.
        period: the period in the source's words.
    """

    iri: str
    subject: str
    predicate: str
    object: Term
    status: str
    start: str = ""
    end: str = ""
    period: str = ""
    datasets: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def is_target(self) -> bool:
        """Whether this is planned, not reached."""
        return self.status == "target"

    @property
    def is_relation(self) -> bool:
        """Whether it links two things; else its object is a value."""
        return isinstance(self.object, Iri)

    def far_end(self, iri: str) -> Term:
        """What the fact links ``iri`` to."""
        return self.object if self.subject == iri else Iri(self.subject)

    @property
    def when(self) -> str:
        """The period to show: the source's words, else the bounds."""
        return self.period or span(self.start, self.end)

    def when_in(self, language: str) -> str:
        """The period for a reader: bounds first in English, words first in Chinese."""
        if language == "zh":
            return self.when
        return span_en(self.start, self.end) or period_in(self.period, language)


@dataclass(frozen=True, slots=True)
class Relation:
    """The statements of a thing that say the same kind of thing.

    Attributes:
        direction: ``out`` when the thing is their subject, ``in`` when object.
        status: reached and planned never share a relation.
        total: how many there are.
    """

    predicate: str
    direction: str
    status: str
    total: int = 0

    @property
    def is_target(self) -> bool:
        """Whether these are plans."""
        return self.status == "target"


@dataclass(slots=True)
class Group:
    """The facts of a thing under one relation.

    Attributes:
        facts: at most as many as were asked for; ``relation.total`` tells all.
    """

    relation: Relation
    facts: list[Fact] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many facts were left out."""
        return self.relation.total - len(self.facts)


def span(start: str, end: str) -> str:
    """``2022``, ``2023–2025``, ``2023–`` or ``–2025``."""
    if start == end:
        return start
    return f"{start}–{end}"


def span_en(start: str, end: str) -> str:
    """``2022``, ``2023–2025``, ``from 2023`` or ``by 2025``."""
    if start and end:
        return span(start, end)
    if end:
        return f"by {end}"
    return f"from {start}" if start else ""


def facts(store: Store, statements: Iterable[str]) -> list[Fact]:
    """The facts with these statement IRIs, in their order."""
    wanted = list(dict.fromkeys(statements))
    found: dict[str, Fact] = {}
    for batch in batches(wanted):
        rows: dict[str, list[dict[str, Term]]] = {}
        query = PROLOGUE + _FACTS.format(values=values("st", batch))
        for row in store.select(query):
            rows.setdefault(str(row["st"]), []).append(row)
        found.update({iri: _fact(iri, group) for iri, group in rows.items()})
    return [found[iri] for iri in wanted if iri in found]


def _fact(iri: str, rows: Sequence[dict[str, Term]]) -> Fact:
    first = rows[0]
    return Fact(
        iri=iri,
        subject=str(first["s"]),
        predicate=str(first["p"]),
        object=first["o"],
        status=local(str(first["status"])),
        start=str(first.get("start", "")),
        end=str(first.get("end", "")),
        period=str(first.get("period", "")),
        datasets=_all(rows, "dataset"),
        evidence=_all(rows, "ev"),
    )


def _all(rows: Sequence[dict[str, Term]], name: str) -> tuple[str, ...]:
    return tuple(sorted({str(row[name]) for row in rows if name in row}))


def relations(store: Store, iri: str) -> list[Relation]:
    """The relations of a thing both ways, with their counts.

    Two queries, each reading only the statements about the thing.
    """
    found = []
    for direction, end in ((OUT, "subject"), (IN, "object")):
        query = PROLOGUE + _COUNTS.format(end=end, thing=ref(iri))
        found += [
            Relation(
                str(row["p"]), direction, local(str(row["status"])), int(str(row["n"]))
            )
            for row in store.select(query)
            if "p" in row
        ]
    return found


def pattern(iri: str, relation: Relation) -> str:
    """The triple pattern of the statements ``?st`` of a thing under a relation."""
    end = "subject" if relation.direction == OUT else "object"
    return (
        f"?st rdf:{end} {ref(iri)} ; rdf:predicate {ref(relation.predicate)} ;"
        f" lv:status {ref(vocab.ONTOLOGY + relation.status)}"
    )


def statements_of(
    store: Store, iri: str, relations: Iterable[Relation], limit: int, offset: int = 0
) -> list[str]:
    """IRIs of the statements of a thing under these relations, in one query.

    At most ``limit`` for each relation, after leaving ``offset`` of each out; in
    order of IRI.
    """
    parts = []
    for relation in relations:
        if relation.total <= limit and not offset:
            parts.append(f"{{ {pattern(iri, relation)} }}")
        else:
            parts.append(
                f"{{ SELECT ?st WHERE {{ {pattern(iri, relation)} }}"
                f" ORDER BY ?st LIMIT {int(limit)} OFFSET {int(offset)} }}"
            )
    if not parts:
        return []
    query = f"{PROLOGUE}SELECT ?st WHERE {{ {' UNION '.join(parts)} }}"
    return sorted(str(row["st"]) for row in store.select(query))


_MEMBERSHIPS = """SELECT ?st WHERE {{
  {values} ?st rdf:subject ?s ; rdf:predicate lv:inTrack .
}}"""


def memberships(store: Store, things: Sequence[str]) -> list[str]:
    """The statements, reached or planned, that put these things in a track."""
    found = []
    for batch in batches(things):
        query = PROLOGUE + _MEMBERSHIPS.format(values=values("s", batch))
        found += [str(row["st"]) for row in store.select(query)]
    return sorted(found)


_LINKED = """SELECT ?s ?o WHERE {{ {values} ?s {predicate} ?o }}"""


def linked(store: Store, things: Sequence[str], predicate: str) -> dict[str, list[str]]:
    """What a relation (a prefixed name) gives for each of these things, by IRI."""
    found: dict[str, list[str]] = {}
    for batch in batches(things):
        query = _LINKED.format(
            values=values("s", batch), predicate=ref(vocab.expand(predicate))
        )
        for row in store.select(PROLOGUE + query):
            found.setdefault(str(row["s"]), []).append(str(row["o"]))
    return {iri: sorted(others) for iri, others in found.items()}


# Values that a thing has one of at a time. Two of them for the same period are a
# contradiction and are shown side by side; of other relations a thing may have many.
ONE_AT_A_TIME = frozenset(
    vocab.ONTOLOGY + name
    for name in (
        "founded", "developmentStarted", "approved", "approvalYear",
        "regulatoryStatus", "stageOfWork", "leiCode",
    )
)  # fmt: skip


def contradictions(found: Iterable[Fact]) -> list[list[Fact]]:
    """Facts that disagree: one subject, relation and period, different values.

    Planned values never contradict reached ones.
    """
    by_claim: dict[tuple[str, str, str, str], dict[str, Fact]] = {}
    for fact in found:
        if fact.predicate in ONE_AT_A_TIME and not fact.is_target:
            claim = (fact.subject, fact.predicate, fact.start, fact.end)
            by_claim.setdefault(claim, {})[fact.object.n3()] = fact
    return [list(group.values()) for group in by_claim.values() if len(group) > 1]
