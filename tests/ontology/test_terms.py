"""Every term is named, defined, exemplified and aligned, in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from kg import vocab

ROOT = Path(__file__).resolve().parents[2]
LV = rdflib.Namespace(vocab.ONTOLOGY)
SCHEMA = rdflib.Namespace(vocab.PREFIXES["schema"])
VS = rdflib.Namespace(vocab.PREFIXES["vs"])
PROPERTY_TYPES = (
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
)
# Written where a term of ours is meant, in code, queries and the front end.
NAMED = re.compile(r"(?<![\w:/-])lv:([A-Za-z][A-Za-z0-9]*)\b(?![-:(])")
READ = ("kg/**/*.py", "kg/**/*.html", "queries/**/*.ttl", "queries/**/*.rq")


def ours(graph: rdflib.Graph, *types: rdflib.URIRef) -> list[rdflib.URIRef]:
    found = {s for kind in types for s in graph.subjects(RDF.type, kind)}
    return sorted(s for s in found if str(s).startswith(vocab.ONTOLOGY))


def languages(graph: rdflib.Graph, term: object, predicate: rdflib.URIRef) -> list[str]:
    return sorted(str(o.language) for o in graph.objects(term, predicate))


def test_terms_have_label_definition_and_example_in_both_languages(
    ontology: rdflib.Graph,
) -> None:
    terms = ours(ontology, OWL.Class, *PROPERTY_TYPES, LV.InferenceRule)
    assert len(terms) > 130
    for term in terms:
        for predicate in (RDFS.label, SKOS.definition, SKOS.example):
            assert languages(ontology, term, predicate) == ["en", "zh"], (
                f"{vocab.shorten(str(term))} needs {vocab.shorten(str(predicate))} "
                "in @zh and @en, once each: see ontology/README.md"
            )


def test_terms_are_aligned_with_a_standard_vocabulary(ontology: rdflib.Graph) -> None:
    pairs = [(term, RDFS.subClassOf) for term in ours(ontology, OWL.Class)]
    pairs += [(t, RDFS.subPropertyOf) for t in ours(ontology, *PROPERTY_TYPES)]
    for term, above in pairs:
        reached = set(ontology.transitive_objects(term, above)) - {term}
        assert any(not str(o).startswith(vocab.ONTOLOGY) for o in reached), (
            f"{vocab.shorten(str(term))} needs {vocab.shorten(str(above))} to a term "
            "of a standard vocabulary: see ontology/README.md"
        )


def test_properties_say_what_they_join(ontology: rdflib.Graph) -> None:
    for term in ours(ontology, *PROPERTY_TYPES):
        name = vocab.shorten(str(term))
        assert list(ontology.objects(term, SCHEMA.domainIncludes)), name
        assert list(ontology.objects(term, SCHEMA.rangeIncludes)), name
        kinds = set(ontology.objects(term, RDF.type))
        assert len(kinds & {LV.DomainProperty, LV.RecordProperty}) == 1, name
        if {LV.DomainProperty, OWL.ObjectProperty} <= kinds:
            assert languages(ontology, term, LV.inverseLabel) == ["en", "zh"], name
        assert ontology.value(term, VS.term_status), name


def test_concepts_are_named_and_belong_to_a_scheme(ontology: rdflib.Graph) -> None:
    for concept in ours(ontology, SKOS.Concept):
        for predicate in (SKOS.prefLabel, SKOS.definition, SKOS.example):
            assert languages(ontology, concept, predicate) == ["en", "zh"], concept
        scheme = ontology.value(concept, SKOS.inScheme)
        assert (scheme, RDF.type, SKOS.ConceptScheme) in ontology


def test_no_name_is_both_property_and_concept(ontology: rdflib.Graph) -> None:
    """`about` once was a relation and a comparator."""
    properties = set(ours(ontology, *PROPERTY_TYPES))
    concepts = set(ours(ontology, SKOS.Concept))
    classes = set(ours(ontology, OWL.Class))
    assert not (properties & concepts)
    assert not (properties & classes)
    assert not (concepts & classes)


def test_words_of_other_vocabularies_are_named_in_both_languages(
    ontology: rdflib.Graph,
) -> None:
    used = set(ontology.predicates()) | set(ontology.objects(None, RDF.type))
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf, LV.inverseSubPropertyOf):
        used |= set(ontology.objects(None, predicate))
    for term in used:
        if not str(term).startswith(vocab.ONTOLOGY):
            found = set(languages(ontology, term, RDFS.label))
            assert found == {"en", "zh"}, f"add {term} to ontology/external.ttl"


def test_ontology_has_no_blank_node_and_no_domain(ontology: rdflib.Graph) -> None:
    assert not [n for n in ontology.all_nodes() if isinstance(n, rdflib.BNode)]
    assert not list(ontology.triples((None, RDFS.domain, None)))
    assert not list(ontology.triples((None, RDFS.range, None)))


def test_header_agrees_with_the_changelog(ontology: rdflib.Graph) -> None:
    node = rdflib.URIRef(vocab.ONTOLOGY.rstrip("#"))
    version = str(ontology.value(node, OWL.versionInfo))
    assert str(ontology.value(node, OWL.versionIRI)) == f"{node}/{version}"
    changelog = (ROOT / "ontology" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", changelog, re.M)[1] == version
    assert ontology.value(node, rdflib.DCTERMS.license)
    for predicate in (rdflib.DCTERMS.title, rdflib.DCTERMS.description):
        assert languages(ontology, node, predicate) == ["en", "zh"]


def test_every_prefix_is_declared_to_shacl(ontology: rdflib.Graph) -> None:
    sh = rdflib.Namespace(vocab.PREFIXES["sh"])
    node = rdflib.URIRef(vocab.ONTOLOGY.rstrip("#"))
    declared = {
        str(ontology.value(p, sh.prefix)): str(ontology.value(p, sh.namespace))
        for p in ontology.objects(node, sh.declare)
    }
    assert declared == vocab.PREFIXES


def words_in_code() -> Iterator[tuple[str, str]]:
    for pattern in READ:
        for path in sorted(ROOT.glob(pattern)):
            for name in NAMED.findall(path.read_text(encoding="utf-8")):
                yield str(path.relative_to(ROOT)), name


def test_terms_named_in_code_and_queries_exist(ontology: rdflib.Graph) -> None:
    known = {str(s).removeprefix(vocab.ONTOLOGY) for s in ontology.subjects()}
    unknown = [(path, name) for path, name in words_in_code() if name not in known]
    assert not unknown, "add them to ontology/life-valley.ttl or correct the names"


def test_terms_named_in_code_are_found_by_the_pattern() -> None:
    assert NAMED.findall("?x lv:inTrack ?t ; lv:dataset <lv:nothing> .")
    assert not NAMED.findall("lvg:article")


def test_data_uses_declared_terms_only(ontology: rdflib.Graph) -> None:
    path = ROOT / "data" / "triples.ttl"
    if not path.exists():
        pytest.skip("data/triples.ttl is not built yet")
    data = rdflib.Graph().parse(path)
    used = set(data.predicates()) | set(data.objects(None, RDF.type))
    unknown = {str(t) for t in used if (t, RDF.type, None) not in ontology}
    assert not unknown, "declare them in ontology/ or correct the tables"
