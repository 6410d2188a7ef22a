"""Shortest paths: all of them, in order, whatever side the search goes on from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from random import Random

import networkx as nx
import pytest

from kg.analysis.columns import columns
from kg.analysis.paths import MOST_PATHS, ways


def _near(
    graph: nx.Graph[int],
) -> Callable[[Collection[int]], Iterator[tuple[int, int]]]:
    def near(things: Collection[int]) -> Iterator[tuple[int, int]]:
        for here in things:
            for there in graph[here]:
                yield here, there

    return near


@pytest.mark.parametrize("seed", range(12))
def test_they_are_all_there_and_sorted(seed: int) -> None:
    random = Random(seed)
    graph = nx.gnm_random_graph(60, random.randint(70, 200), seed=seed)
    start, end = random.sample(range(60), 2)
    try:
        wanted = sorted(nx.all_shortest_paths(graph, start, end))
    except nx.NetworkXNoPath:
        wanted = []
    wanted = wanted if wanted and len(wanted[0]) <= 7 else []
    weights: list[Callable[[Collection[int]], int]] = [
        len,
        lambda things: sum(graph.degree(thing) for thing in things),
        lambda things: -len(things),
    ]
    for weigh in weights:
        found, is_cut = ways(start, end, _near(graph), weigh=weigh)
        assert found == wanted[:MOST_PATHS]
        assert is_cut is (len(wanted) > MOST_PATHS)


def test_many_are_cut_at_the_same_place() -> None:
    graph = nx.complete_multipartite_graph(1, 8, 8, 1)
    graph.remove_edge(0, 17)
    graph.remove_edges_from([(0, n) for n in range(9, 17)])
    graph.remove_edges_from([(17, n) for n in range(1, 9)])
    wanted = sorted(nx.all_shortest_paths(graph, 0, 17))
    assert len(wanted) == 64
    assert ways(0, 17, _near(graph)) == (wanted[:MOST_PATHS], True)


def test_a_hub_is_not_opened_for_nothing() -> None:
    graph = nx.star_graph(500)  # 0 is the hub
    graph.add_edges_from([(600, 601), (601, 1)])
    opened: list[int] = []

    def near(things: Collection[int]) -> Iterator[tuple[int, int]]:
        opened.extend(things)
        yield from _near(graph)(things)

    found, _ = ways(
        600, 2, near, weigh=lambda things: sum(graph.degree(t) for t in things)
    )
    assert found == [[600, 601, 1, 0, 2]]
    assert 0 not in opened


def test_longer_than_asked_is_not_found() -> None:
    graph = nx.path_graph(6)
    assert ways(0, 5, _near(graph), longest=4) == ([], False)
    assert ways(0, 5, _near(graph), longest=5)[0] == [[0, 1, 2, 3, 4, 5]]
    assert ways(3, 3, _near(graph)) == ([[3]], False)


def test_columns_stand_beside_each_other() -> None:
    places = columns([["a", "b", "d"], ["a", "c", "d"]])
    assert [places[x][0] for x in "abcd"] == [0.0, 1.8, 1.8, 3.6]
    assert places["b"][1] - places["c"][1] == 1.0
    assert places["a"][1] == places["d"][1] == 0.0
