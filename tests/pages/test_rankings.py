"""Rankings say what their SPARQL says, from a small graph and from a shelf."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg import vocab
from kg.config import load_settings
from kg.preparing import here
from kg.query.read.rankings import Ranking, query
from kg.shelf import Keeper
from kg.web import create_app
from kg.web.wire import short
from kg.wiring import Parts, build_parts, questions

WISHES = [
    (relation, direction, by)
    for relation in ("investedIn", "inTrack", "cooperatesWith", "locatedIn")
    for direction in ("out", "in")
    for by in ("", "inTrack", "locatedIn")
]


@pytest.fixture(scope="module", name="parts")
def _parts() -> Iterator[Parts]:
    parts = build_parts(load_settings({"store": "memory:"}, environment={}))
    yield parts
    parts.store.close()


@pytest.fixture(scope="module", name="clients")
def _clients(
    parts: Parts, tmp_path_factory: pytest.TempPathFactory
) -> tuple[FlaskClient, FlaskClient]:
    """The service on a small graph, and as if the graph were large."""
    cache: Path = tmp_path_factory.mktemp("cache")
    large = Parts(parts.settings, parts.store)
    making = here(parts.store, cache, questions)
    keeper = Keeper(parts.store, cache / "shelf", making, small=0)
    vars(large).update(cache=cache, keeper=keeper)
    keeper.start()
    keeper.wait()
    one, other = (create_app(p).test_client(use_cookies=False) for p in (parts, large))
    return one, other


@pytest.mark.parametrize(("relation", "direction", "by"), WISHES)
def test_answer_is_that_of_its_sparql(
    parts: Parts,
    clients: tuple[FlaskClient, FlaskClient],
    relation: str,
    direction: str,
    by: str,
) -> None:
    wish = Ranking(vocab.ONTOLOGY + relation, direction, by)
    rows = parts.store.select(query(wish))
    told = [(short(str(r["thing"])), int(str(r["n"]))) for r in rows if "thing" in r]
    for client in clients:
        address = f"/api/rankings?relation=lv:{relation}&direction={direction}&by={by}"
        found: list[tuple[str, int]] = []
        page = 0
        while len(found) < len(told):
            page += 1
            body = client.get(f"{address}&limit=7&page={page}").json
            assert body is not None
            assert body["total"] == len(told)
            assert body["items"]
            found += [(item["id"], item["count"]) for item in body["items"]]
        assert found == told


def test_some_of_them_rank_many(parts: Parts) -> None:
    rows = parts.store.select(query(Ranking(vocab.ONTOLOGY + "inTrack")))
    assert len(rows) > 20


@pytest.mark.parametrize(
    "path",
    [
        "/rankings?relation=cooperatesWith",
        "/rankings?relation=lv:inTrack&direction=in&lang=en",
        "/rankings?relation=locatedIn&direction=in&by=inTrack&page=2",
        "/rankings.csv?relation=investedIn&by=inTrack",
    ],
)
def test_page_and_file_are_the_same_from_a_shelf(
    clients: tuple[FlaskClient, FlaskClient], path: str
) -> None:
    told = []
    for client in clients:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        told.append(answer.data)
    assert told[0] == told[1]


def test_file_has_all_of_them(clients: tuple[FlaskClient, FlaskClient]) -> None:
    text = clients[0].get("/rankings.csv?relation=inTrack").text
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    body = clients[0].get("/api/rankings?relation=lv:inTrack").json
    assert body is not None
    assert len(rows) - 1 == body["total"]
    assert [row[0] for row in rows[1:4]] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/rankings?relation=lv:nonsense", 404),
        ("/rankings?relation=%3E%20%7D", 404),
        ("/api/rankings?relation=lv:inTrack&by=founded", 400),
        ("/api/rankings?relation=lv:inTrack&direction=up", 400),
        ("/api/rankings?relation=lv:inTrack&limit=0", 400),
        ("/rankings?page=0", 400),
    ],
)
def test_what_is_not_there_is_said(
    clients: tuple[FlaskClient, FlaskClient], path: str, status: int
) -> None:
    for client in clients:
        assert client.get(path).status_code == status
