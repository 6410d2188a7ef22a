"""What the SPARQL editor asks of the service."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from kg import vocab


def test_terms_have_prefixes_labels_and_examples_that_parse(
    shipped_client: FlaskClient,
) -> None:
    told = shipped_client.get("/api/sparql-terms?lang=zh").get_json()
    assert told["prefixes"]["lv"] == vocab.ONTOLOGY
    track = next(p for p in told["properties"] if p["iri"].endswith("#inTrack"))
    assert (track["zh"], track["en"]) == ("所在赛道", "in track")
    assert len(told["examples"]) >= 24
    store = shipped_client.application.extensions["kg"].store
    for example in told["examples"]:
        store.select(example["query"])


def test_terms_are_sent_once_per_generation(pages: FlaskClient) -> None:
    first = pages.get("/api/sparql-terms?lang=en")
    again = pages.get(
        "/api/sparql-terms?lang=en", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    other = pages.get("/api/sparql-terms?lang=zh")
    assert other.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(("language", "label"), [("zh", "乐普"), ("en", "Lepu")])
def test_labels_come_with_pages_and_skip_what_has_none(
    pages: FlaskClient, language: str, label: str
) -> None:
    lepu = vocab.ID + "lepu"
    answer = pages.post(
        f"/api/labels?lang={language}",
        json={"iris": [lepu, vocab.ID + "nobody", "no iri } at all"]},
    )
    assert answer.get_json()["labels"] == {
        lepu: {"label": label, "path": "/entities/lepu"}
    }


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"iris": "x"}', b'{"iris": [1]}', b'{"iris": ["a"', b"null"]
)
def test_bad_body_is_refused(pages: FlaskClient, body: bytes) -> None:
    answer = pages.post("/api/labels", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "data"


def test_too_many_labels_are_refused(pages: FlaskClient) -> None:
    answer = pages.post("/api/labels", json={"iris": ["x"] * 301})
    assert answer.status_code == 400
