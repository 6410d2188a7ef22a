"""A server that was filled by other means is taken over as it lies."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path

import pytest

from kg import vocab
from kg.cli.main import main
from kg.errors import NotFoundError
from kg.model import Iri, Literal
from kg.store.remote import RemoteStore
from tests.contract.conftest import open_remote
from tests.servers.oxigraph import OxigraphServer
from tests.servers.virtuoso import VirtuosoServer

Server = OxigraphServer | VirtuosoServer
P = Iri("https://example.org/p")


def opened(server: Server, **more: str) -> RemoteStore:
    found = open_remote(server, **more)
    assert isinstance(found, RemoteStore)
    return found


def filled(store: RemoteStore, *graphs: str) -> None:
    """Load graphs as another program would: nothing is written into our books."""
    for graph in graphs:
        lines = [f'<urn:s:{n}> {P.n3()} "{graph[-4:]}{n % 3}" .\n' for n in range(9)]
        shared = f'<urn:shared> {P.n3()} "of all" .\n'
        store.writer.put(graph, "".join([*lines, shared]).encode())


def count(store: RemoteStore) -> int:
    found = store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    return int(str(found.rows[0][0]))


def test_graphs_of_others_are_listed_adopted_and_served(
    remote_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = (f"https://example.org/{uuid.uuid4().hex}" for _ in range(2))
    store = opened(remote_server)
    filled(store, one, two)
    with caplog.at_level(logging.WARNING):
        before = store.generation
    assert "kg adopt" in caplog.text
    assert count(store) == 0
    assert store.held()[one] == store.held()[two] == 10
    first = store.adopt([one])
    assert store.generation == first != before
    assert store.graphs() == {one: 10}
    assert count(store) == 10
    store.adopt([two])
    assert store.graphs() == {one: 10, two: 10}
    assert count(store) == 19  # what both say is seen once
    # From here on it is a store like any other.
    store.replace_graphs({two: [(Iri("urn:new"), P, Literal("x"))]})
    assert store.graphs() == {one: 10, two: 1}
    assert count(store) == 11
    store.close()


def test_graph_that_is_empty_is_not_adopted(remote_server: Server) -> None:
    store = opened(remote_server)
    with pytest.raises(NotFoundError, match="holds nothing"):
        store.adopt(["https://example.org/none"])
    assert store.graphs() == {}
    store.close()


def test_default_graph_of_a_server_is_adopted(tmp_path: Path) -> None:
    server = OxigraphServer(tmp_path)
    server.start()
    try:
        store = opened(server)
        store.writer.update([f'INSERT DATA {{ <urn:a> {P.n3()} "b" }}'])
        assert count(store) == 0
        store.adopt([], with_unnamed=True)
        assert store.graphs() == {vocab.UNNAMED_GRAPH: 1}
        assert count(store) == 1
        store.close()
    finally:
        server.stop()


def test_command_lists_and_adopts(
    remote_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    graph = f"https://example.org/{uuid.uuid4().hex}"
    space = f"urn:test:{uuid.uuid4().hex[:8]}:"
    store = opened(remote_server, remote_space=space)
    filled(store, graph)
    given = {**remote_server.settings(), "remote_space": space}
    for name, value in given.items():
        monkeypatch.setenv(f"KG_{name.upper()}", value)
    assert main(["adopt"]) == 0
    assert f"{graph}\t10\n" in capsys.readouterr().out
    assert main(["adopt", graph]) == 0
    generation = capsys.readouterr().out.strip()
    assert store.generation in {generation, "empty"}  # looked up now and then
    store.replicas.forget()
    assert store.generation == generation
    store.close()


def test_store_on_disk_is_not_adopted(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KG_STORE", f"file:{tmp_path}")
    assert main(["adopt"]) != 0
    assert "kg load" in capsys.readouterr().err
