"""What follows from a write is there with it, and the writer is not hurt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import loops
import pytest
from flask.testing import FlaskClient

from kg import vocab
from kg.config import load_settings
from kg.model import Iri
from kg.web import create_app
from kg.web.door import build_front
from kg.web.front import Front
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


def follows(web: FlaskClient, kind: str) -> bool:
    text = f"ASK {{ GRAPH <{vocab.INFERRED_GRAPH}> {{ <urn:x> a <{kind}> }} }}"
    return bool(web.get("/sparql?" + urlencode({"query": text})).json["boolean"])


def put(web: FlaskClient, kind: str, **headers: str):
    body = f"<urn:x> a <{kind}> ."
    return web.put(
        ADDRESS, data=body, content_type="text/turtle", headers=KEY | headers
    )


def state(web: FlaskClient) -> str:
    return str(web.get("/readyz").json["conclusions"])


def test_conclusions_follow_a_write_and_go_with_it(
    web: FlaskClient, classes: tuple[str, str]
) -> None:
    narrow, broad = classes
    assert not follows(web, broad)
    done = put(web, narrow)
    assert done.status_code == 201
    assert follows(web, broad), "in the very next answer"
    assert web.get("/readyz").json["generation"] == done.headers["KG-Generation"]
    assert state(web) == "current"
    assert web.delete(ADDRESS, headers=KEY).status_code == 204
    assert not follows(web, broad)
    update = f"INSERT DATA {{ GRAPH <{MINE}> {{ <urn:x> a <{narrow}> }} }}"
    assert web.post("/update", data={"update": update}, headers=KEY).status_code == 204
    assert follows(web, broad)
    update = f"DROP GRAPH <{MINE}>"
    assert web.post("/update", data={"update": update}, headers=KEY).status_code == 204
    assert not follows(web, broad)


def test_refused_write_leaves_the_conclusions_alone(
    web: FlaskClient, parts: Parts, classes: tuple[str, str]
) -> None:
    before = parts.store.generation
    graph = vocab.GRAPH + "refused"  # where shapes must be kept
    bad = f"<{vocab.ID}x> a <{classes[0]}>, <{vocab.ONTOLOGY}Company> ."
    answer = web.put(
        "/data?graph=" + quote(graph), data=bad, content_type="text/turtle", headers=KEY
    )
    assert answer.status_code == 422
    assert parts.store.generation == before
    text = f"ASK {{ GRAPH ?g {{ <{vocab.ID}x> ?p ?o }} }}"
    assert not parts.store.ask(text)


def test_conclusions_do_not_fail_the_next_conditional_write(
    web: FlaskClient, classes: tuple[str, str]
) -> None:
    etag = put(web, classes[0]).headers["ETag"]
    assert follows(web, classes[1])
    again = put(web, classes[0], **{"If-Match": etag})
    assert again.status_code == 204
    other = web.put(
        "/data?graph=urn:other",
        data="<urn:y> a <urn:C> .",
        content_type="text/turtle",
        headers=KEY,
    )
    assert other.status_code == 201
    assert put(web, classes[0], **{"If-Match": etag}).status_code == 412
    for graph in (MINE, "urn:other"):
        web.delete("/data?graph=" + quote(graph), headers=KEY)


def test_stale_conclusions_are_told_and_mended_at_the_next_start(
    parts: Parts, tmp_path: Path, classes: tuple[str, str]
) -> None:
    where = {"store": f"file:{tmp_path / 'store'}", "cache": str(tmp_path / "cache")}
    first = build(**where)
    # As a backup of an older version, or a store that was filled graph by graph.
    fact = (Iri("urn:x"), Iri(vocab.expand("rdf:type")), Iri(classes[0]))
    first.store.replace_graphs({MINE: [fact]})
    web = create_app(first).test_client()
    assert state(web).startswith("stale")
    assert b"\nkg_conclusions_stale 1\n" in web.get("/metrics").data
    assert not follows(web, classes[1])
    first.store.close()

    second = build(**where)

    def look() -> None:
        deadline = time.monotonic() + 90
        while second.store.conclusions != "current" and time.monotonic() < deadline:
            time.sleep(0.05)
        web = create_app(second).test_client()
        assert state(web) == "current"
        assert b"\nkg_conclusions_stale 0\n" in web.get("/metrics").data
        assert follows(web, classes[1])

    loops.run(while_serving(build_front(second), look))


async def while_serving(front: Front, look: Callable[[], None]) -> None:
    """Start the front door, look, and stop it (ASGI's lifespan)."""
    events = iter(("startup", "shutdown"))

    async def receive() -> dict[str, str]:
        event = next(events)
        if event == "shutdown":
            await asyncio.get_running_loop().run_in_executor(None, look)
        return {"type": f"lifespan.{event}"}

    async def send(_: object) -> None:
        pass

    await front({"type": "lifespan"}, receive, send)


def test_store_without_rules_is_left_as_it_is(classes: tuple[str, str]) -> None:
    parts = build(shipped="no")
    web = create_app(parts).test_client()
    put(web, classes[0])
    assert state(web) == "current"
    assert set(parts.store.graphs()) == {MINE}
