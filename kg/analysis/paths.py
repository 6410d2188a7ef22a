"""Shortest paths between two things, level by level from both ends.

Works on any SPARQL store: one bulk question a level, no property paths (their
cost differs by a thousand between engines). Links count both ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from kg.model.network import Edge

LONGEST = 6
MOST_PATHS = 30
WIDEST = 20_000
Step = Callable[[Iterable[str]], Iterable[Edge]]
Hops = dict[str, dict[str, list[Edge]]]


class _Side:
    """What one end has reached: distance of each thing, and the hops to it."""

    def __init__(self, start: str) -> None:
        self.depth = {start: 0}
        self.back: Hops = defaultdict(lambda: defaultdict(list))
        self.front = {start}
        self.level = 0

    def grow(self, step: Step) -> None:
        self.level += 1
        reached: set[str] = set()
        for edge in step(sorted(self.front)):
            for near, far in (
                (edge.source, edge.target),
                (edge.target, edge.source),
            ):
                if near in self.front and self.depth.get(far, self.level) == self.level:
                    self.depth[far] = self.level
                    if edge not in self.back[far][near]:
                        self.back[far][near].append(edge)
                    reached.add(far)
        self.front = reached


def shortest(
    start: str, end: str, step: Step, *, longest: int = LONGEST
) -> tuple[list[list[list[Edge]]], bool]:
    """All shortest paths between two things.

    Args:
        start: IRI of one end.
        end: IRI of the other.
        step: gives every link of these things, either way.
        longest: links a path may have, at most ``LONGEST``.

    Returns:
        Paths as lists of hops, each hop the links between its two things, in a
        stable order, at most ``MOST_PATHS``; and whether there were more, or the
        search was too wide to be finished.
    """
    if start == end:
        return [[]], False
    one, two = _Side(start), _Side(end)
    while one.level + two.level < min(longest, LONGEST):
        side = one if len(one.front) <= len(two.front) else two
        if not side.front or len(side.front) > WIDEST:
            return [], bool(side.front)
        side.grow(step)
        meeting = sorted(set(one.depth) & set(two.depth))
        if meeting:
            least = min(one.depth[m] + two.depth[m] for m in meeting)
            met = [m for m in meeting if one.depth[m] + two.depth[m] == least]
            return _joined(one, two, met)
    return [], False


def _joined(
    one: _Side, two: _Side, meeting: list[str]
) -> tuple[list[list[list[Edge]]], bool]:
    paths: list[list[list[Edge]]] = []
    seen: set[tuple[str, ...]] = set()
    for middle in meeting:
        for head in _back(one, middle):
            for tail in _back(two, middle):
                path = [*head[::-1], *tail]
                key = tuple(hop[0].key for hop in path)
                if key in seen:
                    continue
                if len(paths) == MOST_PATHS:
                    return paths, True
                seen.add(key)
                paths.append(path)
    return paths, False


def _back(side: _Side, iri: str) -> list[list[list[Edge]]]:
    """The ways from ``iri`` back to the side's start, nearest hop first."""
    if side.depth[iri] == 0:
        return [[]]
    ways = []
    for near, edges in sorted(side.back[iri].items()):
        hop = sorted(edges, key=lambda e: e.key)
        ways += [[hop, *rest] for rest in _back(side, near)]
        if len(ways) > MOST_PATHS:
            break
    return ways[: MOST_PATHS + 1]
