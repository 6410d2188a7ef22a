"""Rules conclude what they should, in standard words only, and can explain."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
import rdflib

from kg import vocab

Build = Callable[..., pyoxigraph.Store]
RULES = rdflib.Graph().parse(
    Path(__file__).resolve().parents[2] / "ontology" / "rules.ttl"
)
CONSTRUCT = rdflib.URIRef(vocab.expand("lv:construct"))
PREMISES = rdflib.URIRef(vocab.expand("lv:premises"))
NAMES = sorted(vocab.shorten(str(s)) for s in RULES.subjects(CONSTRUCT))
EMPTY = "VALUES (?s ?p ?o) { }"

# Rule, then one conclusion from the sample and how many triples it rests on.
CONCLUSIONS = {
    "lv:rule-superclass": ("id:incubator", "rdf:type", "org:Organization", 1),
    "lv:rule-superproperty": ("id:lepu", "schema:location", "id:changping-park", 1),
    "lv:rule-inverse-superproperty": ("id:kit", "prov:wasAttributedTo", "id:dx", 1),
    "lv:rule-symmetric": ("id:hospital", "org:linkedTo", "id:lepu", 1),
    "lv:rule-inverse": ("id:changping", "dcterms:hasPart", "id:changping-park", 1),
    "lv:rule-broader-transitive": (
        "id:track-point-of-care",
        "skos:broaderTransitive",
        "id:track-medical-devices",
        2,
    ),
    "lv:rule-track-membership": (
        "id:dx",
        "org:classification",
        "id:track-medical-devices",
        3,
    ),
    "lv:rule-subject-rolled-up": (
        "id:kit",
        "dcterms:subject",
        "id:track-medical-devices",
        2,
    ),
    "lv:rule-location-rolled-up": ("id:lepu", "schema:location", "id:beijing", 3),
    "lv:rule-area-within": ("id:changping-park", "geo:sfWithin", "id:beijing", 2),
    "lv:rule-sub-organisation-transitive": (
        "id:dx-lab",
        "org:transitiveSubOrganizationOf",
        "id:dx",
        2,
    ),
}


def text(rule: str, predicate: rdflib.URIRef) -> str:
    return str(RULES.value(rdflib.URIRef(vocab.expand(rule)), predicate))


def conclusions(store: pyoxigraph.Store, rule: str) -> set[pyoxigraph.Triple]:
    return set(store.query(text(rule, CONSTRUCT)))


def premises(
    store: pyoxigraph.Store, rule: str, conclusion: pyoxigraph.Triple
) -> set[tuple[str, ...]]:
    filled = " ".join(map(str, conclusion))
    query = text(rule, PREMISES).replace(EMPTY, f"VALUES (?s ?p ?o) {{ ({filled}) }}")
    return {tuple(map(str, row)) for row in store.query(query)}


def triple(s: str, p: str, o: str) -> pyoxigraph.Triple:
    return pyoxigraph.Triple(
        *(pyoxigraph.NamedNode(vocab.expand(n)) for n in (s, p, o))
    )


def test_every_rule_has_a_conclusion_in_the_sample() -> None:
    assert sorted(CONCLUSIONS) == NAMES


@pytest.mark.parametrize("rule", NAMES)
def test_rule_on_the_sample_concludes_and_explains(rule: str, merged: Build) -> None:
    s, p, o, count = CONCLUSIONS[rule]
    store = merged()
    assert triple(s, p, o) in conclusions(store, rule)
    found = premises(store, rule, triple(s, p, o))
    assert len(found) == count
    for row in found:
        asserted = pyoxigraph.parse(" ".join(row) + " .", pyoxigraph.RdfFormat.TURTLE)
        assert next(iter(asserted)) in store


@pytest.mark.parametrize("rule", NAMES)
def test_rule_conclusions_use_standard_words_only(rule: str, merged: Build) -> None:
    for found in conclusions(merged(), rule):
        assert not found.predicate.value.startswith(vocab.ONTOLOGY)
        if found.predicate.value == vocab.expand("rdf:type"):
            assert not found.object.value.startswith(vocab.ONTOLOGY)


@pytest.mark.parametrize("rule", NAMES)
def test_rule_explains_every_conclusion_it_draws(rule: str, merged: Build) -> None:
    store = merged()
    for found in conclusions(store, rule):
        assert premises(store, rule, found), found


@pytest.mark.parametrize("rule", NAMES)
def test_rule_does_not_explain_what_it_does_not_conclude(
    rule: str, merged: Build
) -> None:
    store = merged()
    wrong = triple("id:pins", "org:classification", "id:track-point-of-care")
    assert premises(store, rule, wrong) == set()


@pytest.mark.parametrize("rule", NAMES)
def test_rule_in_second_engine_concludes_the_same(
    rule: str, merged: Build, ontology: rdflib.Graph, sample: rdflib.Graph
) -> None:
    graph = rdflib.Graph()
    for each in (*ontology, *sample):
        graph.add(each)
    theirs = {
        tuple(term.n3() for term in t) for t in graph.query(text(rule, CONSTRUCT))
    }
    ours = {tuple(map(str, t)) for t in conclusions(merged(), rule)}
    assert {t[:2] for t in theirs} == {t[:2] for t in ours}
    assert len(theirs) == len(ours)


def test_rules_draw_nothing_from_a_target(merged: Build) -> None:
    """The sample plans to move PINS; no rule may place it there."""
    store = merged()
    planned = triple("id:pins", "schema:location", "id:device-area")
    assert all(planned not in conclusions(store, rule) for rule in NAMES)
