"""Every error has one body, in JSON or on a page."""

from __future__ import annotations

import inspect

import pytest
from flask.testing import FlaskClient

from kg import errors
from kg.cli.main import exit_code
from kg.web.errors import status_of

KEYS = {
    "ok", "status", "code", "error", "messages", "hint", "link", "request_id",
    "context",
}  # fmt: skip
CLASSES = [
    c
    for _, c in inspect.getmembers(errors, inspect.isclass)
    if issubclass(c, errors.KGError)
]


def test_unknown_address_gives_the_json_body(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert set(answer.get_json()) == KEYS


@pytest.mark.parametrize(("language", "word"), [("zh", "没有这个地址"), ("en", "not")])
def test_unknown_address_gives_a_page(
    client: FlaskClient, language: str, word: str
) -> None:
    answer = client.get(f"/nowhere?lang={language}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert word in answer.text


def test_failure_inside_tells_nothing_but_an_id(client: FlaskClient) -> None:
    @client.application.route("/boom")
    def boom() -> str:
        raise RuntimeError("a secret detail")

    answer = client.get("/boom", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.get_json()["code"] == "internal"


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_has_a_status_and_an_exit_code(
    error: type[errors.KGError],
) -> None:
    assert 400 <= status_of(error("x")) < 600
    assert exit_code(error("x")) > 0


def test_every_page_has_a_strict_policy(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
