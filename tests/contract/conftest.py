"""Every store adapter, on real servers that the session starts on the loopback."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.config import load_settings
from kg.store import ServiceStore as Store
from kg.wiring import build_store
from tests.servers import oxigraph, virtuoso
from tests.servers.oxigraph import OxigraphServer
from tests.servers.virtuoso import VirtuosoServer

ADAPTERS = (
    "memory",
    "disk",
    pytest.param("oxigraph", marks=pytest.mark.xdist_group("oxigraph")),
    pytest.param(
        "virtuoso",
        marks=[pytest.mark.virtuoso, pytest.mark.xdist_group("virtuoso")],
    ),
)


@pytest.fixture(scope="session")
def oxigraph_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OxigraphServer]:
    if oxigraph.program() is None:
        pytest.skip("the oxigraph server is not installed (pip install oxigraph)")
    server = OxigraphServer(tmp_path_factory.mktemp("oxigraph"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def virtuoso_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[VirtuosoServer]:
    if virtuoso.program() is None:
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource)")
    server = VirtuosoServer(tmp_path_factory.mktemp("virtuoso"))
    server.start()
    yield server
    server.stop()


def open_remote(server: OxigraphServer | VirtuosoServer, **more: str) -> Store:
    """A store on this server that keeps its own graphs apart from other tests'."""
    given = {
        **server.settings(),
        "remote_space": f"urn:test:{uuid.uuid4().hex[:8]}:",
        **more,
    }
    return build_store(load_settings(given, environment={}))


def empty(store: Store) -> None:
    """Remove what a test left on a server that others use too."""
    store.replace_graphs(dict.fromkeys(store.graphs()))
    store.close()


@pytest.fixture(params=ADAPTERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    kind = request.param
    if kind == "memory":
        yield build_store(load_settings({"store": "memory:"}, environment={}))
    elif kind == "disk":
        given = {"store": f"file:{tmp_path / 'store'}"}
        found = build_store(load_settings(given, environment={}))
        yield found
        found.close()
    else:
        found = open_remote(request.getfixturevalue(f"{kind}_server"))
        yield found
        empty(found)


@pytest.fixture(
    params=[
        "oxigraph",
        pytest.param("virtuoso", marks=pytest.mark.virtuoso),
    ]
)
def remote_server(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[OxigraphServer | VirtuosoServer]:
    """A server of its own for a test that kills it."""
    module = oxigraph if request.param == "oxigraph" else virtuoso
    if module.program() is None:
        pytest.skip(f"{request.param} is not installed")
    kind = OxigraphServer if request.param == "oxigraph" else VirtuosoServer
    server = kind(tmp_path)
    server.start()
    yield server
    server.kill()
