"""A large graph's shelf gives the very answers of the plain queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.config import load_settings
from kg.errors import QueryTimeoutError
from kg.preparing import here
from kg.query.read import kept_answers, sources
from kg.shelf import Keeper
from kg.shelf.claims import claims_of
from kg.web import create_app
from kg.wiring import Parts, build_parts, questions

PAGES = (
    "/",
    "/tracks",
    "/tracks.csv",
    "/tracks/medical-devices",
    "/tracks/medical-devices?lang=en",
    "/tracks/medical-devices?kind=company",
    "/tracks/cgt",
    "/tracks/cgt/members.csv",
    "/tracks/compare?a=frontier&b=cgt",
    "/tracks/compare.csv?a=frontier&b=cgt",
    "/tracks/compare.csv?a=medical-devices&b=cgt&lang=en",
    "/tracks/medical-devices/members.csv?kind=company&lang=en",
    "/tracks/matrix",
    "/tracks/matrix?lang=en",
    "/tracks/matrix?sort=name",
    "/tracks/matrix?sort=name&lang=en",
    "/tracks/matrix?sort=founded",
    "/tracks/matrix?page=2",
    "/tracks/matrix?kind=company&since=2010",
    "/tracks/matrix?until=2012&sort=founded",
    "/tracks/matrix?place=zgc-life-science-park",
    "/tracks/matrix?place=beijing&kind=incubator&lang=en",
    "/tracks/matrix?place=beijing&since=2005&sort=founded&lang=en",
    "/tracks/matrix?place=nowhere",
    "/tracks/matrix?standing=official",
    "/tracks/matrix?standing=cited&sort=founded&lang=en",
    "/tracks/matrix?standing=cited&kind=company&sort=name",
    "/tracks/matrix?source=article",
    "/tracks/matrix?source=article&standing=official&lang=en",
    "/tracks/matrix?source=article&standing=cited&sort=name",
    "/tracks/matrix?source=nothing",
    "/tracks/matrix?under=cgt",
    "/tracks/matrix?under=cgt&lang=en&sort=name",
    "/tracks/matrix?under=medical-devices&source=article",
    "/tracks/matrix?page=999",
    "/tracks/matrix.csv",
    "/entities",
    "/entities?type=Organization",
    "/entities?type=Organization&page=2&lang=en",
    "/entities?type=Company",
    "/entities?type=Track&lang=en",
    "/entities.csv?type=Park",
    "/entities/lepu-medical",
    "/entities/beijing/facts",
    "/entities/beijing/facts.csv",
    "/entities/beijing/facts.csv?direction=in&lang=en",
    "/entities/lepu-medical/facts.csv",
    "/sources",
    "/sources.csv",
    "/sources/article",
    "/sources/article/statements.csv",
    "/sources/bjzpark-2023",
    "/sources/bjzpark-2023/statements.csv",
    "/sources/sina-cpforum-2023?lang=en&page=2",
    "/indicators",
    "/datasets",
    "/ontology",
    "/search?q=%E7%99%BE%E6%B5%8E",
    "/search?q=yiliao",
    "/search?q=nibs&lang=en",
    "/api/search?q=&type=Company&limit=50",
    "/api/search?q=b&limit=50",
    "/api/datasets",
    "/.well-known/void",
    "/sparql",
    "/reconcile",
    "/reconcile/suggest/type?prefix=o",
    "/reconcile/suggest/property?prefix=",
    "/reconcile/extend/propose?type=Company",
    "/reconcile/extend/propose?type=Organization&limit=50",
    "/reconcile/extend/propose",
    *(f"/questions/{q.name}" for q in questions()),
    "/questions/firms_in_track?track=track-cgt&lang=en",
    "/questions/hubs?view=graph",
    "/questions/facts_and_funding_of_firms.csv",
)
GRAPH = (
    "expand?id={id}",
    "expand?id={id}&limit=3&new=1&shown={other}",
    "expand?id={id}&relation=lv:inTrack&direction=out",
    "expand?id={id}&group=company&status=actual&limit=2",
    "ego?id={id}",
    "ego?id={id}&depth=2&limit=20",
    "ego?id={id}&depth=3&limit=400",
    "path?from={id}&to={other}",
    "path?from={id}&to={other}&targets=1",
    "common?a={id}&b={other}",
    "scene?ids={id},{other},track-cgt",
    "about?id={id}",
)
MEASURED = ("rank", "between", "community")


@pytest.fixture(scope="module", name="parts")
def _parts() -> Iterator[Parts]:
    parts = build_parts(load_settings({"store": "memory:"}, environment={}))
    yield parts
    parts.store.close()


@pytest.fixture(scope="module", name="plain")
def _plain(parts: Parts) -> FlaskClient:
    """The service as it answers from a small graph."""
    return create_app(parts).test_client(use_cookies=False)


@pytest.fixture(scope="module", name="shelved")
def _shelved(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The same as if the graph were large."""
    cache: Path = tmp_path_factory.mktemp("cache")
    large = Parts(parts.settings, parts.store)
    keeper = Keeper(
        parts.store,
        cache / "shelf",
        here(parts.store, cache, questions),
        small=0,
    )
    vars(large).update(cache=cache, keeper=keeper)
    keeper.start()
    keeper.wait()
    assert keeper.at_hand() is not None
    return create_app(large).test_client(use_cookies=False)


@pytest.mark.parametrize("path", PAGES)
def test_page_is_the_same(plain: FlaskClient, shelved: FlaskClient, path: str) -> None:
    one, other = (_read(client, path) for client in (plain, shelved))
    assert one[0] == 200, one[1].decode()[:500]
    assert other == one


@pytest.mark.parametrize(
    "path",
    [
        "/tracks/matrix?source=%3C%3E",
        "/tracks/matrix?place=a%3E%7D",
        "/tracks/matrix.csv?source=a%20b",
        "/tracks/none",
        "/entities/none/facts.csv",
        "/sources/none",
        "/api/graph/path?from=lepu-medical&to=none",
    ],
)
def test_what_is_not_there_is_told_the_same(
    plain: FlaskClient, shelved: FlaskClient, path: str
) -> None:
    one, other = plain.get(path), shelved.get(path)
    assert one.status_code == other.status_code == 404, one.text
    told = [{**(answer.json or {}), "request_id": ""} for answer in (one, other)]
    assert told[0] == told[1]


def test_what_rests_on_a_source_is_the_same(
    plain: FlaskClient, shelved: FlaskClient
) -> None:
    one, other = (client.application.extensions["kg"] for client in (plain, shelved))
    told = 0
    for iri, _, _ in sources.all_sources(one.reader):
        found = sources.claims(one.reader, iri)
        stated = sorted({c.iri for c in found if c.status})
        known = claims_of(other.keeper.at_hand(), iri)
        if known is None:
            assert not any(map(sources.is_statement, stated))
            continue
        told += 1
        assert [*sources.cited(other.reader, iri).all()] == stated
        assert known.page(3, 2) == stated[2:5]
        assert (
            known.page(4, len(known.figures) - 1)
            == stated[len(known.figures) - 1 : len(known.figures) + 3]
            or not known.figures
        )
        assert len(known) == len(stated)
        assert known.named == len({c.iri for c in found} - {*stated})
    assert told > 50


@pytest.mark.parametrize("address", GRAPH)
@pytest.mark.parametrize(
    ("iri", "far"), [("lepu-medical", "beigene"), ("track-cgt", "nibs")]
)
def test_network_is_the_same(
    plain: FlaskClient, shelved: FlaskClient, address: str, iri: str, far: str
) -> None:
    path = "/api/graph/" + address.format(id=iri, other=far)
    one, other = plain.get(path), shelved.get(path)
    assert one.status_code == other.status_code == 200, one.text
    assert _told(other.text) == _told(one.text)


@pytest.mark.parametrize("address", GRAPH)
def test_network_is_the_same_where_many_are_busy(
    plain: FlaskClient,
    shelved: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    monkeypatch.setattr("kg.shelf.network.HEAVY", 12)
    path = "/api/graph/" + address.format(id="beijing", other="track-cgt")
    one, other = plain.get(path), shelved.get(path)
    assert one.status_code == other.status_code == 200, one.text
    assert _told(other.text) == _told(one.text)


@pytest.mark.parametrize("targets", ["", "&targets=1"])
def test_path_is_the_same_while_the_network_is_not_made(
    plain: FlaskClient, shelved: FlaskClient, targets: str
) -> None:
    path = f"/api/graph/path?from=lepu-medical&to=beigene{targets}"
    large: Parts = shelved.application.extensions["kg"]
    (made,) = large.cache.glob("graphs/adjacency-*")
    away = made.rename(made.with_name("away"))
    try:
        fresh = Parts(large.settings, large.store)
        vars(fresh).update(cache=large.cache, keeper=large.keeper)
        other = create_app(fresh).test_client(use_cookies=False).get(path)
    finally:
        away.rename(made)
    one = plain.get(path)
    assert one.json is not None
    assert one.json["paths"]
    assert _told(other.text) == _told(one.text)
    assert _told(shelved.get(path).text) == _told(one.text)


def test_pages_of_neighbours_follow_each_other(
    plain: FlaskClient, shelved: FlaskClient
) -> None:
    after, seen = "", list[str]()
    while True:
        path = f"/api/graph/expand?id=track-cgt&limit=2&after={after}"
        one, other = plain.get(path).json, shelved.get(path).json
        assert one is not None
        assert other is not None
        assert other["items"] == one["items"]
        seen += other["items"]
        after = other["after"]
        if not after:
            break
    assert len(seen) == len(set(seen)) > 4


def test_whole_picture_says_what_it_holds(
    plain: FlaskClient, shelved: FlaskClient
) -> None:
    one = plain.get("/api/graph/overview").json
    other = shelved.get("/api/graph/overview").json
    assert one is not None
    assert other is not None
    for name in ("nodes_total", "edges_total", "modularity"):
        assert other[name] == one[name]
    assert other["large"] is True
    arrays = [
        client.get("/api/graph/overview?format=binary") for client in (plain, shelved)
    ]
    assert arrays[0].data == arrays[1].data
    squeezed = shelved.get(
        "/api/graph/overview?format=binary", headers={"Accept-Encoding": "gzip"}
    )
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert len(squeezed.data) < len(arrays[1].data)


def test_long_answer_says_that_it_is_cut(
    plain: FlaskClient, shelved: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_answers, "MOST", 3)
    path = "/questions/firms_in_track?track=track-frontier&lang=en"
    whole = plain.get(path.replace("?", ".json?")).json
    assert whole is not None
    rows = len(whole["rows"])
    assert rows > 3
    page = shelved.get(path).text
    assert f"has <strong>{rows:,}</strong> rows; this page shows the first 3" in page
    assert "this page shows the first" not in plain.get(path).text
    files = path.replace("?", ".csv?")
    assert _read(shelved, files) == _read(plain, files)


def test_question_that_takes_too_long_is_to_be_narrowed(
    parts: Parts,
    plain: FlaskClient,
    shelved: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = type(parts.store)
    select = kind.select

    def limited(self: Any, query: str, *, timeout_s: float = 30.0) -> Any:
        """As a store with workers; one in memory heeds no time."""
        if timeout_s < 0.01:
            raise QueryTimeoutError("The time is over.")
        return select(self, query, timeout_s=timeout_s)

    path = "/questions/shortest_path_between_two_bodies?from=lepu-medical&lang="
    assert plain.get(path + "en").status_code == 200
    monkeypatch.setattr(kind, "select", limited)
    monkeypatch.setattr(kept_answers, "_TIMEOUT_S", 0.001)
    for language, word in (("en", "has to be narrowed"), ("zh", "缩小范围")):
        page = shelved.get(path + language)
        assert page.status_code == 413
        assert word in page.text
        assert "/sparql?query=" in page.text
        assert "lepu-medical" in page.text


def _read(client: FlaskClient, path: str) -> tuple[int, bytes]:
    """The whole answer, also of one that streams."""
    answer = client.get(path)
    return answer.status_code, answer.data


def _told(text: str) -> dict[str, Any]:
    """An answer without what only a small graph is measured for."""
    body: dict[str, Any] = json.loads(text)
    for node in body.get("nodes", ()):
        for name in MEASURED:
            node.pop(name, None)
    return body
