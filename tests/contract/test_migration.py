"""A copy between any two kinds of store is the same graph, and proves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.cli.main import main
from kg.config import load_settings
from kg.errors import StoreError
from kg.model import Iri, Literal
from kg.model.terms import RDF_LANG_STRING, XSD
from kg.store import ServiceStore as Store
from kg.store.migration import Proving, migrate
from kg.wiring import build_store

A, B = "https://example.org/graph/a", "https://example.org/graph/b"
P = Iri("https://example.org/p")
SHARED = (Iri("https://example.org/0"), P, Literal("园", RDF_LANG_STRING, "zh"))


def filled() -> Store:
    store = build_store(load_settings({"store": "memory:"}, environment={}))
    numbers = [
        (Iri(f"https://example.org/{i}"), P, Literal(str(i), XSD + "integer"))
        for i in range(1200)
    ]
    store.replace_graphs({A: [SHARED, *numbers], B: [SHARED]})
    return store


def quiet(step: str, done: int) -> None:
    """Say nothing."""


def test_copy_is_the_same_graph(store: Store) -> None:
    proofs = migrate(filled(), store, quiet)
    assert {g: p.triples for g, p in proofs.items()} == {A: 1201, B: 1}
    assert store.graphs() == {A: 1201, B: 1}
    found = store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert str(found.rows[0][0]) == "1201", "the default graph is their union"


def test_copy_back_has_the_same_checksums(store: Store) -> None:
    there = migrate(filled(), store, quiet)
    back = build_store(load_settings({"store": "memory:"}, environment={}))
    assert migrate(store, back, quiet) == there


def test_target_that_holds_something_is_refused(store: Store) -> None:
    store.replace_graphs({A: [SHARED]})
    with pytest.raises(StoreError, match="empty"):
        migrate(filled(), store, quiet)
    assert store.graphs() == {A: 1}


def test_checksum_ignores_order_and_sees_each_change() -> None:
    def proof(*triples):  # type: ignore[no-untyped-def]
        proving = Proving()
        list(proving.over(triples))
        return proving.proof

    other = (SHARED[0], P, Literal("园"))
    one = (SHARED[0], P, Literal("01", XSD + "integer"))
    assert proof(SHARED, other) == proof(other, SHARED)
    assert proof(SHARED, other) != proof(SHARED)
    assert proof(SHARED) != proof(other)
    assert proof(one) == proof((SHARED[0], P, Literal("1", XSD + "integer")))


def test_command_copies_between_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = f"file:{tmp_path / 'one'}"
    store = build_store(load_settings({"store": first}, environment={}))
    store.replace_graphs({A: [SHARED]})
    store.close()
    assert main(["migrate", first, f"file:{tmp_path / 'two'}"]) == 0
    graph, triples, checksum = capsys.readouterr().out.strip().split("\t")
    assert (graph, triples, len(checksum)) == (A, "1", 64)
