"""Behind the first answers each main page is asked once, and none of them fails."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from flask import Flask, Response, request

from kg.config import load_settings
from kg.web import create_app
from kg.web.rehearsal import rehearse
from kg.web.start import _make_ready
from kg.wiring import Parts, build_parts


@pytest.fixture(scope="module", name="parts")
def _parts() -> Iterator[Parts]:
    parts = build_parts(load_settings({"store": "memory:"}, environment={}))
    parts.names.index()
    yield parts
    parts.store.close()


@pytest.fixture(name="app")
def _app(parts: Parts) -> Flask:
    return create_app(parts)


def _watched(app: Flask) -> dict[str, int]:
    """Status by address of what is asked from now on."""
    seen: dict[str, int] = {}

    def note(response: Response) -> Response:
        seen[request.full_path.rstrip("?")] = response.status_code
        return response

    app.after_request(note)
    return seen


def test_every_page_it_asks_is_there(app: Flask, parts: Parts) -> None:
    seen = _watched(app)
    assert rehearse(app, parts, lambda: False) == len(seen)
    assert {"/", "/tracks", "/sparql", "/explore"} <= seen.keys()
    for kind in ("/tracks/", "/entities/", "/api/graph/ego", "/api/graph/path"):
        assert any(path.startswith(kind) for path in seen), kind
    wrong = {path: status for path, status in seen.items() if status not in {200, 303}}
    assert not wrong


def test_of_a_large_graph_it_asks_what_is_seldom_needed(
    app: Flask, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _watched(app)
    rehearse(app, parts, lambda: False)
    assert "/ontology" not in seen
    monkeypatch.setattr(parts.keeper, "is_small", lambda: False)
    rehearse(app, parts, lambda: False)
    assert {"/ontology", "/insights"} <= seen.keys()
    assert any(path.startswith("/partners?asker=") for path in seen)


def test_it_stops_with_the_service(app: Flask, parts: Parts) -> None:
    seen = _watched(app)
    assert rehearse(app, parts, lambda: len(seen) >= 3) == 3


def test_it_comes_before_what_takes_longest(parts: Parts) -> None:
    acts: list[str] = []
    advisor = parts.advisor

    class Told:
        def wait(self) -> None:
            acts.append("advice")

    vars(parts)["advisor"] = Told()
    try:
        parts.warm(lambda: acts.append("pages"))
    finally:
        vars(parts)["advisor"] = advisor
    assert acts == ["pages", "advice"]


def test_what_is_loaded_for_pages_is_not_collected_again(
    app: Flask, parts: Parts
) -> None:
    frozen = gc.get_freeze_count()
    try:
        _make_ready(app, parts)
        assert gc.get_freeze_count() > frozen
        assert id(parts) in _frozen(parts)
    finally:
        gc.unfreeze()


def _frozen(*things: object) -> set[int]:
    """Which of these things the collector no longer looks at."""
    looked_at = {id(one) for one in gc.get_objects()}
    return {id(thing) for thing in things} - looked_at
