"""A generation built in bulk equals one that was published the usual way."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.generator.__main__ import ecosystem, write
from kg import vocab
from kg.cli.main import main
from kg.config import load_settings
from kg.curate.files import ontology_files
from kg.curate.publication import known_checksums, publish
from kg.errors import DataError
from kg.store import ServiceStore
from kg.store.bulk import build_generation
from kg.store.files import FileTriples
from kg.store.filling import Filling
from kg.store.isolated import IsolatedStore
from kg.store.migration import Proving, contents
from kg.wiring import build_parts, build_store, shipped


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


def test_new_store_is_filled_with_what_a_publication_would_put_there(
    tmp_path: Path,
) -> None:
    url = f"file:{tmp_path / 'store'}"
    filled = build_parts(load_settings({"store": url}, environment={})).store
    usual = build_parts(load_settings({"store": "memory:"}, environment={})).store
    assert proofs(filled) == proofs(usual)
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    assert filled.select(count).rows == usual.select(count).rows
    assert known_checksums(filled) == known_checksums(usual)
    generation = filled.generation
    assert generation.startswith("g00000001-")
    filled.close()
    again = build_parts(load_settings({"store": url}, environment={})).store
    assert again.generation == generation
    again.close()


def test_store_that_cannot_be_filled_is_new_at_the_next_start(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.nt", tmp_path / "bad.nt"
    good.write_text("<urn:s> <urn:p> <urn:o> .\n", encoding="utf-8")
    bad.write_text("<urn:s> <urn:p> <urn:o> .\n<urn:s>", encoding="utf-8")
    root = tmp_path / "store"
    with pytest.raises(DataError, match="bad"):
        IsolatedStore(root, first=Filling({"urn:g": [good], "urn:h": [bad]}))
    rule = "CONSTRUCT { ?o <urn:q> ?s } WHERE { ?s <urn:p> ?o }"
    first = Filling({"urn:g": [good], "urn:h": [good]}, [rule], "urn:inferred")
    store = IsolatedStore(root, first=first)
    assert store.graphs() == {"urn:g": 1, "urn:h": 1, "urn:inferred": 1}
    assert store.select("SELECT * { ?s ?p ?o }").variables
    assert len(store.select("SELECT * { ?s ?p ?o }")) == 2
    store.close()
    # What a store has counts more than what it could be filled with.
    store = IsolatedStore(root, first=Filling({"urn:k": [good]}))
    assert "urn:k" not in store.graphs()
    store.close()
