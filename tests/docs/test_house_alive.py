"""The rules of the house are alive: each one fails on a bad example."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_every_setting_of_a_tool_is_for_a_known_tool() -> None:
    known = {"cibuildwheel", "codespell", "hatch", "importlinter", "mypy", "pytest"}
    assert set(PROJECT["tool"]) <= known | {"ruff"}


def test_ruff_configuration_catches_a_bare_print(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("print('x')\n", encoding="utf-8")
    found = run("-m", "ruff", "check", "--config", "pyproject.toml", str(bad))
    assert "T201" in found.stdout or "`print`" in found.stdout
    assert found.returncode == 1


def test_mypy_configuration_catches_an_untyped_function(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f(x):\n    return x\n", encoding="utf-8")
    found = run("-m", "mypy", "--config-file", "pyproject.toml", str(bad))
    assert found.returncode == 1


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("errors.py", "import kg.model"),
        ("search/bad.py", "import kg.analysis"),
        ("curate/bad.py", "import flask"),
        ("newroom.py", "x = 1"),
    ],
)
def test_layers_catch_an_import_against_the_direction(
    tmp_path: Path, room: str, line: str
) -> None:
    import shutil

    shutil.copytree(
        ROOT / "kg", tmp_path / "kg", ignore=shutil.ignore_patterns("static", "_*_")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "kg" / room).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    found = run(
        "-c",
        "import sys; sys.path.insert(0, '.');"
        "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])",
        cwd=tmp_path,
    )
    assert found.returncode == 1, found.stdout
    assert "BROKEN" in found.stdout or "not listed" in found.stdout


def test_every_room_says_what_lives_there() -> None:
    for package in (ROOT / "kg").glob("*/__init__.py"):
        first = package.read_text(encoding="utf-8")
        assert first.startswith('"""'), f"{package.parent.name} has no docstring"


def test_readme_is_short() -> None:
    words = (ROOT / "README.md").read_text(encoding="utf-8").split()
    assert len(words) <= 600
