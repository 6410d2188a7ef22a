"""A file of any size is staged the same way, and a large one not held in memory."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import DataError
from kg.store import staging

FIRST = '@prefix e: <urn:> . e:a e:knows [ e:name "x" ] . _:b e:says "1", "2", "3" .'
SECOND = '_:b <urn:says> "4" .'


def staged(folder: Path, texts: list[str]) -> ox.Store:
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.ttl"
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    target = folder / "staging" / "g1"
    target.parent.mkdir()
    request = {
        "base": "",
        "target": str(target),
        "union": True,
        "basis": {"is_concluded": True, "quads": 0},
        "conclude": True,
        "change": {"kind": "replace", "graphs": {"urn:g": paths}},
    }
    told = staging.stage(request, lambda _: None)
    assert told["changed"] == ["urn:g"]
    store = ox.Store.read_only(str(target))
    assert told["quads"] == len(store)
    return store


@pytest.mark.parametrize("way", ["small", "in parts"])
def test_file_is_loaded_whole_into_its_graph_and_the_default_one(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "in parts":
        monkeypatch.setattr(staging, "_LARGE_FILE_BYTES", 0)
        monkeypatch.setattr("kg.store.union.IN_MEMORY", 2)
        monkeypatch.setattr("kg.store.union.AT_ONCE", 2)
    store = staged(tmp_path, [FIRST, SECOND])
    for graph in (ox.NamedNode("urn:g"), ox.DefaultGraph()):
        quads = list(store.quads_for_pattern(None, None, None, graph))
        assert len(quads) == 6
        # A label of a blank node means something in its own file only.
        says = ox.NamedNode("urn:says")
        assert len({q.subject for q in quads if q.predicate == says}) == 2


@pytest.mark.parametrize("large_from", [0, 1 << 30])
def test_file_that_does_not_parse_is_told_with_its_line(
    large_from: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_LARGE_FILE_BYTES", large_from)
    with pytest.raises(DataError, match="does not parse"):
        staged(tmp_path, ["<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> nonsense ."])
