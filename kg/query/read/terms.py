"""The ontology's terms as a page needs them: labels both ways, class tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg import vocab
from kg.query.read.names import Name
from kg.query.read.text import PROLOGUE, local
from kg.store import Store

_CLASSES = """SELECT ?c ?super ?label WHERE {
  ?c a owl:Class ; rdfs:label ?label .
  OPTIONAL { ?c rdfs:subClassOf ?super }
}"""
_PROPERTIES = """SELECT ?p ?label ?inverse ?symmetric WHERE {
  VALUES ?kind { owl:ObjectProperty owl:DatatypeProperty }
  ?p a ?kind .
  ?p rdfs:label ?label .
  OPTIONAL { ?p lv:inverseLabel ?inverse FILTER(LANG(?inverse) = LANG(?label)) }
  OPTIONAL { ?p a owl:SymmetricProperty BIND(true AS ?symmetric) }
}"""

# The order in which a reader wants the relations of a thing: what it does, its tracks,
# its people, what it makes, where it is, whom it works with, then the rest.
_ORDER = (
    "subTrackOf", "inTrack", "focusesOn", "hasRole", "atStage", "stageOfWork",
    "productKind", "modality", "indication", "regulatoryStatus", "approvalYear",
    "foundedBy", "directedBy", "affiliatedWith", "founded", "developmentStarted",
    "approved", "developed", "launched", "provides", "operates", "locatedIn", "partOf",
    "inZone", "address", "spinOffOf", "subsidiaryOf", "investedIn", "incubatedBy",
    "supports", "cooperatesWith", "supplies", "memberOf", "listedOn", "scope",
    "stockCode", "isin", "cik", "rorId", "wikidataId", "website",
)  # fmt: skip
_RANK = {vocab.ONTOLOGY + name: place for place, name in enumerate(_ORDER)}


@dataclass(slots=True)
class Terms:
    """Labels and shape of the ontology, read once per generation.

    Attributes:
        parents: class IRI to its direct super-classes, ours and others'.
        symmetric: properties that read the same both ways.
    """

    classes: dict[str, Name] = field(default_factory=dict)
    parents: dict[str, set[str]] = field(default_factory=dict)
    properties: dict[str, Name] = field(default_factory=dict)
    inverses: dict[str, Name] = field(default_factory=dict)
    symmetric: set[str] = field(default_factory=set)

    def name(self, iri: str) -> Name:
        """The name of a class or property; the local name when unlabelled."""
        return self.classes.get(iri) or self.properties.get(iri) or Name(iri)

    def label(self, predicate: str, direction: str, language: str) -> str:
        """A relation as read from its subject (``out``) or object (``in``)."""
        name = self.name(predicate)
        if direction == "out" or predicate in self.symmetric:
            return name.text(language)
        inverse = self.inverses.get(predicate)
        return inverse.text(language) if inverse else f"← {name.text(language)}"

    def rank(self, predicate: str) -> tuple[int, str]:
        """Sort key of a relation on a page."""
        return (_RANK.get(predicate, len(_RANK)), local(predicate))

    def supers(self, iri: str) -> set[str]:
        """All super-classes of a class, itself included."""
        found: set[str] = set()
        waiting = [iri]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(self.parents.get(current, ()))
        return found

    def subs(self, iri: str) -> set[str]:
        """All sub-classes of a class, itself included."""
        return {c for c in (*self.classes, iri) if iri in self.supers(c)}

    def most_specific(self, types: set[str]) -> tuple[str, ...]:
        """Our classes among these that are no super-class of another of them."""
        ours = {t for t in types if t.startswith(vocab.ONTOLOGY)}
        general = {s for t in ours for s in self.supers(t) if s != t}
        return tuple(sorted(ours - general))


def terms(store: Store) -> Terms:
    """Read the ontology's terms: two queries over the ontology only."""
    read = Terms()
    for row in store.select(PROLOGUE + _CLASSES):
        iri, label = str(row["c"]), row["label"]
        read.classes[iri] = _named(read.classes.get(iri), iri, label)
        parents = read.parents.setdefault(iri, set())
        if "super" in row:
            parents.add(str(row["super"]))
    for row in store.select(PROLOGUE + _PROPERTIES):
        iri = str(row["p"])
        read.properties[iri] = _named(read.properties.get(iri), iri, row["label"])
        if "inverse" in row:
            read.inverses[iri] = _named(read.inverses.get(iri), iri, row["inverse"])
        if "symmetric" in row:
            read.symmetric.add(iri)
    return read


def _named(known: Name | None, iri: str, label: object) -> Name:
    zh, en = (known.zh, known.en) if known else ("", "")
    language = getattr(label, "language", "")
    if language.startswith("en"):
        en = en or str(label)
    else:
        zh = zh or str(label)
    return Name(iri, zh, en)
