"""Is an answer the expected one? Rows as multisets, graphs up to blank nodes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import XSD
from rdflib.query import Result
from rdflib.term import Node

RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
_NUMBERS = {XSD.integer, XSD.decimal, XSD.double, XSD.float}


def comparable(term: Node | None) -> Node:
    """A term that equals another if their values are the same."""
    if term is None:
        return URIRef("urn:unbound")
    if isinstance(term, Literal) and term.datatype in _NUMBERS:
        try:
            return Literal(f"{float(term):.12g}", datatype=term.datatype, normalize=False)
        except ValueError:
            return term
    if isinstance(term, Literal) and term.language:
        # RDF 1.1 Concepts, section 3.3: tags may be written in lower case.
        return Literal(str(term), lang=term.language.lower())
    return term


def as_graph(rows: Iterable[dict[str, Node]]) -> Graph:
    """Rows as a graph: isomorphic graphs are equal multisets of rows."""
    graph = Graph()
    for row in rows:
        node = BNode()
        graph.add((node, RDF.type, RS.ResultSolution))
        for name, term in row.items():
            if term is not None:
                graph.add((node, URIRef(f"urn:var:{name}"), comparable(term)))
    return graph


def rows_of(result: Result) -> list[dict[str, Node]]:
    """Solutions as plain dicts."""
    return [{str(k): v for k, v in row.items()} for row in result.bindings]


def rows_of_turtle(graph: Graph) -> list[dict[str, Node]]:
    """Solutions of a result set in the vocabulary of the older tests."""
    return [
        {
            str(graph.value(binding, RS.variable)): graph.value(binding, RS.value)
            for binding in graph.objects(solution, RS.binding)
        }
        for solution in graph.objects(None, RS.solution)
    ]


def same_rows(left: list[dict[str, Node]], right: list[dict[str, Node]]) -> bool:
    """Whether two lists of solutions are the same multiset."""
    return len(left) == len(right) and isomorphic(as_graph(left), as_graph(right))


def same_csv(left: str, right: str) -> bool:
    """Whether two CSV documents have the same columns and the same rows."""
    (head, *rows), (other_head, *other_rows) = (
        list(csv.reader(io.StringIO(text))) for text in (left, right)
    )
    return head == other_head and sorted(_plain(rows)) == sorted(_plain(other_rows))


def _plain(rows: list[list[str]]) -> list[tuple[str, ...]]:
    return [tuple("_:" if c.startswith("_:") else c for c in row) for row in rows]


def same_graph(left: Graph, right: Graph) -> bool:
    """Whether two graphs are the same up to blank nodes and lexical forms."""
    plain = []
    for graph in (left, right):
        copy = Graph()
        for s, p, o in graph:
            copy.add((s, p, comparable(o)))
        plain.append(copy)
    return isomorphic(*plain)
