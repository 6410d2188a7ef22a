"""The SPARQL 1.1 Graph Store HTTP Protocol, act by act.

Source: https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from kg.config import load_settings
from kg.web import create_app
from kg.wiring import build_parts

KEY = {"Authorization": "Bearer secret"}
TURTLE = "text/turtle; charset=utf-8"
GRAPH = "/data?graph=http://example.org/g"
ONE = "@prefix f: <http://f/> . <http://e/1> a f:Person ; f:name '一' ."
TWO = "<http://e/2> a <http://f/Person> ."


@pytest.fixture
def web() -> FlaskClient:
    """A client of an empty service that takes writes."""
    given = {"store": "memory:", "shipped": "no", "token": "secret"}
    given["scoped_tokens"] = "data:http://example.org/g@one"
    app = create_app(build_parts(load_settings(given, environment={})))
    app.testing = False
    return app.test_client()


def put(
    web: FlaskClient,
    address: str = GRAPH,
    body: str = ONE,
    kind: str = TURTLE,
    **headers: str,
):
    return web.put(
        address, data=body.encode(), content_type=kind, headers=KEY | headers
    )


def lines(web: FlaskClient, address: str = GRAPH) -> set[str]:
    found = web.get(address, headers={"Accept": "application/n-triples"})
    assert found.status_code == 200, found.text
    return set(found.text.strip().splitlines())


@pytest.mark.parametrize("address", [GRAPH, "/data/person/1.ttl"])
def test_put_of_a_new_graph_is_201(web: FlaskClient, address: str) -> None:
    assert put(web, address).status_code == 201
    assert len(lines(web, address)) == 2


def test_put_of_a_graph_that_is_there_replaces_it(web: FlaskClient) -> None:
    put(web)
    assert put(web, body=TWO).status_code in {200, 204}
    assert lines(web) == {
        "<http://e/2> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://f/Person> ."
    }


def test_put_of_the_default_graph_is_read_back(web: FlaskClient) -> None:
    put(web)
    assert put(web, "/data?default", TWO).status_code in {200, 201, 204}
    assert len(lines(web, "/data?default")) == 1


def test_default_graph_of_an_empty_store_is_empty(web: FlaskClient) -> None:
    assert lines(web, "/data?default") == set()
    assert web.head("/data?default").status_code == 200


def test_put_of_an_empty_document_makes_an_empty_graph(web: FlaskClient) -> None:
    assert put(web, body="").status_code == 201
    assert lines(web) == set()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/n-triples", "<http://e/1> <http://f/p> <http://e/2> ."),
        (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="http://e/1"><p xmlns="http://f/" rdf:resource="http://e/2"/></rdf:Description></rdf:RDF>',
        ),
        (
            "application/ld+json",
            '{"@id":"http://e/1","http://f/p":{"@id":"http://e/2"}}',
        ),
        ("text/turtle", "<http://e/1> <http://f/p> <http://e/2> ."),
    ],
)
def test_put_takes_each_format(web: FlaskClient, kind: str, body: str) -> None:
    assert put(web, kind=kind, body=body).status_code == 201
    assert lines(web) == {"<http://e/1> <http://f/p> <http://e/2> ."}


def test_put_of_another_format_than_said_is_400(web: FlaskClient) -> None:
    found = put(web, kind="application/rdf+xml")
    assert found.status_code == 400
    assert web.get(GRAPH).status_code == 404


def test_put_of_broken_turtle_is_400_with_a_position(web: FlaskClient) -> None:
    found = put(web, body="<http://e/1> <http://f/p>\n ] .")
    assert found.status_code == 400
    assert found.json["context"]["line"] == 2


@pytest.mark.parametrize(
    "kind", ["image/png", "", "application/trig", "text/turtle; charset=gbk"]
)
def test_put_of_an_unknown_type_is_415(web: FlaskClient, kind: str) -> None:
    assert put(web, kind=kind).status_code == 415


def test_relative_iri_is_resolved_against_the_graph(web: FlaskClient) -> None:
    put(web, body="<#me> <p> <x> .")
    assert "<http://example.org/g#me>" in next(iter(lines(web)))


def test_post_merges_into_a_graph(web: FlaskClient) -> None:
    put(web)
    found = web.post(GRAPH, data=TWO, content_type=TURTLE, headers=KEY)
    assert found.status_code in {200, 204}
    assert len(lines(web)) == 3


def test_post_to_a_graph_that_is_not_there_makes_it(web: FlaskClient) -> None:
    found = web.post(GRAPH, data=TWO, content_type=TURTLE, headers=KEY)
    assert found.status_code == 201
    assert len(lines(web)) == 1


def test_post_of_an_empty_document_changes_nothing(web: FlaskClient) -> None:
    put(web)
    found = web.post(GRAPH, data=b"", content_type=TURTLE, headers=KEY)
    assert found.status_code in {200, 204}
    assert len(lines(web)) == 2


def test_post_to_the_store_names_a_new_graph(web: FlaskClient) -> None:
    found = web.post("/data", data=ONE.encode(), content_type=TURTLE, headers=KEY)
    assert found.status_code == 201
    assert len(lines(web, found.headers["Location"])) == 2


def test_post_of_multipart_merges_every_file(web: FlaskClient) -> None:
    form = {
        "a": (io.BytesIO(ONE.encode()), "a.ttl", "text/turtle"),
        "b": (io.BytesIO(TWO.encode()), "b.ttl", "text/turtle"),
    }
    found = web.post(GRAPH, data=form, content_type="multipart/form-data", headers=KEY)
    assert found.status_code == 201
    assert len(lines(web)) == 3


def test_blank_nodes_of_two_documents_stay_apart(web: FlaskClient) -> None:
    put(web, body="_:x <http://f/p> 1 .")
    web.post(GRAPH, data="_:x <http://f/p> 2 .", content_type=TURTLE, headers=KEY)
    assert len({line.split()[0] for line in lines(web)}) == 2


def test_delete_removes_a_graph(web: FlaskClient) -> None:
    put(web)
    assert web.delete(GRAPH, headers=KEY).status_code in {200, 204}
    assert web.get(GRAPH).status_code == 404


def test_delete_of_a_graph_that_is_not_there_is_404(web: FlaskClient) -> None:
    assert web.delete(GRAPH, headers=KEY).status_code == 404


def test_delete_of_the_default_graph_empties_it(web: FlaskClient) -> None:
    put(web, "/data?default")
    assert web.delete("/data?default", headers=KEY).status_code in {200, 204}
    assert lines(web, "/data?default") == set()


def test_get_of_a_graph_that_is_not_there_is_404(web: FlaskClient) -> None:
    assert web.get(GRAPH).status_code == 404
    assert web.head(GRAPH).status_code == 404


def test_head_is_answered_like_get(web: FlaskClient) -> None:
    put(web)
    found = web.head(GRAPH)
    assert found.status_code == 200
    assert found.mimetype == "text/turtle"
    assert found.data == b""


@pytest.mark.parametrize(
    "kind",
    [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
    ],
)
def test_get_gives_the_format_asked_for(web: FlaskClient, kind: str) -> None:
    put(web)
    found = web.get(GRAPH, headers={"Accept": f"image/png, {kind};q=0.4"})
    assert found.mimetype == kind


def test_get_of_a_format_that_cannot_be_had_is_406(web: FlaskClient) -> None:
    put(web)
    assert web.get(GRAPH, headers={"Accept": "image/png"}).status_code == 406


def test_patch_is_405(web: FlaskClient) -> None:
    found = web.patch(GRAPH, data="x", headers=KEY)
    assert found.status_code == 405
    assert {"GET", "PUT", "POST", "DELETE"} <= set(found.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    "address",
    [
        "/data?graph=http://e/g&default",
        "/data?graph=http://e/a&graph=http://e/b",
        "/data?graph=relative",
        "/data?graph=",
        "/data/x?default",
    ],
)
def test_graph_that_is_not_named_once_is_400(web: FlaskClient, address: str) -> None:
    assert web.get(address).status_code == 400
    assert put(web, address).status_code == 400


def test_get_that_names_no_graph_is_400(web: FlaskClient) -> None:
    assert web.get("/data").status_code == 400


def test_write_without_token_is_401(web: FlaskClient) -> None:
    assert web.put(GRAPH, data=ONE, content_type=TURTLE).status_code == 401
    assert web.delete(GRAPH).status_code == 401


def test_token_for_one_graph_writes_that_one_only(web: FlaskClient) -> None:
    assert put(web, Authorization="Bearer one").status_code == 201
    other = "/data?graph=http://example.org/h"
    assert put(web, other, Authorization="Bearer one").status_code == 403
    assert put(web, "/data?default", Authorization="Bearer one").status_code == 403


def test_graph_the_client_has_is_304(web: FlaskClient) -> None:
    put(web)
    tag = web.get(GRAPH).headers["ETag"]
    assert web.get(GRAPH, headers={"If-None-Match": tag}).status_code == 304


def test_put_of_what_was_read_is_done_and_of_what_changed_is_412(
    web: FlaskClient,
) -> None:
    put(web)
    tag = web.get(GRAPH).headers["ETag"]
    assert put(web, body=TWO, **{"If-Match": tag}).status_code == 204
    assert put(web, body=ONE, **{"If-Match": tag}).status_code == 412


def test_put_of_only_what_is_new_is_412_for_what_is_there(web: FlaskClient) -> None:
    star = {"If-None-Match": "*"}
    assert put(web, **star).status_code == 201
    assert put(web, **star).status_code == 412


def test_what_was_put_is_in_the_default_graph_of_queries(web: FlaskClient) -> None:
    put(web)
    assert web.get("/sparql?query=ASK{<http://e/1> ?p ?o}").json["boolean"] is True
    web.delete(GRAPH, headers=KEY)
    assert web.get("/sparql?query=ASK{<http://e/1> ?p ?o}").json["boolean"] is False


@pytest.mark.parametrize("name", ["a%22b", "a%20b", "a%25b", "%3Cx%3E", "一"])
def test_address_with_escapes_is_the_graph_itself(web: FlaskClient, name: str) -> None:
    address = f"/data/{name}"
    made = put(web, address)
    assert made.status_code == 201
    named = "http://localhost/data/" + name
    assert made.headers["Location"].endswith(address) or name == "一"
    found = lines(web, "/data?graph=" + quote(named, safe=""))
    assert found == lines(web, address)


@pytest.mark.parametrize(
    "iri", ["http://a:b/", "http://[/", "http://a/\uffff", "http:a b"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_name_that_is_no_iri_is_400(web: FlaskClient, method: str, iri: str) -> None:
    address = "/data?graph=" + quote(iri, safe="")
    told = web.open(address, method=method, data=b"", content_type=TURTLE, headers=KEY)
    assert told.status_code == 400
    assert told.json["code"] == "bad-request"
