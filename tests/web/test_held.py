"""Refused rows wait, are corrected at /review, and only then published."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.config import load_settings
from kg.web import create_app
from kg.wiring import Parts, build_parts

TOKEN = "a-token-for-tests"
CSV = (
    "名称,成立时间,来源\n新元基因,2019,https://example.org/a\n"
    "甲乙医疗,去年四月,https://example.org/b\n丙丁生物,2020\n"
)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    given = {"store": "memory:", "token": TOKEN, "datasets": str(tmp_path / "d")}
    return build_parts(load_settings(given, environment={}))


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    return create_app(parts).test_client()


def post(client: FlaskClient, path: str, language: str = "en", **data: object):  # type: ignore[no-untyped-def]
    headers = {"Accept": "text/html", "Accept-Language": language}
    return client.post(path, data={"token": TOKEN, **data}, headers=headers)


def guessed(client: FlaskClient, text: str = CSV) -> tuple[str, str]:
    """Mapping and draft that guessing gives for a file."""
    good = text.replace("丙丁生物,2020\n", "丙丁生物,2020,https://example.org/c\n")
    file = (io.BytesIO(good.encode()), "企业名单.csv")
    page = post(client, "/datasets/import", files=file, action="guess").text
    mapping = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    draft = re.search(r'name="draft" value="([0-9a-f]{12})"', page)
    assert mapping
    assert draft
    return html.unescape(mapping[1]), draft[1]


def held_id(client: FlaskClient, action: str = "look") -> str:
    mapping, _ = guessed(client)
    file = (io.BytesIO(CSV.encode()), "企业名单.csv")
    page = post(
        client, "/datasets/import", files=file, mapping=mapping, action=action, hold="1"
    )
    assert page.status_code == 422
    found = re.findall(
        r'action="/review/held/([0-9a-f]{12})"', client.get("/review").text
    )
    assert len(found) == 1
    return str(found[0])


def test_file_is_sent_once_and_its_name_may_be_chinese(
    client: FlaskClient, parts: Parts
) -> None:
    mapping, draft = guessed(client)
    fixed = mapping.replace('"{成立时间}"', '"{成立时间|year}"')
    done = post(
        client, "/datasets/import", mapping=fixed, draft=draft, action="publish"
    )
    assert done.status_code == 200, done.text
    assert "企业名单.csv: 3" in done.text
    assert parts.desk.held.waiting() == []


def test_refused_rows_are_corrected_one_by_one_and_then_published(
    client: FlaskClient, parts: Parts
) -> None:
    before = parts.store.graphs()
    id_ = held_id(client, action="publish")
    page = post(client, f"/review/held/{id_}", action="open").text
    # The half row, as it was; the date is judged when every row is whole.
    assert "企业名单.csv, row 4" in page
    assert 'value="丙丁生物"' in page
    cells = {
        "row:0": "企业名单.csv:4",
        "cell:0:名称": "丙丁生物",
        "cell:0:成立时间": "2020",
        "cell:0:来源": "https://example.org/c",
    }
    page = post(client, f"/review/held/{id_}", action="publish", **cells).text
    assert "row 3, column object" in page
    assert parts.store.graphs() == before
    cells = {
        "row:0": "企业名单.csv:3",
        "cell:0:名称": "甲乙医疗",
        "cell:0:成立时间": "2023-04",
        "cell:0:来源": "https://example.org/b",
    }
    checked = post(client, f"/review/held/{id_}", "zh", action="check", **cells)
    assert "所有行都已通过检查" in checked.text
    assert parts.store.graphs() == before
    done = post(client, f"/review/held/{id_}", action="publish", who="A. Curator")
    assert done.status_code == 200
    added = set(parts.store.graphs()) - set(before)
    assert len(added) == 1
    assert parts.desk.held.waiting() == []


def test_row_may_be_left_out(client: FlaskClient, parts: Parts) -> None:
    id_ = held_id(client)
    row = {"row:0": "企业名单.csv:4", "drop:0": "on"}
    post(client, f"/review/held/{id_}", action="check", **row)
    row = {"row:0": "企业名单.csv:3", "drop:0": "on"}
    done = post(client, f"/review/held/{id_}", action="publish", **row)
    assert done.status_code == 200
    assert parts.desk.held.waiting() == []
    ids = [one["id"] for one in client.get("/api/datasets").get_json()]
    assert len(ids) == 3


def test_held_rows_are_shown_to_curators_only(client: FlaskClient) -> None:
    id_ = held_id(client)
    answer = client.post(f"/review/held/{id_}", data={"token": "wrong"})
    assert answer.status_code == 401
    assert "丙丁生物" not in answer.text
    assert client.get(f"/review/held/{id_}").status_code == 405
    assert "丙丁生物" not in client.get("/review").text
    assert post(client, "/review/held/ffffffffffff").status_code == 404
    assert post(client, "/review/held/..%2f..%2fx").status_code == 404
    assert post(client, f"/review/held/{id_}", action="discard").status_code == 303
    assert post(client, f"/review/held/{id_}").status_code == 404
