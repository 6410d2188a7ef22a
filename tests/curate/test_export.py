"""What goes out comes back the same: through tables and through each format."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import vocab
from kg.curate.export import export, rows_of
from kg.curate.facts import FactReader, KnownEntities
from kg.curate.importing import own_rows
from kg.curate.known import known_entities
from kg.curate.ontology import read_terms
from kg.curate.problem import Problems
from kg.curate.publication import read_graph
from kg.curate.sheet import read_tables
from kg.curate.triples import Writer
from kg.curate.validation import Validator
from kg.errors import ConfigError, NotFoundError
from kg.model import Triple
from kg.store.files import read_triples
from kg.store.scratch import ScratchStore
from kg.wiring import Parts, shipped


def folded(triples: list[Triple]) -> set[Triple]:
    """Triples as the engine has them: numbers in one form."""
    return set(ScratchStore(triples).construct("CONSTRUCT WHERE { ?s ?p ?o }"))


@pytest.mark.parametrize("suffix", [".ttl", ".nt", ".nq", ".trig", ".rdf", ".jsonld"])
def test_article_in_each_format_reads_back_the_same(
    shipped_parts: Parts, tmp_path: Path, suffix: str
) -> None:
    target = tmp_path / f"x{suffix}"
    count = export(shipped_parts.store, target, ["article"])
    wanted = set(read_graph(shipped_parts.store, vocab.GRAPH + "article"))
    assert count == len(wanted)
    assert folded(list(read_triples(target))) == wanted


def test_whole_store_in_trig_keeps_its_graphs(
    shipped_parts: Parts, tmp_path: Path
) -> None:
    export(shipped_parts.store, tmp_path / "x.trig")
    store = ox.Store()
    store.bulk_load(path=str(tmp_path / "x.trig"), format=ox.RdfFormat.TRIG)
    graphs = {g.value for g in store.named_graphs()}
    assert graphs == set(shipped_parts.store.graphs())


@pytest.mark.parametrize("form", ["folder", "workbook"])
@pytest.mark.parametrize("dataset", ["article", "public-facts"])
def test_tables_of_a_dataset_build_the_same_triples(
    shipped_parts: Parts, tmp_path: Path, dataset: str, form: str
) -> None:
    store = shipped_parts.store
    target = tmp_path / ("tables" if form == "folder" else "tables.xlsx")
    export(store, target, [dataset])
    problems = Problems()
    paths = sorted(target.glob("*.csv")) if form == "folder" else [target]
    tables = [table for path in paths for table in read_tables(path, problems)]
    rows = own_rows(tables, problems)
    terms = read_terms(Validator(shipped("ontology")).ontology)
    first = dataset == "article"
    others = {} if first else known_entities(store, without=vocab.GRAPH + dataset)
    known = KnownEntities(others)
    reader = FactReader(terms, known, problems, home=shipped("data").parent)
    bundle = reader.read_rows(rows, dataset)
    assert [p.text("en") for p in problems.found] == []
    again = folded(list(Writer(bundle, terms, known).triples()))
    wanted = set(read_graph(store, vocab.GRAPH + dataset))
    assert (len(again - wanted), len(wanted - again)) == (0, 0)


def test_turtle_12_annotates_actual_and_reifies_target(
    shipped_parts: Parts, tmp_path: Path
) -> None:
    store = shipped_parts.store
    export(store, tmp_path / "x.ttl12", ["article"])
    text = (tmp_path / "x.ttl12").read_text(encoding="utf-8")
    assert text.startswith('VERSION "1.2"')
    there = ox.Store()
    there.bulk_load(text.encode(), ox.RdfFormat.TURTLE)
    back = there.query(
        vocab.prologue("rdf", "lv") + "SELECT ?st ?s ?p ?o ?status WHERE"
        " { ?st rdf:reifies <<( ?s ?p ?o )>> ; lv:status ?status }"
    )
    found = {tuple(str(row[i].value) for i in range(5)) for row in back}  # type: ignore[index, union-attr]
    wanted = store.select(
        vocab.prologue("rdf", "lv")
        + f"SELECT ?st ?s ?p ?o ?status WHERE {{ GRAPH <{vocab.GRAPH}article> {{ ?st"
        " rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; lv:status ?status } }"
    )
    assert found == {tuple(str(term) for term in row) for row in wanted.rows}
    for _, s, p, o, status in found:
        if status.endswith("target") and o.startswith("http"):
            ask = f"ASK {{ <{s}> <{p}> <{o}> }}"
            assert not there.query(ask)


def test_query_exports_what_it_constructs(shipped_parts: Parts, tmp_path: Path) -> None:
    query = vocab.prologue("lv") + "CONSTRUCT WHERE { ?s lv:inTrack ?o }"
    assert export(shipped_parts.store, tmp_path / "x.nt", query=query) > 100


@pytest.mark.parametrize(
    ("target", "datasets", "error"),
    [
        ("x.doc", ["article"], ConfigError),
        ("x.ttl", ["nothing"], NotFoundError),
        ("tables", ["article", "public-facts"], ConfigError),
    ],
)
def test_export_that_cannot_be_is_refused(
    shipped_parts: Parts,
    tmp_path: Path,
    target: str,
    datasets: list[str],
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        export(shipped_parts.store, tmp_path / target, datasets)


def test_exported_cell_never_begins_like_a_formula(shipped_parts: Parts) -> None:
    rows = rows_of(shipped_parts.store, "article")
    assert len(rows["entities"]) >= 150
    assert all(row["quote"] for row in rows["statements"])
