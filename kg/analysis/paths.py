"""Shortest paths between two things, level by level from both ends.

Works on any store and on a shelf: one bulk question a level, no property paths
(their cost differs by a thousand between engines). Links count both ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable
from itertools import pairwise
from typing import Any, Generic, TypeVar

from kg.model.network import Edge

LONGEST = 6
MOST_PATHS = 30
WIDEST = 20_000
Step = Callable[[Iterable[str]], Iterable[Edge]]
K = TypeVar("K", bound=Hashable)
Near = Callable[[Collection[K]], Iterable[tuple[K, K]]]
"""Gives of some things each with each of its neighbours."""


class _Side(Generic[K]):
    """What one end has reached: distance of each thing, and whence it was reached."""

    def __init__(self, start: K) -> None:
        self.depth = {start: 0}
        self.back: dict[K, set[K]] = defaultdict(set)
        self.front: Collection[K] = {start}
        self.level = 0

    def grow(self, near: Near[K]) -> None:
        self.level += 1
        level, depth, back = self.level, self.depth, self.back
        reached: set[K] = set()
        for here, there in near(self.front):
            if depth.get(there, level) == level:
                depth[there] = level
                back[there].add(here)
                reached.add(there)
        self.front = reached


def ways(
    start: K,
    end: K,
    near: Near[K],
    *,
    longest: int = LONGEST,
    order: Callable[[K], Any] = lambda thing: thing,
) -> tuple[list[list[K]], bool]:
    """All shortest paths between two things, as the things on them.

    Args:
        start: one end.
        end: the other.
        near: gives neighbours, either way.
        longest: links a path may have, at most ``LONGEST``.
        order: sorts things, so that paths come in a stable order.

    Returns:
        At most ``MOST_PATHS`` paths, and whether there were more, or the search
        was too wide to be finished.
    """
    if start == end:
        return [[start]], False
    one, two = _Side(start), _Side(end)
    while one.level + two.level < min(longest, LONGEST):
        side = one if len(one.front) <= len(two.front) else two
        if not side.front or len(side.front) > WIDEST:
            return [], bool(side.front)
        side.grow(near)
        # What met on an earlier level would have ended the search there.
        meeting = one.depth.keys() & two.depth.keys()
        if meeting:
            return _joined(one, two, sorted(meeting, key=order), order)
    return [], False


def _joined(
    one: _Side[K], two: _Side[K], meeting: list[K], order: Callable[[K], Any]
) -> tuple[list[list[K]], bool]:
    paths: list[list[K]] = []
    for middle in meeting:
        for head in _back(one, middle, order):
            for tail in _back(two, middle, order):
                if len(paths) == MOST_PATHS:
                    return paths, True
                paths.append([*head[::-1], *tail[1:]])
    return paths, False


def _back(side: _Side[K], thing: K, order: Callable[[K], Any]) -> list[list[K]]:
    """The ways from a thing back to the side's start, both ends included."""
    if side.depth[thing] == 0:
        return [[thing]]
    found: list[list[K]] = []
    for before in sorted(side.back[thing], key=order):
        found += [[thing, *rest] for rest in _back(side, before, order)]
        if len(found) > MOST_PATHS:
            break
    return found[: MOST_PATHS + 1]


def shortest(
    start: str, end: str, step: Step, *, longest: int = LONGEST
) -> tuple[list[list[list[Edge]]], bool]:
    """All shortest paths between two things, with the links.

    Args:
        start: IRI of one end.
        end: IRI of the other.
        step: gives every link of these things, either way.
        longest: links a path may have, at most ``LONGEST``.

    Returns:
        Paths as lists of hops, each hop the links between its two things, as
        ``ways``.
    """
    between: dict[frozenset[str], dict[str, Edge]] = defaultdict(dict)

    def near(things: Collection[str]) -> Iterable[tuple[str, str]]:
        for edge in step(sorted(things)):
            ends = (edge.source, edge.target)
            between[frozenset(ends)][edge.key] = edge
            for here, there in (ends, ends[::-1]):
                if here in things:
                    yield here, there

    found, is_cut = ways(start, end, near, longest=longest)
    return [hops(path, between) for path in found], is_cut


def hops(
    path: list[str], between: dict[frozenset[str], dict[str, Edge]]
) -> list[list[Edge]]:
    """The links of a path, hop by hop, each in order of their keys."""
    return [
        [edge for _, edge in sorted(between[frozenset(pair)].items())]
        for pair in pairwise(path)
    ]
