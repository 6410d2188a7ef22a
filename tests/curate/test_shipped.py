"""The graph that ships is current, conforms, and is in the store at start."""

from __future__ import annotations

from kg import vocab
from kg.cli.main import main
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


def test_shipped_files_are_what_the_tables_give() -> None:
    assert main(["build", "--check"]) == 0


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
