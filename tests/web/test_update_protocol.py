"""The update operation of the SPARQL 1.1 Protocol, act by act.

Source: https://www.w3.org/TR/sparql11-protocol/#update-operation
"""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from kg.config import load_settings
from kg.web import create_app
from kg.wiring import build_parts

KEY = {"Authorization": "Bearer secret"}
DIRECT = "application/sparql-update"


@pytest.fixture
def web() -> FlaskClient:
    """A client of an empty service that takes writes."""
    given = {"store": "memory:", "shipped": "no", "token": "secret"}
    given["scoped_tokens"] = "data@reader,data:urn:g@one,update@updater"
    app = create_app(build_parts(load_settings(given, environment={})))
    app.testing = False
    return app.test_client()


def holds(web: FlaskClient, pattern: str) -> bool:
    found = web.get("/sparql?" + urlencode({"query": f"ASK {{ {pattern} }}"}))
    return bool(found.json["boolean"])


def direct(
    web: FlaskClient, text: str | bytes, address: str = "/update", **headers: str
):
    return web.post(address, data=text, content_type=DIRECT, headers=KEY | headers)


INSERT = "INSERT DATA { <urn:a> <urn:b> 'é' }"


def test_update_by_post_direct_is_done(web: FlaskClient) -> None:
    assert direct(web, INSERT.encode()).status_code == 204
    assert holds(web, "<urn:a> <urn:b> 'é'")


def test_update_by_post_form_is_done(web: FlaskClient) -> None:
    assert web.post("/update", data={"update": INSERT}, headers=KEY).status_code == 204
    assert holds(web, "<urn:a> <urn:b> 'é'")


def test_update_says_the_new_generation(web: FlaskClient) -> None:
    done = direct(web, INSERT)
    asked = web.get("/sparql?query=ASK{}")
    assert done.headers["KG-Generation"] == asked.headers["KG-Generation"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_update_by_another_method_is_405(web: FlaskClient, method: str) -> None:
    found = web.open("/update?" + urlencode({"update": INSERT}), method=method)
    assert found.status_code == 405
    assert "POST" in found.headers["Allow"]


def test_update_given_twice_is_400(web: FlaskClient) -> None:
    body = urlencode([("update", INSERT), ("update", INSERT)])
    kind = "application/x-www-form-urlencoded"
    found = web.post("/update", data=body, content_type=kind, headers=KEY)
    assert found.status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/sparql-query", ""])
def test_update_of_another_type_is_415(web: FlaskClient, kind: str) -> None:
    found = web.post("/update", data=INSERT, content_type=kind, headers=KEY)
    assert found.status_code == 415


def test_update_that_is_not_utf8_is_400(web: FlaskClient) -> None:
    assert direct(web, INSERT.encode("utf-16")).status_code == 400


def test_malformed_update_is_400_and_nothing_is_done(web: FlaskClient) -> None:
    found = direct(web, INSERT + " ; INSERT DATA { <urn:a> }")
    assert found.status_code == 400
    assert not holds(web, "?s ?p ?o")


def test_query_sent_as_update_is_400(web: FlaskClient) -> None:
    assert direct(web, "ASK {}").status_code == 400
    assert web.post("/update", data={"query": "ASK {}"}, headers=KEY).status_code == 400


def test_update_that_fails_half_way_leaves_nothing(web: FlaskClient) -> None:
    found = direct(web, INSERT + " ; CREATE GRAPH <urn:g> ; CREATE GRAPH <urn:g>")
    assert found.status_code in {400, 502}
    assert not holds(web, "?s ?p ?o")


@pytest.mark.parametrize(
    "text", ["LOAD <http://127.0.0.1/>", "INSERT {} WHERE { SERVICE <http://h/> {} }"]
)
def test_update_that_calls_out_is_403(web: FlaskClient, text: str) -> None:
    assert direct(web, text).status_code == 403


SETUP = """INSERT DATA { GRAPH <urn:1> { <urn:x> a <urn:T> }
                         GRAPH <urn:2> { <urn:y> a <urn:T> } }"""
MARK = "INSERT { GRAPH <urn:out> { ?s a <urn:Found> } } WHERE { ?s a <urn:T> }"


def test_using_graph_uri_names_the_default_graph(web: FlaskClient) -> None:
    direct(web, SETUP)
    assert direct(web, MARK, "/update?using-graph-uri=urn:1").status_code == 204
    assert holds(web, "GRAPH <urn:out> { <urn:x> a <urn:Found> }")
    assert not holds(web, "GRAPH <urn:out> { <urn:y> a <urn:Found> }")


def test_using_graph_uri_in_a_form_is_the_same(web: FlaskClient) -> None:
    direct(web, SETUP)
    form = [
        ("update", MARK),
        ("using-graph-uri", "urn:1"),
        ("using-graph-uri", "urn:2"),
    ]
    kind = "application/x-www-form-urlencoded"
    web.post("/update", data=urlencode(form), content_type=kind, headers=KEY)
    assert holds(web, "GRAPH <urn:out> { <urn:x> a <urn:Found> . <urn:y> a ?t }")


def test_using_named_graph_uri_bounds_the_named_graphs(web: FlaskClient) -> None:
    direct(web, SETUP)
    text = MARK.replace("?s a <urn:T> }", "GRAPH ?g { ?s a <urn:T> } }")
    direct(web, text, "/update?using-named-graph-uri=urn:2")
    assert holds(web, "GRAPH <urn:out> { <urn:y> a <urn:Found> }")
    assert not holds(web, "GRAPH <urn:out> { <urn:x> a <urn:Found> }")


def test_using_graph_uri_beside_using_is_400(web: FlaskClient) -> None:
    text = "INSERT { ?s a <urn:F> } USING <urn:1> WHERE { ?s a <urn:T> }"
    assert direct(web, text, "/update?using-graph-uri=urn:1").status_code == 400


def test_update_of_the_default_graph_keeps_the_union(web: FlaskClient) -> None:
    direct(web, SETUP)
    direct(web, "INSERT DATA { <urn:x> a <urn:T> }")
    direct(web, "DELETE DATA { <urn:x> a <urn:T> }")
    assert holds(web, "<urn:x> a <urn:T> . GRAPH <urn:1> { <urn:x> a <urn:T> }")
    direct(web, "DROP GRAPH <urn:1>")
    assert not holds(web, "<urn:x> a <urn:T>")
    direct(web, "DROP ALL")
    assert not holds(web, "?s ?p ?o")


def test_relative_iri_is_resolved(web: FlaskClient) -> None:
    direct(web, "BASE <http://e.org/> INSERT DATA { GRAPH <g> { <a> <b> <c> } }")
    assert holds(web, "GRAPH <http://e.org/g> { <http://e.org/a> ?p ?o }")


def test_update_without_token_is_401(web: FlaskClient) -> None:
    found = web.post("/update", data=INSERT, content_type=DIRECT)
    assert found.status_code == 401
    assert found.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("key", ["Bearer wrong", "Basic secret", "secret", "Bearer "])
def test_update_with_a_wrong_token_is_401(web: FlaskClient, key: str) -> None:
    found = direct(web, INSERT, Authorization=key)
    assert found.status_code == 401


def test_update_with_a_token_for_less_is_403(web: FlaskClient) -> None:
    assert direct(web, INSERT, Authorization="Bearer reader").status_code == 403
    assert direct(web, INSERT, Authorization="Bearer updater").status_code == 204


def test_update_where_writes_are_off_is_403(client: FlaskClient) -> None:
    found = client.post("/update", data=INSERT, content_type=DIRECT, headers=KEY)
    assert found.status_code == 403


def test_update_of_the_current_generation_is_done(web: FlaskClient) -> None:
    tag = web.get("/sparql?query=ASK{}").headers["ETag"]
    assert direct(web, INSERT, **{"If-Match": tag}).status_code == 204


def test_update_of_an_older_generation_is_412(web: FlaskClient) -> None:
    tag = web.get("/sparql?query=ASK{}").headers["ETag"]
    direct(web, INSERT)
    text = "DELETE DATA { <urn:a> <urn:b> 'é' }"
    assert direct(web, text, **{"If-Match": tag}).status_code == 412
    assert holds(web, "<urn:a> <urn:b> 'é'")


def test_update_that_violates_the_shapes_is_422(web: FlaskClient) -> None:
    lv = "https://w3id.org/life-valley/"
    text = f"INSERT DATA {{ GRAPH <{lv}graph/lab> {{ <{lv}id/x> a <{lv}ontology#Company> }} }}"
    found = direct(web, text)
    assert found.status_code == 422
    assert found.json["context"]["count"] >= 1
    assert not holds(web, "?s ?p ?o")
