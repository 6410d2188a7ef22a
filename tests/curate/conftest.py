"""A small valley: one stored note, one cited page, eight things."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.wiring import shipped

VALLEY = Path(__file__).parent / "valley" / "data"


@pytest.fixture
def ontology() -> Path:
    """The ontology that ships."""
    return shipped("ontology")


@pytest.fixture
def valley(tmp_path: Path) -> Path:
    """A copy of the small valley's data folder that a test may spoil."""
    return shutil.copytree(VALLEY, tmp_path / "data")


@pytest.fixture
def spoil(valley: Path) -> Callable[[str, str, str], Path]:
    """Replace one text in one table of the valley."""

    def change(table: str, old: str, new: str) -> Path:
        path = valley / "tables" / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return valley

    return change
