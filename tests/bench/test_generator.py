"""Synthetic ecosystems are the product's own data, and always the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.generator.__main__ import ecosystem, write
from bench.generator.ecosystem import Ecosystem
from kg.cli.main import main


def lines(size: int, seed: int = 42) -> list[str]:
    return list(ecosystem(size, seed).lines())


def test_same_size_and_seed_give_the_same_lines() -> None:
    assert lines(60) == lines(60)
    assert lines(60) != lines(60, seed=7)


def test_no_line_comes_twice() -> None:
    found = lines(300)
    assert len(found) == len(set(found))


def test_larger_ecosystem_keeps_the_triples_per_organisation() -> None:
    small, large = len(lines(500)) / 500, len(lines(2000)) / 2000
    assert large == pytest.approx(small, rel=0.25)
    assert 60 < large < 100


def test_few_bodies_have_many_relations() -> None:
    suffix = "/ontology#cooperatesWith>"
    met = Counter(
        line.split(" ")[2]
        for line in lines(3000)
        if line.split(" ")[1].endswith(suffix)
    )
    top = [count for _, count in met.most_common(30)]
    assert sum(top) > 0.1 * met.total(), "the first percent has a tenth of them"
    assert top[0] > 20 * met.total() / 3000


def test_plans_are_never_asserted() -> None:
    found = lines(1500)
    planned = [line.split(" ")[0] for line in found if line.endswith("#target>")]
    assert planned
    said: dict[str, dict[str, str]] = {p: {} for p in planned}
    for line in found:
        s, p, o = line.split(" ", 2)
        if s in said:
            said[s][p.rpartition("#")[2]] = o
    asserted = set(found)
    for parts in said.values():
        plain = f"{parts['subject>']} {parts['predicate>']} {parts['object>']}"
        assert plain not in asserted


def test_shape_is_that_of_the_real_graph() -> None:
    made: Ecosystem = ecosystem(1000)
    kinds = Counter(made.kind(number) for number in range(1000))
    assert kinds["Company"] > kinds["Investor"] > kinds["University"]
    assert any(track.startswith("track-") for track in made.leaves)


def test_generated_data_conforms_to_the_shapes(tmp_path: Path) -> None:
    path = tmp_path / "made.nt"
    with path.open("w", encoding="utf-8") as out:
        write(ecosystem(60), out, quads=False)
    assert main(["validate", str(path)]) == 0


def test_quads_name_the_graph_of_the_dataset(tmp_path: Path) -> None:
    path = tmp_path / "made.nq"
    with path.open("w", encoding="utf-8") as out:
        write(ecosystem(20), out, quads=True)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.endswith("<https://w3id.org/life-valley/graph/synthetic> .")
