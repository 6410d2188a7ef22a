"""Each shape stays silent on the sample and fires on its own violation."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from pyshacl import validate
from rdflib.namespace import OWL, RDF, RDFS, SH

from kg import vocab

HERE = Path(__file__).resolve().parent
FILES = sorted((HERE.parents[1] / "ontology" / "shapes").glob("*.ttl"))
CASES = HERE / "shapes"

# Update per shape: the smallest change of the sample that breaks it.
BREAKS = {
    path.stem: path.read_text(encoding="utf-8") for path in sorted(CASES.glob("*.ru"))
}


def local(iri: object) -> str:
    return str(iri).removeprefix(vocab.ONTOLOGY)


def shape_graph(path: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(path)


def shapes_of(path: Path) -> set[str]:
    """Property shapes, and node shapes that have a message of their own."""
    graph = shape_graph(path)
    named = {s for s in graph.subjects(SH.message) if isinstance(s, rdflib.URIRef)}
    return {local(s) for s in named}


def fired(path: Path, data: rdflib.Graph, ontology: rdflib.Graph) -> set[str]:
    _, report, _ = validate(
        data,
        shacl_graph=shape_graph(path),
        ont_graph=ontology,
        inference="none",
        advanced=True,
    )
    return {local(s) for s in report.objects(None, SH.sourceShape)}


def test_shapes_every_one_has_a_case_that_breaks_it() -> None:
    assert {name for path in FILES for name in shapes_of(path)} == set(BREAKS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shape_on_the_sample_is_silent(
    path: Path, sample: rdflib.Graph, ontology: rdflib.Graph
) -> None:
    assert fired(path, sample, ontology) == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shape_broken_fires_alone_in_its_file(
    path: Path, sample: rdflib.Graph, ontology: rdflib.Graph
) -> None:
    for name in sorted(shapes_of(path)):
        broken = rdflib.Graph()
        for triple in sample:
            broken.add(triple)
        broken.update(vocab.prologue() + BREAKS[name])
        assert fired(path, broken, ontology) == {name}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shape_says_what_is_wrong_in_both_languages(path: Path) -> None:
    graph = shape_graph(path)
    for shape in graph.subjects(SH.message):
        assert {m.language for m in graph.objects(shape, SH.message)} == {"zh", "en"}
        assert graph.value(shape, RDFS.seeAlso), shape
    for shape in graph.subjects(RDF.type, SH.PropertyShape):
        assert graph.value(shape, SH.severity), shape
    assert path.stem + "Shape" in {local(s) for s in graph.subjects(RDFS.label)}


def test_entity_shape_reaches_every_class_of_entities(ontology: rdflib.Graph) -> None:
    graph = shape_graph(HERE.parents[1] / "ontology" / "shapes" / "Entity.ttl")
    targets = set(graph.objects(None, SH.targetClass))
    records = {
        "DomainProperty",
        "RecordProperty",
        *("InferenceRule", "QueryParameter", "QueryColumn"),
        *("Role", "Stage", "Status", "Comparator", "Confidence", "NameBasis"),
    }
    for found in ontology.subjects(RDF.type, OWL.Class):
        if local(found) in records:
            continue
        above = set(ontology.transitive_objects(found, RDFS.subClassOf))
        assert above & targets, f"add {local(found)} to ontology/shapes/Entity.ttl"
