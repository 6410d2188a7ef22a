"""What the operator looks at."""

from __future__ import annotations

from flask.testing import FlaskClient

from kg.config import load_settings
from kg.web import create_app
from kg.wiring import build_parts


def test_health_and_readiness_are_told(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"ok": True}
    assert client.get("/readyz").json["ok"] is True


def test_metrics_have_the_generation(client: FlaskClient) -> None:
    found = client.get("/metrics")
    assert found.mimetype == "text/plain"
    assert "kg_generation " in found.text


def test_settings_hide_secrets() -> None:
    given = {"store": "memory:", "shipped": "no", "token": "very-secret"}
    given["scoped_tokens"] = "data@also-secret"
    app = create_app(build_parts(load_settings(given, environment={})))
    for accept in ("application/json", "text/html"):
        found = app.test_client().get("/-/settings", headers={"Accept": accept})
        assert found.mimetype == accept
        assert "secret" not in found.text
        assert "query_timeout_s" in found.text


def test_origin_may_read_when_the_setting_says_so(client: FlaskClient) -> None:
    found = client.get("/sparql?query=ASK{}", headers={"Origin": "https://a.example"})
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    asked = client.options("/sparql", headers={"Origin": "https://a.example"})
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]


def test_other_origin_may_not_read_when_one_is_named() -> None:
    given = {"store": "memory:", "shipped": "no", "cors_origins": "https://a.example"}
    web = create_app(build_parts(load_settings(given, environment={}))).test_client()
    for origin, allowed in (("https://a.example", True), ("https://b.example", False)):
        found = web.get("/sparql?query=ASK{}", headers={"Origin": origin})
        assert ("Access-Control-Allow-Origin" in found.headers) is allowed
