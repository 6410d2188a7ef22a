"""Content negotiation, by Accept and by ``format``."""

from __future__ import annotations

import pytest

from kg.errors import NotAcceptableError, RequestError
from kg.query.media import GRAPHS, TABLES, choose


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/*", "application/sparql-results+json"),
        ("text/*", "text/csv"),
        (
            "text/csv;q=0.2, text/tab-separated-values;q=0.9",
            "text/tab-separated-values",
        ),
        ("application/xml", "application/xml"),
        ("application/sparql-results+xml, */*;q=0.1", "application/sparql-results+xml"),
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html",
        ),
        ("application/sparql-results+json;q=0, */*", "application/json"),
        ("TEXT/CSV", "text/csv"),
        ("nonsense, text/csv", "text/csv"),
        ("text/csv;q=nonsense, text/html", "text/html"),
        ("text/turtle, */*;q=0.1", "application/sparql-results+json"),
    ],
)
def test_table_gets_the_type_the_client_likes_best(accept: str, chosen: str) -> None:
    assert choose(accept, "", TABLES).accepted == chosen


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "text/turtle"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml;q=0.9, application/ld+json", "application/ld+json"),
        ("application/sparql-results+json, */*;q=0.5", "text/turtle"),
    ],
)
def test_graph_gets_the_type_the_client_likes_best(accept: str, chosen: str) -> None:
    assert choose(accept, "", GRAPHS).accepted == chosen


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "*/*;q=0"])
def test_nothing_acceptable_is_an_error(accept: str) -> None:
    with pytest.raises(NotAcceptableError):
        choose(accept, "", TABLES)


def test_format_wins_over_accept() -> None:
    assert (
        choose("text/csv", "xml", TABLES).accepted == "application/sparql-results+xml"
    )


def test_unknown_format_is_an_error() -> None:
    with pytest.raises(RequestError):
        choose("", "docx", TABLES)
