"""The ontology of the checkout and a sample graph that conforms to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
import rdflib

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "ontology"


@pytest.fixture(scope="session")
def folder() -> Path:
    """The folder of the ontology."""
    return FOLDER


@pytest.fixture(scope="session")
def ontology_files() -> list[Path]:
    """What is loaded beside the data: terms, rules, reused words, schemes."""
    return sorted(FOLDER.glob("*.ttl")) + sorted(FOLDER.glob("schemes/*.ttl"))


@pytest.fixture(scope="session")
def ontology(ontology_files: list[Path]) -> rdflib.Graph:
    """Those files as one graph."""
    graph = rdflib.Graph()
    for path in ontology_files:
        graph.parse(path)
    return graph


@pytest.fixture(scope="session")
def sample() -> rdflib.Graph:
    """A small graph that conforms."""
    return rdflib.Graph().parse(HERE / "sample.ttl")


@pytest.fixture
def merged(ontology_files: list[Path]) -> Callable[..., pyoxigraph.Store]:
    """Builds one default graph from the ontology, the sample and more files."""

    def build(*more: Path) -> pyoxigraph.Store:
        store = pyoxigraph.Store()
        for path in (*ontology_files, HERE / "sample.ttl", *more):
            store.load(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
        return store

    return build
