"""A region with a base IRI of its own: the same names, under another address."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg import vocab
from kg.base import PRODUCT, base_iri, settings_file
from kg.cli.main import main
from kg.config import load_settings
from kg.curate.build import FIRST
from kg.curate.publication import shipped_graphs
from kg.errors import ConfigError, DataError
from kg.wiring import build_parts, shipped

DELTA = "https://zzz.example.org/delta/"
ROOT = Path(__file__).resolve().parents[2]


def kg(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run ``kg`` in a process of its own: a process has one base."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KG_")}
    environment |= {f"KG_{k.upper()}": v for k, v in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "kg", *arguments],
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_built_with_a_base_as_flag_or_setting_is_the_same_file(valley: Path) -> None:
    built = valley / FIRST
    assert main(["build", "--data", str(valley)]) == 0
    ours = built.read_text(encoding="utf-8")
    assert main(["build", "--data", str(valley), "--base", DELTA]) == 0
    by_flag = built.read_text(encoding="utf-8")
    built.unlink()
    found = kg("build", data=str(valley), base_iri=DELTA)
    assert found.returncode == 0, found.stderr
    assert built.read_text(encoding="utf-8") == by_flag
    # Statements keep their names and files their order: only the base differs.
    assert by_flag == ours.replace(vocab.ID, DELTA + "id/").replace(
        vocab.GRAPH, DELTA + "graph/"
    )
    assert kg("build", "--check", data=str(valley), base_iri=DELTA).returncode == 0


def test_data_of_another_base_are_not_loaded(valley: Path) -> None:
    assert main(["build", "--data", str(valley), "--base", DELTA]) == 0
    with pytest.raises(DataError) as caught:
        shipped_graphs(valley, shipped("ontology"))
    assert DELTA in caught.value.message
    assert "kg build" in caught.value.hint


def test_base_is_read_from_environment_then_file(tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_text('base_iri = "https://example.org/file/"\n', encoding="utf-8")
    named = {"KG_CONFIG": str(file)}
    assert base_iri({}) == PRODUCT
    assert base_iri(named) == "https://example.org/file/"
    assert base_iri(named | {"KG_BASE_IRI": DELTA}) == DELTA
    assert settings_file(named) == file


@pytest.mark.parametrize("base", ["example.org/", "https://a.org", "http://a b/"])
def test_no_base_is_told_and_not_traced(base: str) -> None:
    with pytest.raises(ConfigError):
        base_iri({"KG_BASE_IRI": base})
    found = kg("build", "--check", base_iri=base)
    assert found.returncode == 2
    assert "不能作为基础 IRI" in found.stderr
    assert "Traceback" not in found.stderr


def test_setting_that_comes_too_late_is_refused() -> None:
    settings = load_settings({"base_iri": DELTA, "store": "memory:"}, {})
    with pytest.raises(ConfigError) as caught:
        build_parts(settings)
    assert DELTA in caught.value.message
    assert "KG_BASE_IRI" in caught.value.hint


def test_data_folder_that_is_none_is_told(tmp_path: Path) -> None:
    settings = load_settings({"data": str(tmp_path / "no"), "store": "memory:"}, {})
    with pytest.raises(ConfigError) as caught:
        build_parts(settings)
    assert "kg new" in caught.value.hint
