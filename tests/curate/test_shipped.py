"""The graph that ships is current, conforms, and is in the store at start."""

from __future__ import annotations

import pytest

from kg import vocab
from kg.curate.build import Built, assemble, stale_files
from kg.curate.importing import table_text
from kg.curate.mapper import Mapper
from kg.curate.mapping import read_mapping
from kg.curate.problem import Problems
from kg.curate.sheet import read_tables
from kg.curate.validation import Validator
from kg.store.scratch import ScratchStore, read_triples
from kg.wiring import Parts, shipped

COUNTS = "SELECT ?class (COUNT(*) AS ?n) WHERE { ?s a ?class } GROUP BY ?class"
# What the article states may grow by correction, and shrinks by mistake only.
AT_LEAST = {
    "rdf:Statement": 290,
    "qb:Observation": 36,
    "lv:Track": 13,
    "lv:Company": 10,
    "lv:Lab": 4,
    "lv:PolicyDocument": 5,
}


@pytest.fixture(scope="module")
def built() -> list[Built]:
    return assemble(shipped("data"), Validator(shipped("ontology")))


def test_shipped_files_are_what_the_tables_give(built: list[Built]) -> None:
    assert stale_files(built, shipped("data")) == [], "run: kg build"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_shipped_graph_conforms_to_every_shape_and_check(built: list[Built]) -> None:
    union = dict.fromkeys(triple for one in built for triple in one.triples)
    assert Validator(shipped("ontology")).violations(union) == []


def test_public_facts_tables_are_what_the_mapping_gives(built: list[Built]) -> None:
    folder = shipped("data") / "public-facts"
    problems = Problems()
    tables = {
        table.name: table
        for path in folder.glob("*.csv")
        for table in read_tables(path, problems)
    }
    rows = Mapper(read_mapping(folder / "mapping.toml"), tables).rows()
    assert not problems
    for form, made in rows.items():
        path = shipped("data") / "tables" / "public-facts" / f"{form}.csv"
        assert path.read_text(encoding="utf-8") == table_text(form, made), form


def test_two_datasets_meet_on_one_statement_with_both_evidences(
    shipped_parts: Parts,
) -> None:
    found = shipped_parts.store.select(
        vocab.prologue()
        + """SELECT ?st (COUNT(DISTINCT ?ev) AS ?n) WHERE {
          ?st lv:dataset id:dataset-article , id:dataset-public-facts ;
            rdf:predicate ?p ; prov:wasDerivedFrom ?ev } GROUP BY ?st"""
    )
    assert len(found) >= 10
    assert all(int(str(row["n"])) >= 2 for row in found)


@pytest.mark.parametrize(
    ("subject", "predicate", "object_"),
    [
        ("imeik", "locatedIn", "changping-life-valley"),
        ("sironax", "cooperatesWith", "changping-district-government"),
        ("ncps-beijing", "cooperatesWith", "ams-pla"),
        ("beone-medicines", "affiliatedWith", "beigene"),
        ("wu-jieping-urology", "memberOf", "pku-medical-city"),
    ],
)
def test_signed_or_planned_project_is_a_target(
    shipped_parts: Parts, subject: str, predicate: str, object_: str
) -> None:
    store, head = shipped_parts.store, vocab.prologue()
    claim = f"rdf:subject id:{subject} ; rdf:predicate lv:{predicate}"
    status = f"rdf:object id:{object_} ; lv:status lv:target"
    assert store.ask(f"{head} ASK {{ ?st {claim} ; {status} }}")
    assert not store.ask(f"{head} ASK {{ id:{subject} lv:{predicate} id:{object_} }}")


def test_founding_years_that_disagree_are_two_statements(shipped_parts: Parts) -> None:
    found = shipped_parts.store.select(
        vocab.prologue()
        + "SELECT ?year WHERE { id:nibs lv:founded ?year } ORDER BY ?year"
    )
    assert [str(row["year"]) for row in found] == ["2001", "2005"]


def test_each_entity_of_two_datasets_has_one_preferred_name_a_language(
    shipped_parts: Parts,
) -> None:
    found = shipped_parts.store.select(
        vocab.prologue()
        + """SELECT ?s ?tag WHERE { ?s lv:dataset ?d ; skos:prefLabel ?l }
          GROUP BY ?s (LANG(?l) AS ?tag) HAVING (COUNT(DISTINCT ?l) > 1)"""
    )
    assert found.rows == []


def test_pairs_that_may_be_one_stay_apart(shipped_parts: Parts) -> None:
    store, head = shipped_parts.store, vocab.prologue()
    assert (
        len(store.select(f"{head} SELECT * WHERE {{ ?a lv:possiblySameAs ?b }}")) == 8
    )
    assert not store.ask(f"{head} ASK {{ ?a lv:sameBodyAs|schema:sameAs ?b }}")


def test_shipped_article_has_its_counts_by_class() -> None:
    store = ScratchStore(read_triples(shipped("data") / "triples.ttl"))
    counts = {
        vocab.shorten(str(row["class"])): int(str(row["n"]))
        for row in store.select(COUNTS)
    }
    assert {
        k: counts.get(k, 0) for k, n in AT_LEAST.items() if counts.get(k, 0) < n
    } == {}


def test_service_on_an_empty_store_starts_with_the_shipped_graph(
    shipped_parts: Parts,
) -> None:
    graphs = shipped_parts.store.graphs()
    assert {
        vocab.GRAPH + "article",
        vocab.ONTOLOGY_GRAPH,
        vocab.INFERRED_GRAPH,
        vocab.CATALOGUE_GRAPH,
    } <= set(graphs)
    found = shipped_parts.store.select(
        vocab.prologue()
        + """SELECT ?firm ?quote WHERE {
          ?st rdf:subject ?firm ; rdf:predicate lv:inTrack ;
            rdf:object id:track-medical-devices ; lv:status lv:actual ;
            prov:wasDerivedFrom/oa:hasSelector/oa:exact ?quote }"""
    )
    firms = {str(row["firm"]).removeprefix(vocab.ID) for row in found}
    assert {"lepu-medical", "pins-medical"} <= firms
