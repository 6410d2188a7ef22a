"""What ships is loaded once, upgraded when it changes, and leaves others alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg import vocab
from kg.cli.main import main
from kg.curate.infer import explain, infer, read_rules
from kg.curate.publication import ensure_shipped, publish
from kg.errors import DataError, NotFoundError
from kg.model import Iri, Literal
from kg.model.facts import entity_iri, term_iri
from kg.store.embedded import EmbeddedStore
from kg.store.scratch import ScratchStore, read_triples

NOTE = vocab.GRAPH + "note"
MINE = vocab.GRAPH + "mine"
MINE_TRIPLE = (entity_iri("mine"), Iri(vocab.expand("rdfs:label")), Literal("mine"))
CLASSIFIED = Iri(vocab.expand("org:classification"))


def build(valley: Path, ontology: Path) -> None:
    assert main(["build", "--data", str(valley), "--ontology", str(ontology)]) == 0


@pytest.fixture
def store(valley: Path, ontology: Path) -> EmbeddedStore:
    build(valley, ontology)
    store = EmbeddedStore()
    assert ensure_shipped(store, valley, ontology) == [NOTE, vocab.ONTOLOGY_GRAPH]
    return store


def count(store: EmbeddedStore, pattern: str) -> int:
    query = f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}"
    return int(str(store.select(vocab.prologue() + query).rows[0][0]))


def test_second_start_changes_nothing(
    store: EmbeddedStore, valley: Path, ontology: Path
) -> None:
    before = store.generation
    assert ensure_shipped(store, valley, ontology) == []
    assert store.generation == before


def test_changed_file_replaces_its_graph_and_no_other(
    store: EmbeddedStore,
    spoil: Callable[[str, str, str], Path],
    valley: Path,
    ontology: Path,
) -> None:
    publish(store, {MINE: [MINE_TRIPLE]})
    spoil("statements", "2011-06", "2012-06")
    build(valley, ontology)
    assert ensure_shipped(store, valley, ontology) == [NOTE]
    founded = f"GRAPH <{NOTE}> {{ id:anhua lv:founded ?year }}"
    assert count(store, founded + ' FILTER(STR(?year) = "2012-06")') == 1
    assert count(store, founded) == 1
    assert count(store, f"GRAPH <{MINE}> {{ ?s ?p ?o }}") == 1


def test_file_that_ships_no_more_takes_its_graph_along(
    store: EmbeddedStore, valley: Path, ontology: Path
) -> None:
    publish(store, {MINE: [MINE_TRIPLE]})
    (valley / "triples.ttl").unlink()
    assert ensure_shipped(store, valley, ontology) == [NOTE]
    assert NOTE not in store.graphs()
    assert MINE in store.graphs()
    assert count(store, "id:anhua ?p ?o") == 0


def test_default_graph_has_asserted_inferred_and_labels_once(
    store: EmbeddedStore,
) -> None:
    assert count(store, "id:anhua lv:inTrack id:track-cgt") == 1
    assert count(store, "id:anhua a lv:Company") == 1
    assert count(store, "id:anhua a org:Organization") == 1
    assert count(store, 'lv:Company rdfs:label ?l FILTER(LANG(?l) = "zh")') == 1


def test_inferred_graph_has_no_term_of_ours_as_predicate(store: EmbeddedStore) -> None:
    inferred = f"GRAPH <{vocab.INFERRED_GRAPH}> {{ ?s ?p ?o }}"
    assert count(store, inferred) > 10
    assert count(store, f"{inferred} FILTER(STRSTARTS(STR(?p), STR(lv:)))") == 0


def test_every_inferred_triple_is_explained_by_asserted_ones(
    valley: Path, ontology: Path
) -> None:
    build(valley, ontology)
    asserted = list(read_triples(valley / "triples.ttl"))
    said = [t for p in ontology.glob("**/*.ttl") for t in read_triples(p)]
    store = ScratchStore([*asserted, *said])
    rules = read_rules(store)
    known = set(asserted) | set(said)
    inferred = infer(asserted, said)
    for triple in inferred:
        for explanation in explain(triple, store.select, rules):
            assert set(explanation.premises) <= known
    assert (entity_iri("anhua"), CLASSIFIED, entity_iri("track-cgt")) in inferred


def test_target_is_never_a_premise(valley: Path, ontology: Path) -> None:
    build(valley, ontology)
    said = [t for p in ontology.glob("**/*.ttl") for t in read_triples(p)]
    inferred = infer(read_triples(valley / "triples.ttl"), said)
    hospital = entity_iri("boyuan-hospital")
    places = {p for s, p, o in inferred if s == hospital and o != hospital}
    assert all(p == Iri(vocab.expand("rdf:type")) for p in places)


def test_triple_that_no_rule_yields_is_not_explained(ontology: Path) -> None:
    said = [t for p in ontology.glob("**/*.ttl") for t in read_triples(p)]
    store = ScratchStore(said)
    triple = (entity_iri("anhua"), CLASSIFIED, entity_iri("track-cgt"))
    with pytest.raises(NotFoundError):
        explain(triple, store.select, read_rules(store))


def test_turtle_without_a_dataset_is_refused(valley: Path, ontology: Path) -> None:
    (valley / "stray.ttl").write_text(f"<{term_iri('x')}> a <{term_iri('y')}> .")
    with pytest.raises(DataError, match="names its graph"):
        ensure_shipped(EmbeddedStore(), valley, ontology)
