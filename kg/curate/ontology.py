"""What the ontology says that a row needs to know: classes, properties, labels."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from kg import vocab
from kg.curate.files import ontology_files

_RANGE = URIRef(vocab.PREFIXES["schema"] + "rangeIncludes")


@dataclass(frozen=True)
class Terms:
    """The terms of our namespace, by local name.

    Attributes:
        classes: local names of classes.
        object_properties: local names of properties that point to a thing.
        literal_properties: local name to the IRI of its datatype, "" if none is
            said.
        concepts: local names of the fixed concepts (status, role, stage ...).
        labels: local name to its label in ``zh`` and ``en``.
    """

    classes: frozenset[str]
    object_properties: frozenset[str]
    literal_properties: dict[str, str]
    concepts: frozenset[str]
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    def label(self, local: str, language: str) -> str:
        """The label of a term, or its local name."""
        return self.labels.get(local, {}).get(language, local)

    def near_class(self, local: str) -> str:
        """The class so labelled (企业), or whose name is nearest, or ""."""
        return self._labelled(local, self.classes) or _near(local, self.classes)

    def near_property(self, local: str) -> str:
        """The property so labelled (所在赛道), or whose name is nearest, or ""."""
        known = self.object_properties | set(self.literal_properties)
        return self._labelled(local, known) or _near(local, known)

    def _labelled(self, text: str, names: frozenset[str]) -> str:
        """The first of these terms that a person calls so, in either language."""
        said = text.casefold()
        return next(
            (
                name
                for name in sorted(names)
                if said in map(str.casefold, self.labels.get(name, {}).values())
            ),
            "",
        )


def _near(local: str, names: frozenset[str]) -> str:
    lowered = {name.lower(): name for name in sorted(names)}
    found = difflib.get_close_matches(local.lower(), lowered, n=1)
    return lowered[found[0]] if found else ""


def ontology_graph(folder: Path) -> Graph:
    """The ontology and its schemes as one graph."""
    graph = Graph()
    for path in ontology_files(folder):
        graph.parse(path, format="turtle")
    return graph


def read_terms(graph: Graph) -> Terms:
    """Collect the terms of our namespace from the ontology."""

    def of_type(*types: URIRef) -> frozenset[str]:
        return frozenset(
            str(s)[len(vocab.ONTOLOGY) :]
            for kind in types
            for s in graph.subjects(RDF.type, kind)
            if str(s).startswith(vocab.ONTOLOGY)
        )

    labels: dict[str, dict[str, str]] = {}
    for predicate in (SKOS.prefLabel, RDFS.label):
        for subject, label in graph.subject_objects(predicate):
            if str(subject).startswith(vocab.ONTOLOGY) and isinstance(label, Literal):
                local = str(subject)[len(vocab.ONTOLOGY) :]
                labels.setdefault(local, {})[label.language or "en"] = str(label)
    literal = {name: _datatype(graph, name) for name in of_type(OWL.DatatypeProperty)}
    return Terms(
        classes=of_type(OWL.Class, RDFS.Class),
        object_properties=of_type(OWL.ObjectProperty, OWL.SymmetricProperty),
        literal_properties=literal,
        concepts=of_type(SKOS.Concept),
        labels=labels,
    )


def _datatype(graph: Graph, local: str) -> str:
    subject = URIRef(vocab.ONTOLOGY + local)
    ranges = sorted(
        str(r)
        for p in (RDFS.range, _RANGE)
        for r in graph.objects(subject, p)
        if isinstance(r, URIRef)
    )
    return ranges[0] if ranges else ""
