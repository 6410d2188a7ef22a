"""Paths along rows of neighbours: the same as those of the plain search."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import cast

import networkx as nx
import numpy as np
import pytest

from kg.analysis import adjacency, paths
from kg.analysis.adjacency import Adjacency, prepare_adjacency, read_adjacency
from kg.analysis.compact import Compact


def _made(folder: Path, count: int, links: list[tuple[int, int, bool]]) -> Adjacency:
    """The rows of a network of these links (ends, whether only planned)."""
    ends = np.array([link[:2] for link in links], dtype=np.int32).reshape(-1, 2)

    class _Network(SimpleNamespace):
        def __len__(self) -> int:
            return count

    network = cast(
        "Compact",
        _Network(
            generation="g1",
            source=ends[:, 0],
            target=ends[:, 1],
            planned=np.array([link[2] for link in links], dtype=bool),
        ),
    )
    assert read_adjacency(folder, network) is None
    prepare_adjacency(folder, network)
    found = read_adjacency(folder, network)
    assert found is not None
    return found


def _random(seed: int) -> tuple[int, list[tuple[int, int, bool]], Random]:
    """A graph with a hub or two, links given twice, either way, planned or not."""
    random = Random(seed)
    graph = nx.gnm_random_graph(300, random.randint(330, 700), seed=seed)
    graph.add_edges_from((0, n) for n in random.sample(range(1, 300), 80))
    graph.add_edges_from((n, n + 300) for n in range(50))  # some ends
    links = [
        (*(end if random.random() < 0.5 else end[::-1]), random.random() < 0.3)
        for end in graph.edges
        for _ in range(random.choice((1, 1, 2)))
    ]
    return 360, links, random


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("with_planned", [True, False])
def test_paths_are_those_of_the_plain_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, with_planned: bool
) -> None:
    monkeypatch.setattr(adjacency, "_BUSY", 20)  # so that the hub is read as one
    count, links, random = _random(seed)
    near = _made(tmp_path, count, links)
    known: dict[int, set[int]] = {n: set() for n in range(count)}
    for one, other, planned in links:
        if with_planned or not planned:
            known[one].add(other)
            known[other].add(one)

    def step(things: Collection[int]) -> Iterator[tuple[int, int]]:
        return ((here, there) for here in things for there in known[here])

    told = 0
    for _ in range(60):
        one, other = random.sample(range(count), 2)
        longest = random.randint(2, 7)
        wanted = paths.ways(one, other, step, longest=longest)
        found = adjacency.ways(
            near, one, other, longest=longest, with_planned=with_planned
        )
        assert found == wanted
        told += len(found[0])
    assert told > 10
    for thing in range(count):
        row = near.of(thing, with_planned=with_planned).tolist()
        assert row == sorted(known[thing])


def test_a_link_that_holds_counts_beside_a_planned_one(tmp_path: Path) -> None:
    near = _made(tmp_path, 3, [(1, 0, True), (0, 1, False), (1, 2, True)])
    assert adjacency.ways(near, 0, 1) == ([[0, 1]], False)
    assert adjacency.ways(near, 0, 2) == ([], False)
    assert adjacency.ways(near, 0, 2, with_planned=True) == ([[0, 1, 2]], False)
    assert adjacency.ways(near, 2, 2) == ([[2]], False)


def test_more_paths_than_are_told_are_cut(tmp_path: Path) -> None:
    many = paths.MOST_PATHS + 1
    between = range(2, 2 + many)
    links = [(end, n, False) for n in between for end in (0, 1)]
    near = _made(tmp_path, 2 + many, links)
    found = adjacency.ways(near, 0, 1)
    assert found == ([[0, n, 1] for n in between][: paths.MOST_PATHS], True)


def test_a_search_that_is_too_wide_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = [(0, n, False) for n in range(1, 20)]
    links += [(n, n + 20, False) for n in range(1, 20)]
    links += [(60, n + 20, False) for n in range(1, 20)]
    near = _made(tmp_path, 61, links)
    assert len(adjacency.ways(near, 0, 60)[0]) == 19
    monkeypatch.setattr(adjacency, "MOST_OPENED", 10)
    assert adjacency.ways(near, 0, 60) == ([], True)


def test_rows_of_no_links_are_empty(tmp_path: Path) -> None:
    near = _made(tmp_path, 2, [])
    assert adjacency.ways(near, 0, 1) == ([], False)
    assert len(near) == 2
