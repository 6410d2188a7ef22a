"""What waits for a person, and what a person has decided.

A decision on a pair is a statement (``lv:sameBodyAs`` or
``lv:differentBodyFrom``) in the dataset ``decisions``, with who, when and why and
the evidence of the doubt. Taking it back removes the statement; nothing else was
changed by it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from kg import vocab
from kg.curate.assertion import LABEL, A, both, name, words
from kg.curate.cells import KEBAB
from kg.curate.publication import publish, read_graph
from kg.errors import DataError, NotFoundError
from kg.model import Iri, Literal, Term, Triple
from kg.model.facts import Statement, entity_iri, term_iri
from kg.model.terms import XSD
from kg.store import Solutions, Store

DECISIONS = "decisions"
GRAPH = vocab.GRAPH + DECISIONS
SAME, DIFFERENT, OPEN = "same", "different", "open"
_PREDICATES = {SAME: "sameBodyAs", DIFFERENT: "differentBodyFrom"}
LIMIT = 200

_NAMES = """
  OPTIONAL { ?a skos:prefLabel ?a_zh FILTER(LANG(?a_zh) = "zh") }
  OPTIONAL { ?a skos:prefLabel ?a_en FILTER(LANG(?a_en) = "en") }
"""
_B_NAMES = _NAMES.replace("?a", "?b")
_NOTE = " OPTIONAL { ?st skos:editorialNote ?note }"
QUEUES: dict[str, str] = {
    "pairs": "SELECT DISTINCT ?a ?b ?a_zh ?a_en ?b_zh ?b_en ?note ?decision ?who ?when"
    " ?why WHERE { ?said rdf:predicate lv:possiblySameAs ; rdf:subject ?a ;"
    " rdf:object ?b ."
    + _NOTE.replace("?st", "?said")
    + _NAMES
    + _B_NAMES
    + """ OPTIONAL { VALUES ?decision { lv:sameBodyAs lv:differentBodyFrom }
      ?st rdf:predicate ?decision ; lv:decidedBy ?who ; lv:decidedOn ?when .
      { ?st rdf:subject ?a ; rdf:object ?b }
      UNION { ?st rdf:subject ?b ; rdf:object ?a }
      OPTIONAL { ?st skos:editorialNote ?why } } } ORDER BY ?a ?b""",
    "links": "SELECT DISTINCT ?a ?b ?b_zh ?b_en ?note WHERE {"
    " ?st rdf:predicate lv:recordedAs ; rdf:subject ?b ; rdf:object ?a ."
    + _NOTE
    + _B_NAMES
    + "} ORDER BY ?note",
    "contradictions": """SELECT ?a ?a_zh ?a_en
      (GROUP_CONCAT(DISTINCT STR(?value); separator=" / ") AS ?values)
      WHERE { ?a lv:founded ?value . """
    + _NAMES
    + "} GROUP BY ?a ?a_zh ?a_en HAVING (COUNT(DISTINCT ?value) > 1) ORDER BY ?a",
    "weak": """SELECT ?a ?label_zh ?label_en WHERE {
      ?a a rdf:Statement ; prov:wasDerivedFrom/lv:confidence lv:low .
      MINUS { ?a prov:wasDerivedFrom/lv:confidence lv:medium }
      MINUS { ?a prov:wasDerivedFrom/lv:confidence lv:high }
      ?a rdfs:label ?label_zh , ?label_en .
      FILTER(LANG(?label_zh) = "zh" && LANG(?label_en) = "en") } ORDER BY ?label_en""",
    "untracked": "SELECT ?a ?a_zh ?a_en WHERE { ?a a lv:Company ."
    + " FILTER NOT EXISTS { ?a lv:inTrack ?track }"
    + _NAMES
    + "} ORDER BY ?a_en",
}


def queue(
    store: Store, which: str, limit: int = LIMIT, *, timeout_s: float = 30.0
) -> Solutions:
    """What waits for a person in one queue: ``pairs``, ``contradictions`` ...

    Raises:
        NotFoundError: if there is no such queue.
        QueryTimeoutError: if it takes too long: most queues read the whole graph.
    """
    if which not in QUEUES:
        raise NotFoundError(f"There is no queue {which!r}.", zh=f"没有队列 {which!r}。")
    query = f"{vocab.prologue()}{QUEUES[which]} LIMIT {limit}"
    return store.select(query, timeout_s=timeout_s)


def pairs_apart(store: Store) -> frozenset[frozenset[str]]:
    """Pairs of ids that a person has told apart."""
    answer = store.select(
        f"{vocab.prologue('lv')}SELECT ?a ?b WHERE {{ ?a lv:differentBodyFrom ?b }}"
    )
    return frozenset(
        frozenset(str(row[end]).removeprefix(vocab.ID) for end in ("a", "b"))
        for row in answer
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides on a pair.

    Attributes:
        choice: ``same``, ``different``, or ``open`` to take a decision back.
    """

    left: str
    right: str
    choice: str
    who: str
    why: str


def decide(store: Store, decision: Decision) -> None:
    """Record a decision; the last one on a pair counts.

    Raises as ``decisions_with`` does.
    """
    publish(store, {GRAPH: decisions_with(store, decision)})


def decisions_with(store: Store, decision: Decision) -> list[Triple]:
    """The dataset of decisions with one more.

    Raises:
        DataError: if it is incomplete.
        NotFoundError: if the pair is in no queue.
    """
    pair = (decision.left, decision.right)
    if decision.choice not in {SAME, DIFFERENT, OPEN} or not decision.who.strip():
        raise DataError(
            "A decision needs a choice (same, different, open) and who decides.",
            zh="裁定需要选择（same、different、open）和裁定人。",
        )
    if not all(KEBAB.fullmatch(one) for one in pair):
        raise DataError(
            "An id is lower-case letters, digits and hyphens.", zh="id 无效。"
        )
    evidence = _evidence(store, *pair)
    old = read_graph(store, GRAPH) if GRAPH in store.graphs() else []
    kept = [
        t for t in old if t[0] not in _statements(old, pair) and not _is_of(t, pair)
    ]
    if decision.choice != OPEN:
        kept += list(_triples(decision, evidence))
    kept += list(_dataset())
    return list(dict.fromkeys(kept))


def _evidence(store: Store, left: str, right: str) -> list[Iri]:
    answer = store.select(
        vocab.prologue("rdf", "lv", "prov", "id")
        + "SELECT DISTINCT ?ev WHERE { ?st prov:wasDerivedFrom ?ev ."
        f" {{ ?st rdf:predicate lv:possiblySameAs ; rdf:subject id:{left} ;"
        f" rdf:object id:{right} }} UNION {{ ?st rdf:predicate lv:recordedAs ;"
        f' rdf:subject id:{right} ; rdf:object "{left}" }} }}'
    )
    found = [term for row in answer if isinstance(term := row["ev"], Iri)]
    if not found:
        raise NotFoundError(
            f"Nobody asks whether {left} and {right} are one.",
            zh=f"没有关于 {left} 与 {right} 是否同一的待定项。",
        )
    return found


def _statements(triples: list[Triple], pair: tuple[str, str]) -> set[Term]:
    """The statements about a pair."""
    ends = {entity_iri(one) for one in pair}
    said: dict[Term, set[Term]] = {}
    for s, p, o in triples:
        if p in {name("rdf:subject"), name("rdf:object")}:
            said.setdefault(s, set()).add(o)
    return {s for s, objects in said.items() if objects == ends}


def _is_of(triple: Triple, pair: tuple[str, str]) -> bool:
    return {triple[0], triple[2]} == {entity_iri(one) for one in pair}


def _triples(decision: Decision, evidence: list[Iri]) -> Iterator[Triple]:
    left, right = entity_iri(decision.left), entity_iri(decision.right)
    predicate = term_iri(_PREDICATES[decision.choice])
    statement = Statement(left, predicate, right)
    iri = statement.iri
    same = decision.choice == SAME
    zh = f"{decision.left} {'是' if same else '不是'}同一主体 {decision.right}"
    en = f"{decision.left} is {'' if same else 'not '}the same as {decision.right}"
    yield left, predicate, right
    yield iri, A, name("rdf:Statement")
    yield iri, name("rdf:subject"), left
    yield iri, name("rdf:predicate"), predicate
    yield iri, name("rdf:object"), right
    yield from both(iri, LABEL, zh, en)
    yield iri, term_iri("status"), term_iri("actual")
    yield iri, term_iri("dataset"), entity_iri(f"dataset-{DECISIONS}")
    yield iri, term_iri("decidedBy"), Literal(decision.who.strip())
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    yield iri, term_iri("decidedOn"), Literal(today, XSD + "date")
    if decision.why.strip():
        yield iri, name("skos:editorialNote"), words(decision.why.strip())
    for place in evidence:
        yield iri, name("prov:wasDerivedFrom"), place


def _dataset() -> Iterator[Triple]:
    iri = entity_iri(f"dataset-{DECISIONS}")
    yield iri, A, name("dcat:Dataset")
    yield iri, A, name("void:Dataset")
    titles = ("人的裁定", "Decisions of people")
    yield from both(iri, LABEL, *titles)
    yield from both(iri, name("dcterms:title"), *titles)
    licence = Iri("https://creativecommons.org/licenses/by/4.0/")
    yield iri, name("dcterms:license"), licence
    yield iri, name("dcterms:creator"), Literal("Curators of this service")
    yield iri, term_iri("graph"), Iri(GRAPH)
