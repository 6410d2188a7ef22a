"""The query operation of the SPARQL 1.1 Protocol, act by act.

Source: https://www.w3.org/TR/sparql11-protocol/#query-operation
"""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kg.config import load_settings
from kg.model import Iri, Literal
from kg.web import create_app
from kg.wiring import build_parts

JSON = "application/sparql-results+json"
ASK = "ASK { ?s ?p ?o }"


@pytest.fixture(scope="module")
def web() -> FlaskClient:
    """A client of the service on three small graphs."""
    given = {
        "store": "memory:",
        "shipped": "no",
        "max_rows": "5",
        "max_query_kb": "10240",
    }
    parts = build_parts(load_settings(given, environment={}))
    p = Iri("urn:p")
    parts.store.replace_graphs(
        {
            "urn:g1": [
                (Iri("urn:a"), p, Literal("一")),
                (Iri("urn:b"), p, Literal("2")),
            ],
            "urn:g2": [
                (Iri("urn:a"), p, Literal("一")),
                (Iri("urn:c"), p, Literal("3")),
            ],
            "urn:many": [(Iri(f"urn:m{i}"), p, Literal("=1+1")) for i in range(9)],
        }
    )
    app = create_app(parts)
    app.testing = False
    return app.test_client()


def get(
    web: FlaskClient, query: str, *pairs: tuple[str, str], accept: str = ""
) -> TestResponse:
    headers = {"Accept": accept} if accept else {}
    return web.get("/sparql?" + urlencode([("query", query), *pairs]), headers=headers)


def count(response: TestResponse) -> int:
    assert response.status_code == 200, response.text
    return int(json.loads(response.data)["results"]["bindings"][0]["n"]["value"])


COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def test_query_by_get_is_answered(web: FlaskClient) -> None:
    assert get(web, ASK).json == {"head": {}, "boolean": True}


def test_query_by_post_form_is_answered(web: FlaskClient) -> None:
    assert web.post("/sparql", data={"query": ASK}).json["boolean"] is True


def test_query_by_post_form_with_charset_is_answered(web: FlaskClient) -> None:
    kind = "application/x-www-form-urlencoded; charset=UTF-8"
    body = urlencode({"query": "ASK { ?s ?p '一' }"})
    assert web.post("/sparql", data=body, content_type=kind).json["boolean"] is True


def test_query_by_post_direct_is_answered(web: FlaskClient) -> None:
    body = "ASK { ?s ?p '一' }".encode()
    kind = "application/sparql-query"
    assert web.post("/sparql", data=body, content_type=kind).json["boolean"] is True


def test_query_by_post_direct_takes_dataset_from_address(web: FlaskClient) -> None:
    found = web.post(
        "/sparql?default-graph-uri=urn:g1",
        data=COUNT,
        content_type="application/sparql-query; charset=utf-8",
    )
    assert count(found) == 2


def test_endpoint_with_a_slash_at_its_end_answers_too(web: FlaskClient) -> None:
    assert web.post("/sparql/", data={"query": ASK}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_query_by_another_method_is_405(web: FlaskClient, method: str) -> None:
    found = web.open("/sparql?query=" + quote(ASK), method=method)
    assert found.status_code == 405
    assert {"GET", "HEAD", "POST"} <= set(found.headers["Allow"].split(", "))


def test_query_given_twice_is_400(web: FlaskClient) -> None:
    assert get(web, ASK, ("query", ASK)).status_code == 400


def test_query_in_address_and_form_is_400(web: FlaskClient) -> None:
    found = web.post("/sparql?query=" + quote(ASK), data={"query": ASK})
    assert found.status_code == 400


def test_query_in_address_and_direct_body_is_400(web: FlaskClient) -> None:
    found = web.post(
        "/sparql?query=" + quote(ASK), data=ASK, content_type="application/sparql-query"
    )
    assert found.status_code == 400


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "", "application/sparql-update", "multipart/form-data"],
)
def test_query_by_post_of_another_type_is_415(
    web: FlaskClient, content_type: str
) -> None:
    found = web.post("/sparql", data=ASK, content_type=content_type)
    assert found.status_code in {400, 415}


def test_query_by_post_in_another_charset_is_415(web: FlaskClient) -> None:
    kind = "application/sparql-query; charset=iso-8859-1"
    assert web.post("/sparql", data=ASK, content_type=kind).status_code == 415


def test_query_by_post_that_is_not_utf8_is_400(web: FlaskClient) -> None:
    body = "SELECT (UCASE('café') AS ?x) {}".encode("utf-16")
    kind = "application/sparql-query"
    assert web.post("/sparql", data=body, content_type=kind).status_code == 400


def test_form_that_is_not_utf8_is_400(web: FlaskClient) -> None:
    kind = "application/x-www-form-urlencoded"
    assert (
        web.post("/sparql", data=b"query=%ff%fe", content_type=kind).status_code == 400
    )


def test_address_that_is_not_utf8_is_400(web: FlaskClient) -> None:
    assert web.get("/sparql?query=%ff%fe").status_code == 400


def test_post_without_query_is_400(web: FlaskClient) -> None:
    assert web.post("/sparql", data={"format": "json"}).status_code == 400


def test_empty_query_is_400(web: FlaskClient) -> None:
    assert web.get("/sparql?query=").status_code == 400


def test_malformed_query_is_400_with_line_and_column(web: FlaskClient) -> None:
    found = get(web, "SELECT *\nWHERE { ?s ?p }")
    assert found.status_code == 400
    assert found.json["code"] == "query-syntax"
    assert found.json["context"]["line"] == 2
    assert found.json["messages"].keys() == {"zh", "en"}


def test_update_on_query_endpoint_is_400(web: FlaskClient) -> None:
    assert get(web, "DROP ALL").status_code == 400
    assert web.post("/sparql", data={"update": "DROP ALL"}).status_code == 400
    assert web.get("/sparql?update=DROP%20ALL").status_code == 400


def test_service_is_403(web: FlaskClient) -> None:
    assert get(web, "ASK { SERVICE <http://127.0.0.1/> {} }").status_code == 403


def test_query_of_ten_megabytes_is_413(web: FlaskClient) -> None:
    query = "ASK {} #" + "x" * (10 * 1024 * 1024)
    found = web.post("/sparql", data=query, content_type="application/sparql-query")
    assert found.status_code == 413


def test_default_graph_is_every_triple_once(web: FlaskClient) -> None:
    assert count(get(web, COUNT)) == 12


def test_default_graph_uri_names_the_default_graph(web: FlaskClient) -> None:
    assert count(get(web, COUNT, ("default-graph-uri", "urn:g1"))) == 2


def test_several_default_graphs_are_a_set_union(web: FlaskClient) -> None:
    graphs = [("default-graph-uri", "urn:g1"), ("default-graph-uri", "urn:g2")]
    assert count(get(web, COUNT, *graphs)) == 3


def test_default_graph_that_is_not_there_is_empty(web: FlaskClient) -> None:
    assert count(get(web, COUNT, ("default-graph-uri", "urn:none"))) == 0


def test_named_graph_uri_bounds_the_named_graphs(web: FlaskClient) -> None:
    query = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert count(get(web, query)) == 3
    assert count(get(web, query, ("named-graph-uri", "urn:g2"))) == 1
    assert count(get(web, COUNT, ("named-graph-uri", "urn:g2"))) == 0


def test_protocol_dataset_wins_over_from(web: FlaskClient) -> None:
    query = "SELECT (COUNT(*) AS ?n) FROM <urn:many> { ?s ?p ?o }"
    assert count(get(web, query)) == 9
    assert count(get(web, query, ("default-graph-uri", "urn:g1"))) == 2


def test_several_from_are_a_set_union(web: FlaskClient) -> None:
    query = "SELECT (COUNT(*) AS ?n) FROM <urn:g1> FROM <urn:g2> { ?s ?p ?o }"
    assert count(get(web, query)) == 3


def test_graph_uri_that_is_no_iri_is_400(web: FlaskClient) -> None:
    assert get(web, ASK, ("default-graph-uri", "no iri")).status_code == 400
    assert get(web, ASK, ("named-graph-uri", "")).status_code == 400


@pytest.mark.parametrize(
    ("query", "accept", "media_type", "beginning"),
    [
        ("SELECT * { ?s ?p '2' }", "", JSON, b'{"head"'),
        (
            "SELECT * { ?s ?p '2' }",
            "application/sparql-results+xml",
            "application/sparql-results+xml",
            b"<?xml",
        ),
        ("SELECT * { ?s ?p '2' }", "text/csv", "text/csv", b"s,p\r\nurn:b,urn:p\r\n"),
        (
            "SELECT * { ?s ?p '2' }",
            "text/tab-separated-values",
            "text/tab-separated-values",
            b"?s\t?p\n<urn:b>\t<urn:p>\n",
        ),
        (ASK, "", JSON, b'{"head":{},"boolean":true}'),
        (
            ASK,
            "application/sparql-results+xml",
            "application/sparql-results+xml",
            b"<?xml",
        ),
        (ASK, "text/csv", "text/csv", b"true"),
        ("CONSTRUCT WHERE { ?s ?p '2' }", "", "text/turtle", b""),
        ("DESCRIBE <urn:b>", "", "text/turtle", b""),
        (
            "CONSTRUCT WHERE { ?s ?p '2' }",
            "application/n-triples",
            "application/n-triples",
            b'<urn:b> <urn:p> "2" .\n',
        ),
        (
            "CONSTRUCT WHERE { ?s ?p '2' }",
            "application/rdf+xml",
            "application/rdf+xml",
            b"<?xml",
        ),
        (
            "CONSTRUCT WHERE { ?s ?p '2' }",
            "application/ld+json",
            "application/ld+json",
            b"",
        ),
    ],
)
def test_answer_has_the_type_asked_for(
    web: FlaskClient, query: str, accept: str, media_type: str, beginning: bytes
) -> None:
    found = get(web, query, accept=accept)
    assert found.status_code == 200
    assert found.mimetype == media_type
    assert found.data.startswith(beginning)
    assert "Accept" in found.headers["Vary"]


def test_type_that_cannot_be_had_is_406(web: FlaskClient) -> None:
    assert get(web, ASK, accept="image/png").status_code == 406


def test_browser_gets_a_page_with_the_answer(web: FlaskClient) -> None:
    found = get(web, "SELECT * { ?s ?p '2' }", accept="text/html,*/*;q=0.8")
    assert found.mimetype == "text/html"
    assert "urn:b" in found.text


def test_browser_gets_a_page_with_the_error(web: FlaskClient) -> None:
    found = get(web, "SELECT * {", accept="text/html,*/*;q=0.8")
    assert found.status_code == 400
    assert "<textarea" in found.text


def test_label_with_markup_is_text_on_the_page(web: FlaskClient) -> None:
    query = "SELECT ('<script>alert(1)</script>' AS ?x) {}"
    assert "<script>alert" not in get(web, query, accept="text/html").text


def test_columns_of_star_are_in_order_of_appearance(web: FlaskClient) -> None:
    found = get(web, "SELECT * { ?z ?y ?x OPTIONAL { ?x ?w ?z } MINUS { ?q ?q ?q } }")
    assert found.json["head"]["vars"] == ["z", "y", "x", "w"]


def test_csv_with_bom_begins_with_one(web: FlaskClient) -> None:
    found = get(web, "SELECT ?o { ?s ?p ?o } LIMIT 1", ("bom", "1"), accept="text/csv")
    assert found.data.startswith(b"\xef\xbb\xbfo\r\n")


def test_row_limit_reached_is_told_in_a_header(web: FlaskClient) -> None:
    found = get(web, "SELECT * { ?s ?p ?o }")
    assert found.headers["KG-Row-Limit-Reached"] == "5"
    assert len(found.json["results"]["bindings"]) == 5


def test_answer_of_exactly_the_limit_is_not_said_to_be_cut(web: FlaskClient) -> None:
    found = get(web, "SELECT * { VALUES ?x { 1 2 3 4 5 } }")
    assert "KG-Row-Limit-Reached" not in found.headers


def test_head_is_answered_like_get_without_a_body(web: FlaskClient) -> None:
    address = "/sparql?query=" + quote(ASK)
    head, full = web.head(address), web.get(address)
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(full.data))
    assert head.headers["ETag"] == full.headers["ETag"]


def test_answer_that_the_client_has_is_304(web: FlaskClient) -> None:
    tag = get(web, ASK).headers["ETag"]
    found = web.get("/sparql?query=" + quote(ASK), headers={"If-None-Match": tag})
    assert found.status_code == 304
    assert found.headers["ETag"] == tag


def test_answer_that_may_differ_each_time_has_no_etag(web: FlaskClient) -> None:
    assert "ETag" not in get(web, "SELECT (RAND() AS ?x) {}").headers


@pytest.mark.parametrize("timeout", ["0", "-1", "x", "nan", "inf"])
def test_timeout_that_is_none_is_400(web: FlaskClient, timeout: str) -> None:
    assert get(web, ASK, ("timeout", timeout)).status_code == 400


def test_timeout_longer_than_allowed_is_taken_as_the_allowed(web: FlaskClient) -> None:
    assert get(web, ASK, ("timeout", "1000000")).status_code == 200


def test_unknown_parameter_is_left_alone(web: FlaskClient) -> None:
    assert get(web, ASK, ("callback", "x")).status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_long_answer_is_compressed_when_asked(web: FlaskClient, coding: str) -> None:
    query = (
        "SELECT (CONCAT(" + ",".join(["'aaaaaaaaaaaaaaaaaaaa'"] * 100) + ") AS ?x) {}"
    )
    found = web.get(
        "/sparql?query=" + quote(query), headers={"Accept-Encoding": coding}
    )
    assert found.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in found.headers["Vary"]
    assert len(found.data) < 1000


def test_endpoint_asked_nothing_describes_itself(web: FlaskClient) -> None:
    found = web.get("/sparql", headers={"Accept": "text/turtle"})
    assert found.mimetype == "text/turtle"
    assert "sd:Service" in found.text
    assert "SPARQL11Query" in found.text


def test_browser_asked_nothing_gets_the_form(web: FlaskClient) -> None:
    found = web.get("/sparql", headers={"Accept": "text/html"})
    assert 'id="sparql-editor"' in found.text


def test_void_counts_the_triples_there_are(web: FlaskClient) -> None:
    found = web.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    assert '<http://rdfs.org/ns/void#triples> "12"' in found.text
