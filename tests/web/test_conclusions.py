"""What follows from a write is there soon after it, and the writer is not hurt."""

from __future__ import annotations

import time
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient

from kg import vocab
from kg.config import load_settings
from kg.curate.keeping import Conclusions
from kg.errors import PreconditionError
from kg.model import Iri
from kg.store.base import GraphWrite
from kg.web import create_app
from kg.wiring import Parts, build_parts

KEY = {"Authorization": "Bearer secret"}
MINE = "urn:mine"
ADDRESS = "/data?graph=" + quote(MINE)


def build(**settings: str) -> Parts:
    given = {"store": "memory:", "token": "secret", **settings}
    return build_parts(load_settings(given, environment={}))


@pytest.fixture(scope="module")
def parts() -> Parts:
    return build()


@pytest.fixture(scope="module")
def web(parts: Parts) -> FlaskClient:
    return create_app(parts).test_client()


@pytest.fixture(scope="module")
def classes(parts: Parts) -> tuple[str, str]:
    """A class of ours and the standard one above it."""
    rows = parts.store.select(
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>"
        f" SELECT ?c ?d {{ GRAPH <{vocab.ONTOLOGY_GRAPH}> {{ ?c rdfs:subClassOf+ ?d }}"
        f' FILTER(STRSTARTS(STR(?c), "{vocab.ONTOLOGY}") && ISIRI(?d))'
        f' FILTER(!STRSTARTS(STR(?d), "{vocab.ONTOLOGY}")) }} ORDER BY ?c ?d'
    ).rows
    assert rows
    return str(rows[0][0]), str(rows[0][1])


def settle(web: FlaskClient) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        state = str(web.get("/readyz").json["conclusions"])
        if state != "stale":
            return state
        time.sleep(0.05)
    raise TimeoutError


def follows(web: FlaskClient, kind: str) -> bool:
    text = f"ASK {{ GRAPH <{vocab.INFERRED_GRAPH}> {{ <urn:x> a <{kind}> }} }}"
    return bool(web.get("/sparql?" + urlencode({"query": text})).json["boolean"])


def put(web: FlaskClient, kind: str, **headers: str):
    body = f"<urn:x> a <{kind}> ."
    return web.put(
        ADDRESS, data=body, content_type="text/turtle", headers=KEY | headers
    )


def test_conclusions_follow_a_write_and_go_with_it(
    web: FlaskClient, classes: tuple[str, str]
) -> None:
    narrow, broad = classes
    assert not follows(web, broad)
    assert put(web, narrow).status_code == 201
    assert settle(web) == "current"
    assert follows(web, broad)
    assert web.delete(ADDRESS, headers=KEY).status_code == 204
    assert settle(web) == "current"
    assert not follows(web, broad)


def test_conclusions_do_not_fail_the_next_conditional_write(
    web: FlaskClient, classes: tuple[str, str]
) -> None:
    etag = put(web, classes[0]).headers["ETag"]
    assert settle(web) == "current"
    assert follows(web, classes[1]), "so there is a newer generation"
    again = put(web, classes[0], **{"If-Match": etag})
    assert again.status_code == 204
    other = web.put(
        "/data?graph=urn:other",
        data="<urn:y> a <urn:C> .",
        content_type="text/turtle",
        headers=KEY,
    )
    assert other.status_code == 201
    settle(web)
    assert put(web, classes[0], **{"If-Match": etag}).status_code == 412
    for graph in (MINE, "urn:other"):
        web.delete("/data?graph=" + quote(graph), headers=KEY)
    settle(web)


def test_conclusions_of_an_older_state_are_not_published(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Conclusions(parts.store, 10**9)

    def meanwhile(*_: object) -> list[tuple[Iri, Iri, Iri]]:
        document = b"<urn:z> a <urn:C> ."
        parts.store.write_graph(
            GraphWrite("urn:meanwhile", "replace", (("text/turtle", document),))
        )
        return [(Iri("urn:wrong"), Iri("urn:wrong"), Iri("urn:wrong"))]

    monkeypatch.setattr("kg.curate.keeping.conclusions", meanwhile)
    with pytest.raises(PreconditionError):
        keeper.renew()
    assert not parts.store.ask("ASK { <urn:wrong> ?p ?o }")


def test_large_store_says_that_its_conclusions_are_stale(
    classes: tuple[str, str],
) -> None:
    web = create_app(build(infer_max_triples="10")).test_client()
    put(web, classes[0])
    assert settle(web).startswith("stale: ")
    assert b"\nkg_conclusions_stale 1\n" in web.get("/metrics").data
    assert not follows(web, classes[1])


def test_store_without_rules_is_left_as_it_is(classes: tuple[str, str]) -> None:
    parts = build(shipped="no")
    web = create_app(parts).test_client()
    put(web, classes[0])
    assert settle(web) == "current"
    assert set(parts.store.graphs()) == {MINE}
