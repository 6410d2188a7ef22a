"""Fixtures every room shares."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from kg.config import load_settings
from kg.web import create_app
from kg.wiring import build_parts


@pytest.fixture
def client() -> FlaskClient:
    """A client of the service on an empty store in memory."""
    settings = load_settings({"store": "memory:"}, environment={})
    app = create_app(build_parts(settings))
    app.testing = False
    return app.test_client()
