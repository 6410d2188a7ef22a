"""Introductions are those of their SPARQL, from a small graph and from a shelf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg import vocab
from kg.config import load_settings
from kg.model import Iri, Literal, Triple
from kg.preparing import here
from kg.shelf import Keeper
from kg.web import create_app
from kg.wiring import Parts, build_parts

LINKS = [
    ("asker", "cooperatesWith", "one", "actual"),
    ("two", "cooperatesWith", "asker", "actual"),
    ("one", "cooperatesWith", "met", "actual"),
    ("met", "cooperatesWith", "two", "actual"),
    ("one", "cooperatesWith", "other-track", "actual"),
    ("one", "cooperatesWith", "other-backer", "actual"),
    ("planned", "cooperatesWith", "one", "target"),
    ("far", "cooperatesWith", "met", "actual"),
    ("backer", "investedIn", "asker", "actual"),
    ("backer", "investedIn", "met", "actual"),
    ("backer", "investedIn", "other-track", "actual"),
    ("backer", "investedIn", "planned", "actual"),
    ("backer", "investedIn", "far", "actual"),
    ("backer", "investedIn", "two", "target"),
    ("stranger", "investedIn", "other-backer", "actual"),
    ("other-track", "inTrack", "track-b", "actual"),
    *(
        (name, "inTrack", "track-a", "actual")
        for name in ("asker", "met", "other-backer", "planned", "far", "two")
    ),
]


def _triples() -> Iterator[Triple]:
    def term(name: str) -> Iri:
        return Iri(vocab.expand(name))

    things = {end for s, _, o, _ in LINKS for end in (s, o)}
    for name in sorted(things):
        thing = Iri(vocab.ID + name)
        kind = "lv:Track" if name.startswith("track-") else "lv:Company"
        yield thing, term("rdf:type"), term(kind)
        yield thing, term("skos:prefLabel"), Literal(name, language="en")
    for number, (s, p, o, status) in enumerate(LINKS):
        st = Iri(f"{vocab.ID}st-{number}")
        ends = Iri(vocab.ID + s), term(f"lv:{p}"), Iri(vocab.ID + o)
        yield st, term("rdf:type"), term("rdf:Statement")
        names = ("rdf:subject", "rdf:predicate", "rdf:object")
        for name, end in zip(names, ends, strict=True):
            yield st, term(name), end
        yield st, term("lv:status"), term(f"lv:{status}")
        if status == "actual":
            yield ends


@pytest.fixture(scope="module", name="clients")
def _clients(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    """The service on a small graph, and as if the graph were large."""
    settings = load_settings({"store": "memory:", "shipped": "no"}, environment={})
    small = build_parts(settings)
    small.store.replace_graphs({f"{vocab.GRAPH}small": list(_triples())})
    cache: Path = tmp_path_factory.mktemp("cache")
    large = Parts(settings, small.store)
    keeper = Keeper(small.store, cache / "shelf", here(small.store, cache), small=0)
    vars(large).update(cache=cache, keeper=keeper)
    keeper.start()
    keeper.wait()
    assert keeper.ready() is not None
    one, other = (create_app(p).test_client(use_cookies=False) for p in (small, large))
    yield one, other
    small.store.close()


def test_only_who_shares_both_is_introduced(
    clients: tuple[FlaskClient, FlaskClient],
) -> None:
    for client in clients:
        body = client.get("/api/graph/introductions?id=asker").json
        assert body is not None
        assert body["items"] == [{"id": "met", "through": ["one", "two"]}]
        assert body["total"] == 1
        assert {node["id"] for node in body["nodes"]} == {"met", "one", "two"}


@pytest.mark.parametrize("asker", ["met", "far", "planned", "stranger", "track-a"])
def test_both_answer_alike(
    clients: tuple[FlaskClient, FlaskClient], asker: str
) -> None:
    told = [c.get(f"/api/graph/introductions?id={asker}").json for c in clients]
    assert told[0] == told[1]


def test_who_is_met_meets_the_asker_too(
    clients: tuple[FlaskClient, FlaskClient],
) -> None:
    body = clients[1].get("/api/graph/introductions?id=met").json
    assert body is not None
    assert [one["id"] for one in body["items"]] == ["asker"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("id=nobody", 404), ("id=%3E%20%7D", 404), ("id=met&limit=0", 400)],
)
def test_what_is_not_there_is_said(
    clients: tuple[FlaskClient, FlaskClient], query: str, status: int
) -> None:
    for client in clients:
        answer = client.get(f"/api/graph/introductions?{query}")
        assert answer.status_code == status, answer.text
