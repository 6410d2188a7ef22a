"""The search page, its JSON twin, and the page for what is not there."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from village import small_village

from kg.config import load_settings
from kg.web import create_app
from kg.wiring import build_parts


@pytest.fixture(scope="module", name="village_client")
def _village_client() -> FlaskClient:
    parts = build_parts(
        load_settings({"store": "memory:", "shipped": "no"}, environment={})
    )
    small_village().into(parts.store)  # type: ignore[arg-type]
    return create_app(parts).test_client()


def test_api_gives_label_type_and_track(village_client: FlaskClient) -> None:
    body = village_client.get("/api/search?q=edigene&lang=zh").get_json()
    thing = body["results"][0]
    assert thing["label"] == "博雅辑因"
    assert thing["other"] == "EdiGene"
    assert thing["type"] == "Company"
    assert thing["group"]["key"] == "company"
    assert [t["label"] for t in thing["tracks"]] == ["细胞与基因治疗"]
    assert thing["path"] == "/entities/edigene"


def test_api_answers_in_the_language_asked_for(village_client: FlaskClient) -> None:
    body = village_client.get("/api/search?q=bjsz&lang=en").get_json()
    assert body["results"][0]["label"] == "BeiGene"


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "٣"])
def test_api_refuses_a_limit_out_of_range(
    village_client: FlaskClient, limit: str
) -> None:
    answer = village_client.get("/api/search", query_string={"q": "a", "limit": limit})
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "data"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_lists_results_with_links(
    village_client: FlaskClient, language: str
) -> None:
    text = village_client.get(f"/search?q=bjsz&lang={language}").text
    assert 'href="/entities/beigene"' in text
    assert 'href="/explore?n=beigene"' in text


def test_page_shows_a_hostile_name_as_text(village_client: FlaskClient) -> None:
    text = village_client.get("/search?q=onerror&lang=zh").text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "<img src=x" not in text


def test_every_page_has_a_search_box(village_client: FlaskClient) -> None:
    assert 'action="/search"' in village_client.get("/").text


def test_unknown_id_searches_for_it(village_client: FlaskClient) -> None:
    answer = village_client.get(
        "/entities/bei-gene?lang=en", headers={"Accept": "text/html"}
    )
    assert answer.status_code == 404
    assert 'href="/entities/beigene"' in answer.text


def test_nothing_found_says_what_to_try(village_client: FlaskClient) -> None:
    text = village_client.get("/search?q=qqqqqqqqq&lang=en").text
    assert "qqqqqqqqq" in text
    assert "pinyin" in text
