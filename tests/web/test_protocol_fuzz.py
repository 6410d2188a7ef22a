"""Whatever is sent, nothing fails that was not meant to."""

from __future__ import annotations

import json
from urllib.parse import quote_from_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.config import load_settings
from kg.web import create_app
from kg.wiring import build_parts

MEANT = {503, 504}
WORDS = st.sampled_from(
    [
        "SELECT",
        "ASK",
        "CONSTRUCT",
        "DESCRIBE",
        "*",
        "{",
        "}",
        "(",
        ")",
        "?s",
        "?p",
        "?o",
        "<urn:a>",
        "'x'",
        '"y"@zh',
        ".",
        ";",
        ",",
        "FILTER",
        "BIND",
        "AS",
        "VALUES",
        "OPTIONAL",
        "UNION",
        "MINUS",
        "GRAPH",
        "SERVICE",
        "SERVICE:x",
        "PREFIX",
        "e:",
        "<urn:e>",
        "LIMIT",
        "1",
        "-1",
        "1.5e3",
        "ORDER",
        "BY",
        "GROUP",
        "COUNT",
        "DISTINCT",
        "FROM",
        "NAMED",
        "INSERT",
        "DATA",
        "LOAD",
        "#",
        "<<",
        ">>",
        "^",
        "/",
        "|",
    ]
)
TEXTS = st.one_of(st.lists(WORDS, max_size=25).map(" ".join), st.text(max_size=80))
HEADERS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
QUICK = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def web() -> FlaskClient:
    given_ = {"store": "memory:", "shipped": "no", "token": "secret"}
    app = create_app(build_parts(load_settings(given_, environment={})))
    app.testing = False
    return app.test_client()


def check(found) -> None:
    assert found.status_code < 500 or found.status_code in MEANT, found.text
    is_json = found.mimetype == "application/json"
    if found.status_code >= 400 and found.data and is_json:
        told = json.loads(found.data)
        assert {"code", "error", "hint", "request_id", "messages"} <= told.keys()


@QUICK
@given(text=TEXTS, accept=HEADERS)
def test_query_of_any_text_never_fails_by_surprise(
    web: FlaskClient, text: str, accept: str
) -> None:
    body = text.encode("utf-8", "surrogatepass")
    kind = "application/sparql-query"
    check(web.post("/sparql", data=body, content_type=kind, headers={"Accept": accept}))


@QUICK
@given(text=TEXTS)
def test_update_of_any_text_never_fails_by_surprise(
    web: FlaskClient, text: str
) -> None:
    key = {"Authorization": "Bearer secret"}
    body = text.encode("utf-8", "surrogatepass")
    kind = "application/sparql-update"
    check(web.post("/update", data=body, content_type=kind, headers=key))


@QUICK
@given(
    method=st.sampled_from(
        ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]
    ),
    path=st.sampled_from(
        ["/sparql", "/update", "/data", "/data/x", "/.well-known/void"]
    ),
    address=st.binary(max_size=60),
    name=st.sampled_from(["query", "graph", "default", "format", "timeout", "bom"]),
    kind=st.one_of(
        HEADERS,
        st.sampled_from(["text/turtle", "application/ld+json", "multipart/form-data"]),
    ),
    body=st.binary(max_size=200),
)
def test_any_request_never_fails_by_surprise(
    web: FlaskClient,
    method: str,
    path: str,
    address: bytes,
    name: str,
    kind: str,
    body: bytes,
) -> None:
    found = web.open(
        f"{path}?{name}={quote_from_bytes(address)}",
        method=method,
        data=body,
        content_type=kind,
        headers={"Authorization": "Bearer secret"},
    )
    check(found)
