"""Who makes a shelf of a large graph sees how far the reading is."""

from __future__ import annotations

from pathlib import Path

import pytest
from village import small_village

from kg.preparing import prepare
from kg.search import names
from kg.shelf import build, stream
from kg.store import Store
from kg.store.embedded import EmbeddedStore
from kg.store.isolated import IsolatedStore
from kg.store.snapshot import Snapshot


def _told(store: Store, path: Path) -> list[str]:
    steps: list[str] = []
    build.write_shelf(path, store, progress=steps.append)
    return [step for step in steps if step.startswith("reading the graph")]


@pytest.mark.parametrize("kind", ["streamed", "asked"])
def test_reading_is_told_by_its_rows(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "TOLD_ROWS", 20)
    if kind == "streamed":
        small_village().into(IsolatedStore(tmp_path / "store")).close()
        told = _told(Snapshot(tmp_path / "store"), tmp_path / "shelf")
    else:
        told = _told(small_village().into(EmbeddedStore()), tmp_path / "shelf")
    assert told[:3] == [
        "reading the graph",
        "reading the graph: 20 rows",
        "reading the graph: 40 rows",
    ]


def test_long_steps_are_told_by_their_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "TOLD_THINGS", 2)
    steps: list[str] = []
    small_village().into(IsolatedStore(tmp_path / "store")).close()
    prepare(Snapshot(tmp_path / "store"), tmp_path / "cache", steps.append)
    assert "indexing names: 2 things" in steps
    assert "drawing the network: shortest paths from some things" in steps
    assert "finding hubs, communities and gaps: communities" in steps
    again: list[str] = []
    prepare(Snapshot(tmp_path / "store"), tmp_path / "cache", again.append)
    assert not [step for step in again if ": " in step]
