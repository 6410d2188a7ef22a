"""The explorer's page and the still pictures behind it."""

from __future__ import annotations

import base64
import hashlib
import re

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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_has_a_picture_without_script(
    village_client: FlaskClient, language: str
) -> None:
    text = village_client.get(f"/explore?lang={language}").text
    assert "/explore/picture.svg" in text
    assert "/explore/picture.html" in text


def test_picture_runs_only_its_own_scripts(village_client: FlaskClient) -> None:
    answer = village_client.get("/explore/picture.html?n=lepu&depth=1")
    policy = answer.headers["Content-Security-Policy"]
    for script in re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL):
        digest = hashlib.sha256(script.encode()).digest()
        assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert "unsafe" not in policy.split("script-src")[1].split(";")[0]


def test_picture_is_kept_until_the_data_change(village_client: FlaskClient) -> None:
    first = village_client.get("/explore/picture.svg")
    again = village_client.get(
        "/explore/picture.svg", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (first.status_code, again.status_code) == (200, 304)


def test_picture_shows_a_hostile_name_as_text(village_client: FlaskClient) -> None:
    text = village_client.get("/explore/picture.svg?n=evil,park&lang=zh").text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "<img" not in text


@pytest.mark.parametrize("query", ["layout=spiral", "n=nobody&depth=1"])
def test_wrong_wish_is_told(village_client: FlaskClient, query: str) -> None:
    answer = village_client.get(f"/explore/picture.svg?{query}")
    assert answer.status_code in {400, 404}
    assert answer.get_json()["hint"] is not None


def test_only_the_embedded_page_may_stand_in_a_frame_elsewhere(
    village_client: FlaskClient,
) -> None:
    own = village_client.get("/explore").headers["Content-Security-Policy"]
    embedded = village_client.get("/explore?embed=1")
    assert "frame-ancestors 'self'" in own
    assert "frame-ancestors *" in embedded.headers["Content-Security-Policy"]
