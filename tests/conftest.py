"""Fixtures every room shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.config import load_settings
from kg.web import create_app
from kg.wiring import Parts, build_parts


@pytest.fixture
def client() -> FlaskClient:
    """A client of the service on an empty store in memory."""
    given = {"store": "memory:", "shipped": "no"}
    settings = load_settings(given, environment={})
    app = create_app(build_parts(settings))
    app.testing = False
    return app.test_client()


@pytest.fixture(scope="session")
def shipped_parts() -> Parts:
    """The parts around a store in memory with the graph that ships: read only."""
    return build_parts(load_settings({"store": "memory:"}, environment={}))


@pytest.fixture
def shipped_client(shipped_parts: Parts) -> FlaskClient:
    """A client of the service on the graph that ships: for reading only."""
    app = create_app(shipped_parts)
    app.testing = False
    return app.test_client()


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """The one Playwright driver of this process: a second one cannot start."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        yield play
