"""A small graph in the shape of a build, and the service on it."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient

from kg import vocab
from kg.config import load_settings
from kg.model import Iri, Literal, Term, Triple
from kg.query.read import Reader
from kg.store import Store
from kg.web import create_app
from kg.wiring import build_parts, shipped

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "pages"
LANG_STRING = vocab.expand("rdf:langString")


def _term(node: rdflib.term.Node) -> Term:
    if isinstance(node, rdflib.URIRef):
        return Iri(str(node))
    assert isinstance(node, rdflib.Literal)
    if node.language:
        return Literal(str(node), LANG_STRING, node.language)
    datatype = str(node.datatype) if node.datatype else vocab.expand("xsd:string")
    return Literal(str(node), datatype)


def read_turtle(path: Path) -> list[Triple]:
    """The triples of a Turtle file without blank nodes."""
    graph = rdflib.Graph()
    graph.parse(path, format="turtle")
    return [(_term(s), _term(p), _term(o)) for s, p, o in graph]  # type: ignore[misc]


def fill(store: Store) -> None:
    """Publish the small graph and the ontology."""
    graphs = {
        vocab.GRAPH + "small": read_turtle(FIXTURES / "graph.ttl"),
        vocab.INFERRED_GRAPH: read_turtle(FIXTURES / "inferred.ttl"),
        vocab.GRAPH + "ontology": [
            triple
            for path in sorted(shipped("ontology").rglob("*.ttl"))
            if "shapes" not in path.parts
            for triple in read_turtle(path)
        ],
    }
    store.replace_graphs(dict(graphs))


@pytest.fixture(scope="session")
def small_app() -> Flask:
    """The service on the small graph."""
    settings = load_settings({"store": "memory:", "shipped": "no"}, environment={})
    parts = build_parts(settings)
    fill(parts.store)
    app = create_app(parts)
    app.testing = False
    app.config["SOURCES"] = str(FIXTURES)
    return app


@pytest.fixture
def pages(small_app: Flask) -> FlaskClient:
    """A client of the service on the small graph, without cookies."""
    return small_app.test_client(use_cookies=False)


@pytest.fixture(scope="session")
def small_reader(small_app: Flask) -> Reader:
    """The read model on the small graph."""
    return Reader(small_app.extensions["kg"].store)
