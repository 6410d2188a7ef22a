"""Whatever fits the description, or nearly fits it, is answered as described.

Inputs are derived from ``/api/openapi.json``, the same ones at every run.
"""

from __future__ import annotations

import re

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kg.config import load_settings
from kg.web import create_app
from kg.wiring import build_parts

EXAMPLES = 12
MEANT = {503, 504}
CHECKS = [
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
MODES = schemathesis.GenerationMode


@pytest.fixture(scope="module")
def app() -> Flask:
    given_ = {"store": "memory:", "token": "secret"}
    made = create_app(build_parts(load_settings(given_, environment={})))
    made.testing = False
    return made


@pytest.mark.slow
@pytest.mark.parametrize("mode", [MODES.POSITIVE, MODES.NEGATIVE])
def test_every_described_operation_answers_as_described(
    app: Flask, mode: schemathesis.GenerationMode
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    seen = 0
    wrong: list[str] = []
    for found in schema.get_all_operations():
        operation = found.ok()
        seen += 1

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: schemathesis.Case) -> None:
            response = case.call(headers={"Accept-Encoding": "identity"})
            told = f"{case.method} {case.formatted_path}: {response.status_code}"
            assert response.status_code < 500 or response.status_code in MEANT, told
            case.validate_response(response, checks=CHECKS)

        try:
            ask()
        except Unsatisfiable:  # nothing about it can be wrong
            continue
        except (AssertionError, FailureGroup, Failure) as failure:
            wrong.append(f"{operation.label}: {failure}")
    assert wrong == [], "\n".join(wrong)
    assert seen > 20


def test_every_json_address_is_described(app: Flask) -> None:
    """Every rule of the API and the protocols, with every method."""
    described = app.test_client().get("/api/openapi.json").json["paths"]
    families = ("/api/", "/sparql", "/update", "/data", "/healthz", "/readyz")
    families += ("/metrics", "/-/", "/reconcile")
    missing = [
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(families) and not rule.rule.startswith("/datasets")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if method.lower() not in described.get(as_template(rule.rule), {})
    ]
    assert missing == []


def as_template(rule: str) -> str:
    """An address as OpenAPI writes it: ``/data/<path:name>`` is ``/data/{name}``."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rstrip("/"))
