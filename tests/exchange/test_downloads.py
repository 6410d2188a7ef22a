"""The files of ``/downloads``: whole, with checksum, asked again only if changed."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from kg import vocab
from kg.config import load_settings
from kg.model import Iri, Literal
from kg.web import create_app
from kg.web.downloads import ENDINGS
from kg.wiring import Parts, build_parts


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_each_file_of_a_dataset_comes_with_its_checksum(
    shipped_client: FlaskClient, ending: str
) -> None:
    answer = shipped_client.get(f"/downloads/article{ending}", buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(ENDINGS[ending])
    disposition = answer.headers["Content-Disposition"]
    assert f"life-valley-article{ending}" in disposition
    assert disposition.startswith("attachment")
    digest = hashlib.sha256(answer.data)
    told = shipped_client.get(f"/downloads/article{ending}.sha256", buffered=True).text
    assert told == f"{digest.hexdigest()}  article{ending}\n"
    shown = b64encode(digest.digest()).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{shown}:"


def test_file_is_not_sent_again_while_nothing_changed(
    shipped_client: FlaskClient,
) -> None:
    first = shipped_client.get("/downloads/article.nt", buffered=True)
    tag = {"If-None-Match": first.headers["ETag"]}
    again = shipped_client.get("/downloads/article.nt", headers=tag, buffered=True)
    assert (again.status_code, again.data) == (304, b"")
    piece = shipped_client.get(
        "/downloads/article.nt", headers={"Range": "bytes=0-9"}, buffered=True
    )
    assert (piece.status_code, piece.data) == (206, first.data[:10])


def test_page_lists_the_graph_and_its_datasets(shipped_client: FlaskClient) -> None:
    shipped_client.get("/downloads/article.nt", buffered=True)
    page = shipped_client.get("/downloads?lang=en").text
    for name in ("all.trig", "article.ttl", "public-facts.xlsx", "article-1.2.ttl"):
        assert f'href="/downloads/{name}"' in page
    assert "SHA-256" in page
    assert 'href="/downloads"' in shipped_client.get("/?lang=en").text


@pytest.mark.parametrize("name", ["nothing.ttl", "article.exe", "article", ".ttl"])
def test_unknown_file_is_not_found(shipped_client: FlaskClient, name: str) -> None:
    answer = shipped_client.get(f"/downloads/{name}", buffered=True)
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "not-found"


@pytest.fixture
def small() -> Iterator[Parts]:
    settings = load_settings({"store": "memory:", "shipped": "no"}, environment={})
    parts = build_parts(settings)
    yield parts
    parts.store.close()


def _graph(label: str) -> dict[str, list[tuple[Iri, Iri, Iri | Literal]]]:
    graph, dataset = Iri(vocab.GRAPH + "mine"), Iri(vocab.ID + "dataset-mine")
    return {
        graph.value: [
            (dataset, Iri(vocab.expand("rdf:type")), Iri(vocab.expand("dcat:Dataset"))),
            (dataset, Iri(vocab.expand("lv:graph")), graph),
            (dataset, Iri(vocab.expand("rdfs:label")), Literal(label)),
        ]
    }


def test_changed_graph_gives_another_file_and_drops_the_old_one(small: Parts) -> None:
    client = create_app(small).test_client()
    small.store.replace_graphs(dict(_graph("one")))
    first = client.get("/downloads/mine.nt", buffered=True)
    small.store.replace_graphs(dict(_graph("two")))
    second = client.get(
        "/downloads/mine.nt",
        headers={"If-None-Match": first.headers["ETag"]},
        buffered=True,
    )
    assert second.status_code == 200
    assert b'"two"' in second.data
    assert first.headers["ETag"] != second.headers["ETag"]
    assert len(list((small.cache / "downloads").iterdir())) == 1
