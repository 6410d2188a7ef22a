"""A generation built in bulk equals one that was published the usual way."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.generator.__main__ import ecosystem, write
from kg import vocab
from kg.cli.main import main
from kg.config import load_settings
from kg.curate.files import ontology_files
from kg.curate.publication import publish
from kg.errors import DataError
from kg.store import ServiceStore
from kg.store.bulk import build_generation
from kg.store.files import FileTriples
from kg.store.migration import Proving, contents
from kg.wiring import build_store, shipped


def opened(url: str) -> ServiceStore:
    return build_store(load_settings({"store": url}, environment={}))


def quiet(step: str, done: int, total: int) -> None:
    """Say nothing."""


def proofs(store: ServiceStore) -> dict[str, object]:
    found = {}
    for graph in store.graphs():
        proving = Proving()
        list(proving.over(contents(store, graph)))
        found[graph] = proving.proof
    return found


def test_bulk_load_gives_the_graphs_and_conclusions_of_a_publication(
    tmp_path: Path,
) -> None:
    data = tmp_path / "made.nt"
    with data.open("w", encoding="utf-8") as out:
        write(ecosystem(40), out, quads=False)
    url = f"file:{tmp_path / 'store'}"
    assert main(["load", str(data), "--store", url]) == 0
    loaded, usual = opened(url), opened("memory:")
    ontology = ontology_files(shipped("ontology"))
    publish(
        usual,
        {
            vocab.GRAPH + "synthetic": FileTriples((data,)),
            vocab.ONTOLOGY_GRAPH: FileTriples(tuple(ontology)),
        },
    )
    assert proofs(loaded) == proofs(usual)
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    assert loaded.select(count).rows == usual.select(count).rows
    assert loaded.graphs()[vocab.INFERRED_GRAPH] > 100
    loaded.close()


def test_file_that_breaks_off_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    root = tmp_path / "store"
    whole, broken = tmp_path / "a.nt", tmp_path / "b.nt"
    whole.write_text("<urn:s> <urn:p> <urn:o> .\n", encoding="utf-8")
    broken.write_text("<urn:s> <urn:p> <urn:o> .\n<urn:s>", encoding="utf-8")
    first = build_generation(root, {"urn:g": [whole]}, [], "", quiet)
    with pytest.raises(DataError):
        build_generation(root, {"urn:g": [broken]}, [], "", quiet)
    store = opened(f"file:{root}")
    assert store.generation == first
    assert store.graphs() == {"urn:g": 1}
    store.close()
    assert list((root / "staging").iterdir()) == []


def test_file_of_quads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        build_generation(tmp_path, {"urn:g": [Path("x.nq")]}, [], "", quiet)


def test_load_into_another_kind_of_store_is_refused(tmp_path: Path) -> None:
    assert main(["load", "x.nt", "--store", "memory:"]) == 2


def test_progress_tells_bytes_of_each_step(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    file = tmp_path / "a.nt"
    file.write_text("<urn:s> <urn:p> <urn:o> .\n", encoding="utf-8")
    build_generation(
        tmp_path / "store", {"urn:g": [file]}, [], "", lambda *t: told.append(t)
    )
    size = file.stat().st_size
    assert ("a.nt -> graph", size, size) in told
    assert ("a.nt -> default graph", size, size) in told


def test_hidden_graph_stays_out_of_the_default_graph(tmp_path: Path) -> None:
    root, file = tmp_path / "store", tmp_path / "a.nt"
    file.write_text("<urn:s> <urn:p> <urn:o> .\n", encoding="utf-8")
    build_generation(root, {vocab.SUGGESTIONS_GRAPH: [file]}, [], "", quiet)
    store = opened(f"file:{root}")
    assert store.graphs() == {vocab.SUGGESTIONS_GRAPH: 1}
    assert not store.ask("ASK { ?s ?p ?o }")
    store.close()
