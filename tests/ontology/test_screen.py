"""The screen lets nothing through that pySHACL, the reference, would tell."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import vocab
from kg.curate.assertion import A
from kg.curate.screen import Elsewhere, Screen
from kg.curate.validation import Validator, model_triples
from kg.model import Iri, Literal, Triple
from kg.model.facts import term_iri
from kg.model.terms import XSD

HERE = Path(__file__).resolve().parent
CASES = sorted((HERE / "shapes").glob("*.ru"))


@pytest.fixture(scope="module")
def validator(folder: Path) -> Validator:
    return Validator(folder)


@pytest.fixture(scope="module")
def triples(sample: rdflib.Graph) -> list[Triple]:
    return sorted(model_triples(sample), key=str)


def test_every_shape_that_ships_can_be_screened(validator: Validator) -> None:
    assert Screen(validator.shapes).can_screen


def test_sample_has_no_suspect(validator: Validator, triples: list[Triple]) -> None:
    whole = [*triples, *model_triples(validator.ontology)]
    assert Screen(validator.shapes).suspects(whole) == []


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_broken_sample_is_told_as_pyshacl_tells_it(
    case: Path, validator: Validator, sample: rdflib.Graph
) -> None:
    broken = rdflib.Graph()
    broken += sample
    broken.update(vocab.prologue() + case.read_text(encoding="utf-8"))
    given_ = list(model_triples(broken))
    assert validator.against_shapes(given_) == validator.reference(given_)


_VALUES = st.sampled_from(
    [
        Literal("x"),
        Literal("", XSD + "string"),
        Literal("-5", XSD + "integer"),
        Literal("not a year", XSD + "gYear"),
        Literal("2022-02-30", XSD + "date"),
        Literal("两个", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", "zh"),
        Literal("deux", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", "fr"),
        Iri(vocab.ONTOLOGY + "actual"),
        Iri(vocab.ID + "nothing-there"),
    ]
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_data_changed_at_random_is_told_as_pyshacl_tells_it(
    data: st.DataObject, validator: Validator, triples: list[Triple]
) -> None:
    changed = list(triples)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(changed) - 1))
        subject, predicate, _ = changed[at]
        how = data.draw(st.sampled_from(["drop", "replace", "add"]))
        if how != "add":
            del changed[at]
        if how != "drop":
            changed.append((subject, predicate, data.draw(_VALUES)))
    assert validator.against_shapes(changed) == validator.reference(changed)


@pytest.mark.parametrize(
    "constraint",
    [
        'sh:sparql [ sh:select "SELECT $this WHERE { $this ?p ?o }" ]',
        "sh:closed true",
        "sh:property [ sh:path [ sh:inversePath <urn:p> ] ; sh:minCount 1 ]",
        "sh:property [ sh:path <urn:p> ; sh:node [ sh:nodeKind sh:IRI ] ]",
        "sh:not [ sh:nodeKind sh:IRI ]",
    ],
)
def test_shape_that_asks_for_more_is_left_to_pyshacl(constraint: str) -> None:
    shapes = rdflib.Graph().parse(
        data="@prefix sh: <http://www.w3.org/ns/shacl#> ."
        f"<urn:s> a sh:NodeShape ; sh:targetClass <urn:C> ; {constraint} .",
        format="turtle",
    )
    assert not Screen(shapes).can_screen


def test_too_many_suspects_are_not_all_judged_and_it_says_so(
    validator: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.curate.validation.MAX_JUDGED", 3)
    a = Iri(vocab.expand("rdf:type"))
    bad = [
        (Iri(f"{vocab.ID}p{number}"), a, Iri(vocab.ONTOLOGY + "Person"))
        for number in range(10)
    ]
    found = validator.against_shapes(bad)
    assert len({v.focus for v in found}) == 4
    assert any("6 further" in v.message for v in found)


def test_what_other_data_says_is_not_asked_for(validator: Validator) -> None:
    thing = vocab.ID + "somebody"
    bare = [(Iri(thing), A, term_iri("Company"))]
    paths = {v.path for v in validator.against_shapes(bare) if v.focus == thing}
    assert vocab.expand("prov:wasDerivedFrom") in paths
    elsewhere = Elsewhere(frozenset({thing}), frozenset(paths))
    assert validator.against_shapes(bare, elsewhere=elsewhere) == []
    one = Elsewhere(frozenset({thing}), frozenset(sorted(paths)[:1]))
    told = validator.against_shapes(bare, elsewhere=one)
    assert {v.path for v in told} == paths - one.paths
    others = Elsewhere(others=frozenset({thing}))
    assert validator.against_shapes(bare, elsewhere=others) == []
