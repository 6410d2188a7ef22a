"""Each check has a fixture that passes and one that makes exactly it fire."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
import rdflib

from kg.curate.check import read_check

HERE = Path(__file__).resolve().parent
CHECKS = sorted((HERE.parents[1] / "ontology" / "checks").glob("*.rq"))
CASES = HERE / "checks"

Build = Callable[..., pyoxigraph.Store]


def firing(store: pyoxigraph.Store) -> list[str]:
    return [
        path.stem
        for path in CHECKS
        if next(store.query(path.read_text(encoding="utf-8")), None) is not None
    ]


def test_checks_folder_has_a_pair_for_each_file() -> None:
    paired = {
        case.name
        for case in CASES.iterdir()
        if (case / "pass.ttl").exists() and (case / "fire.ttl").exists()
    }
    assert paired == {path.stem for path in CHECKS}


def test_checks_on_the_sample_find_nothing(merged: Build) -> None:
    assert firing(merged()) == []


@pytest.mark.parametrize("name", [path.stem for path in CHECKS])
def test_check_near_miss_stays_silent(name: str, merged: Build) -> None:
    assert firing(merged(CASES / name / "pass.ttl")) == []


@pytest.mark.parametrize("name", [path.stem for path in CHECKS])
def test_check_violation_fires_alone(name: str, merged: Build) -> None:
    assert firing(merged(CASES / name / "fire.ttl")) == [name]


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_check_in_second_engine_agrees(path: Path, ontology: rdflib.Graph) -> None:
    """rdflib fires on the same fixture: nothing rests on one engine."""
    graph = rdflib.Graph()
    for triple in ontology:
        graph.add(triple)
    graph.parse(HERE / "sample.ttl")
    graph.parse(CASES / path.stem / "fire.ttl")
    assert len(graph.query(path.read_text(encoding="utf-8"))) > 0


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_check_header_is_complete(path: Path) -> None:
    check = read_check(path)
    assert path.stem.endswith("-violation")
    assert check.problem
    assert check.solution
    assert check.problem_zh != check.problem
    assert check.solution_zh != check.solution
    assert "GRAPH" not in check.query
