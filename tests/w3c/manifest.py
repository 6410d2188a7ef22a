"""Reads the W3C manifests: which tests there are, and what each one needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection

ROOT = Path(__file__).parent / "sparql11"
BASE = "https://w3c.github.io/rdf-tests/sparql/sparql11/"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")


@dataclass
class Case:
    """One test of the suite.

    Attributes:
        name: folder and local name, such as ``bind/bind01``.
        kind: local name of its class, such as ``QueryEvaluationTest``.
        text: IRI of the query or update.
        data: IRIs of documents of the default graph before.
        graphs: name to IRI of a document, of the named graphs before.
        services: endpoint IRI to IRIs of the documents it serves.
        result: IRI of the expected result; empty for updates.
        after: IRIs of documents of the default graph after an update.
        graphs_after: the same of the named graphs.
    """

    name: str
    kind: str
    text: str
    data: list[str] = field(default_factory=list)
    graphs: dict[str, str] = field(default_factory=dict)
    services: dict[str, list[str]] = field(default_factory=dict)
    result: str = ""
    after: list[str] = field(default_factory=list)
    graphs_after: dict[str, str] = field(default_factory=dict)


def path_of(iri: str) -> Path:
    """The file that an IRI of the suite stands for."""
    return ROOT / unquote(iri.removeprefix(BASE))


def read(folder: str) -> Iterator[Case]:
    """The tests of one folder."""
    graph = Graph()
    graph.parse(ROOT / folder / "manifest.ttl", publicID=f"{BASE}{folder}/manifest.ttl")
    for entries in graph.objects(None, MF.entries):
        for test in Collection(graph, entries):
            yield _case(graph, folder, test)


def _case(graph: Graph, folder: str, test: URIRef) -> Case:
    kind = str(graph.value(test, RDF.type)).split("#")[-1]
    local = str(test).split("#")[-1]
    action, result = graph.value(test, MF.action), graph.value(test, MF.result)
    case = Case(f"{folder}/{local}", kind, "")
    is_update = graph.value(action, UT.request) is not None
    if is_update:
        case.text = str(graph.value(action, UT.request))
        case.data, case.graphs = _state(graph, action)
        case.after, case.graphs_after = _state(graph, result)
        return case
    query = graph.value(action, QT.query)
    case.text = str(query if query is not None else action)
    case.data = [str(d) for d in graph.objects(action, QT.data)]
    case.graphs = {str(d): str(d) for d in graph.objects(action, QT.graphData)}
    for service in graph.objects(action, QT.serviceData):
        endpoint = str(graph.value(service, QT.endpoint))
        case.services[endpoint] = [str(d) for d in graph.objects(service, QT.data)]
    case.result = str(result) if result is not None else ""
    return case


def _state(graph: Graph, node: object) -> tuple[list[str], dict[str, str]]:
    data = [str(d) for d in graph.objects(node, UT.data)]
    graphs = {
        str(graph.value(named, RDFS.label)): str(graph.value(named, UT.graph))
        for named in graph.objects(node, UT.graphData)
    }
    return data, graphs


FOLDERS = sorted(
    p.parent.name for p in ROOT.glob("*/manifest.ttl") if p.parent.name != "entailment"
)
CASES = [case for folder in FOLDERS for case in read(folder)]
