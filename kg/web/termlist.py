"""The ontology as a page needs it: terms in sections, read from the files.

The files, not the store, are read: the page shows the ontology that this
release speaks, whatever an operator has loaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from kg import vocab
from kg.curate.check import Check, read_check
from kg.curate.files import ontology_files
from kg.model import Iri, Literal, Term, Triple
from kg.store.scratch import read_triples

IRI = vocab.ONTOLOGY.rstrip("#")
_RECORD_CLASSES = ("DomainProperty", "RecordProperty", "InferenceRule")
x = vocab.expand


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in Chinese and in English."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A class, property, concept, rule or shape, with all the page says of it.

    Attributes:
        id: local name; the anchor on the page.
        above: IRIs of its superclasses or superproperties.
        near: IRIs it nearly means the same as.
        depth: how deep it stands in the tree of its section, 0 at the top.
        texts: further named texts: SPARQL of rules, path of a shape.
    """

    iri: str
    label: Pair
    definition: Pair = Pair()
    example: Pair = Pair()
    inverse: Pair = Pair()
    above: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    depth: int = 0
    replaced_by: str = ""
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The local name."""
        return self.iri.removeprefix(vocab.ONTOLOGY)


class Index:
    """Triples by subject and predicate."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = tuple(triples)
        self._said: dict[str, dict[str, list[Term]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for s, p, o in self.triples:
            self._said[str(s)][p.value].append(o)

    def all(self, subject: str, name: str) -> list[Term]:
        """The objects of a subject and a prefixed property name."""
        return self._said.get(subject, {}).get(x(name), [])

    def iris(self, subject: str, name: str) -> tuple[str, ...]:
        """Those objects that are IRIs, in order."""
        return tuple(
            sorted(o.value for o in self.all(subject, name) if isinstance(o, Iri))
        )

    def text(self, subject: str, name: str) -> str:
        """The first object as text, or ""."""
        return next((str(o) for o in self.all(subject, name)), "")

    def pair(self, subject: str, *names: str) -> Pair:
        """The Chinese and English texts of the first property that has any."""
        for name in names:
            said = {
                o.language: o.value
                for o in self.all(subject, name)
                if isinstance(o, Literal)
            }
            if said:
                return Pair(said.get("zh", ""), said.get("en", ""))
        return Pair()

    def of_type(self, *names: str) -> list[str]:
        """Subjects of ours with one of these types, by name."""
        wanted = {x(name) for name in names}
        return sorted(
            subject
            for subject, said in self._said.items()
            if subject.startswith(vocab.ONTOLOGY)
            and any(str(t) in wanted for t in said.get(x("rdf:type"), []))
        )


@dataclass(frozen=True, slots=True)
class TermList:
    """Everything on the page.

    Attributes:
        schemes: each scheme with its concepts.
        shapes: each node shape with its property shapes.
        triples: of the ontology and its schemes, rules included.
    """

    version: str
    title: Pair
    description: Pair
    licence: str
    classes: tuple[Entry, ...]
    concept_classes: tuple[Entry, ...]
    relations: tuple[Entry, ...]
    values: tuple[Entry, ...]
    records: tuple[Entry, ...]
    schemes: tuple[tuple[Entry, tuple[Entry, ...]], ...]
    rules: tuple[Entry, ...]
    shapes: tuple[tuple[Entry, tuple[Entry, ...]], ...]
    checks: tuple[Check, ...]
    triples: tuple[Triple, ...]
    labels: dict[str, Pair]


@lru_cache(maxsize=2)
def term_list(folder: Path) -> TermList:
    """Read an ontology folder; once, since files of a release do not change."""
    graph = Index(t for path in ontology_files(folder) for t in read_triples(path))
    shapes = Index(
        t for path in sorted(folder.glob("shapes/*.ttl")) for t in read_triples(path)
    )
    tree = list(_tree(graph))
    concepts = {e.iri for e in tree if x("skos:Concept") in e.above}
    concepts |= {vocab.ONTOLOGY + name for name in _RECORD_CLASSES}
    concepts -= {x("lv:Track"), x("lv:Indicator")}
    domain = set(graph.of_type("lv:DomainProperty"))
    things = set(graph.of_type("owl:ObjectProperty"))
    entries = [_entry(graph, iri) for iri in sorted(domain, key=str.lower)]
    checks = sorted((folder / "checks").glob("*.rq"))
    return TermList(
        version=graph.text(IRI, "owl:versionInfo"),
        title=graph.pair(IRI, "dcterms:title"),
        description=graph.pair(IRI, "dcterms:description"),
        licence=graph.text(IRI, "dcterms:license"),
        classes=tuple(e for e in tree if e.iri not in concepts),
        concept_classes=tuple(e for e in tree if e.iri in concepts),
        relations=tuple(e for e in entries if e.iri in things),
        values=tuple(e for e in entries if e.iri not in things),
        records=tuple(_entry(graph, i) for i in graph.of_type("lv:RecordProperty")),
        schemes=tuple(_schemes(graph)),
        rules=tuple(
            sorted(
                (_rule(graph, i) for i in graph.of_type("lv:InferenceRule")),
                key=lambda rule: int(rule.texts["order"]),
            )
        ),
        shapes=tuple(_shapes(shapes)),
        checks=tuple(read_check(path) for path in checks),
        triples=tuple(dict.fromkeys(graph.triples)),
        labels=_labels(graph),
    )


def _labels(graph: Index) -> dict[str, Pair]:
    return {
        str(s): graph.pair(str(s), "rdfs:label", "skos:prefLabel")
        for s, _, _ in graph.triples
    }


_TRAITS = ("owl:SymmetricProperty", "owl:TransitiveProperty")


def _entry(graph: Index, iri: str, depth: int = 0) -> Entry:
    types = graph.iris(iri, "rdf:type")
    inverse = graph.iris(iri, "lv:inverseSubPropertyOf")
    return Entry(
        iri=iri,
        label=graph.pair(iri, "rdfs:label", "skos:prefLabel"),
        definition=graph.pair(iri, "skos:definition"),
        example=graph.pair(iri, "skos:example"),
        inverse=graph.pair(iri, "lv:inverseLabel"),
        above=graph.iris(iri, "rdfs:subClassOf")
        + graph.iris(iri, "rdfs:subPropertyOf"),
        near=graph.iris(iri, "skos:closeMatch"),
        subjects=graph.iris(iri, "schema:domainIncludes"),
        objects=graph.iris(iri, "schema:rangeIncludes"),
        traits=tuple(t for t in _TRAITS if x(t) in types),
        depth=depth,
        replaced_by=graph.text(iri, "dcterms:isReplacedBy"),
        texts={"inverse": inverse[0]} if inverse else {},
    )


def _tree(graph: Index) -> Iterator[Entry]:
    """Classes in the order of their tree, each once, below its first parent."""
    classes = graph.of_type("owl:Class")
    below: dict[str, list[str]] = defaultdict(list)
    for iri in classes:
        parents = [a for a in graph.iris(iri, "rdfs:subClassOf") if a in classes]
        below[parents[0] if parents else ""].append(iri)

    def walk(parent: str, depth: int) -> Iterator[Entry]:
        for iri in below[parent]:
            yield _entry(graph, iri, depth)
            yield from walk(iri, depth + 1)

    yield from walk("", 0)


def _schemes(graph: Index) -> Iterator[tuple[Entry, tuple[Entry, ...]]]:
    concepts = graph.of_type("skos:Concept")
    for scheme in graph.of_type("skos:ConceptScheme"):
        members = [c for c in concepts if scheme in graph.iris(c, "skos:inScheme")]
        members.sort(key=lambda c: int(graph.text(c, "lv:order") or 0))
        yield _entry(graph, scheme), tuple(_entry(graph, c) for c in members)


def _rule(graph: Index, iri: str) -> Entry:
    found = _entry(graph, iri)
    for name in ("construct", "premises", "order"):
        found.texts[name] = graph.text(iri, f"lv:{name}")
    return found


def _shapes(graph: Index) -> Iterator[tuple[Entry, tuple[Entry, ...]]]:
    for iri in graph.of_type("sh:NodeShape"):
        parts = []
        for part in graph.iris(iri, "sh:property"):
            path = graph.text(part, "sh:path")
            severity = graph.text(part, "sh:severity").rpartition("#")[2]
            texts = {"path": path, "severity": severity}
            parts.append(Entry(part, graph.pair(part, "sh:message"), texts=texts))
        yield _entry(graph, iri), tuple(parts)
