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

    def __init__(self, start: K, weigh: Callable[[Collection[K]], int]) -> None:
        self.depth = {start: 0}
        self.back: dict[K, set[K]] = defaultdict(set)
        self.front: Collection[K] = {start}
        self.level = 0
        self._weigh = weigh
        self.weight = weigh(self.front)

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
        self.weight = self._weigh(reached)


def ways(
    start: K,
    end: K,
    near: Near[K],
    *,
    longest: int = LONGEST,
    order: Callable[[K], Any] = lambda thing: thing,
    weigh: Callable[[Collection[K]], int] = len,
) -> tuple[list[list[K]], bool]:
    """All shortest paths between two things, as the things on them.

    Args:
        start: one end.
        end: the other.
        near: gives neighbours, either way.
        longest: links a path may have, at most ``LONGEST``.
        order: sorts things, and so paths.
        weigh: what it costs to ask ``near`` of some things; the side where it
            costs less goes on, so that a hub is seldom opened.

    Returns:
        The first ``MOST_PATHS`` paths, and whether there were more, or the search
        was too wide to be finished.
    """
    if start == end:
        return [[start]], False
    one, two = _Side(start, weigh), _Side(end, weigh)
    while one.level + two.level < min(longest, LONGEST):
        if not one.front or not two.front:
            return [], False
        side = one if one.weight <= two.weight else two
        if len(side.front) > WIDEST:
            return [], True
        side.grow(near)
        # What met on an earlier level would have ended the search there.
        meeting = one.depth.keys() & two.depth.keys()
        if meeting:
            found = _joined(start, end, _onward(one, two, meeting), order)
            return found[:MOST_PATHS], len(found) > MOST_PATHS
    return [], False


def _onward(one: _Side[K], two: _Side[K], meeting: Collection[K]) -> dict[K, set[K]]:
    """Of each thing on a shortest path the next ones towards the end."""
    onward: dict[K, set[K]] = defaultdict(set)
    waiting, seen = list(meeting), set(meeting)
    while waiting:
        thing = waiting.pop()
        for before in one.back.get(thing, ()):
            onward[before].add(thing)
            if before not in seen:
                seen.add(before)
                waiting.append(before)
    for thing, after in two.back.items():
        onward[thing] |= after
    return onward


def _joined(
    start: K, end: K, onward: dict[K, set[K]], order: Callable[[K], Any]
) -> list[list[K]]:
    """The first paths from start to end in the order of the things on them."""
    paths: list[list[K]] = []
    stack: list[list[K]] = [[start]]
    while stack and len(paths) <= MOST_PATHS:
        path = stack.pop()
        if path[-1] == end:
            paths.append(path)
            continue
        for after in sorted(onward[path[-1]], key=order, reverse=True):
            stack.append([*path, after])
    return paths


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
