"""Every test that the threat table names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def threats(text: str) -> list[tuple[str, str]]:
    """Threat and proof of each row of the table."""
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [(row[0][2:], row[-1].removesuffix(" |")) for row in rows[2:]]


def missing(proof: str, before: str = "") -> list[str]:
    """What a proof names and is not there.

    A name is a file or folder of tests, perhaps with ``::test``; `…` stands for
    the file that was named last.
    """
    wrong = []
    for name in re.findall(r"`([^`]+)`", proof):
        place, _, test = name.partition("::")
        place = before if place == "…" else place
        before = place
        path = ROOT / place
        if not path.exists() or (test and test not in defined(path)):
            wrong.append(name)
    return wrong


def defined(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}


def test_table_has_threats() -> None:
    assert len(threats(TABLE)) >= 18


@pytest.mark.parametrize(("threat", "proof"), threats(TABLE))
def test_threat_is_met_by_tests_that_exist(threat: str, proof: str) -> None:
    assert re.search(r"`(tests/|…::)", proof), f"{threat}: no test is named"
    assert missing(proof, "tests/store/test_isolation.py") == []


def test_check_finds_a_test_that_is_not_there() -> None:
    assert missing("`tests/docs/test_security.py::test_no_such_thing`")
    assert missing("`tests/nowhere`")
    assert not missing("`tests/docs/test_security.py::test_table_has_threats`")


def test_every_family_of_the_corpus_is_in_the_table() -> None:
    from tests.hostile.corpus import CORPUS

    named = set(re.findall(r"[a-z]+", TABLE))
    assert {one.family for one in CORPUS} <= named
