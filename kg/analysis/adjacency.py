"""Who is next to whom in a large network, as rows of numbers, and paths along them.

A compressed sparse row matrix, mapped from disk: the neighbours of a thing lie side by
side, so that a step from any number of things costs what is read, in numpy and
not in Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.analysis.arrays import Kept, read_arrays, sweep_folders, write_arrays
from kg.analysis.compact import Compact, Integers
from kg.analysis.paths import LONGEST, MOST_PATHS
from kg.shelf.keeper import file_name

LAYOUT = 1
MOST_OPENED = 4_000_000
"""Neighbours that are read in one step; a search that needs more is given up."""
_BUSY = 512
_MANY = 32  # of so many things one
Reached = NDArray[np.int8]


class Adjacency:
    """The neighbours of each thing of a network, either way, each once, ascending.

    Attributes:
        start: where the neighbours of each thing begin; one more at the end.
        thing: neighbours, by their numbers in ``Compact``.
        planned: of each, whether every link between the two is only planned.
    """

    def __init__(
        self, start: Integers, thing: Integers, planned: NDArray[np.bool_]
    ) -> None:
        self.start = start
        self.thing = thing
        self.planned = planned

    def __len__(self) -> int:
        return len(self.start) - 1

    def weight(self, things: Integers) -> int:
        """Number of neighbours of these things, one by one."""
        return int((self.start[things + 1] - self.start[things]).sum())

    def near(self, things: Integers, *, with_planned: bool) -> Integers:
        """The neighbours of these things, in no order, as often as they are met."""
        first = self.start[things]
        count = self.start[things + 1] - first
        busy = count > _BUSY
        # What lies side by side is copied; only of the others each place is computed.
        found = [
            self._between(slice(int(a), int(a + n)), with_planned)
            for a, n in zip(first[busy], count[busy], strict=True)
        ]
        first, count = first[~busy], count[~busy]
        before = np.cumsum(count) - count
        places = np.repeat(first - before, count) + np.arange(count.sum())
        return np.concatenate([*found, self._between(places, with_planned)])

    def of(self, thing: int, *, with_planned: bool) -> Integers:
        """The neighbours of one thing, ascending."""
        here = slice(int(self.start[thing]), int(self.start[thing + 1]))
        return self._between(here, with_planned)

    def _between(self, places: slice | Integers, with_planned: bool) -> Integers:
        found: Integers = self.thing[places]
        return found if with_planned else found[~self.planned[places]]


class _Side:
    """What one end has reached: of each thing its level and one; 0 for not yet."""

    def __init__(self, near: Adjacency, start: int, *, with_planned: bool) -> None:
        self._near = near
        self._with_planned = with_planned
        # Zeroes that are never written take neither time nor memory.
        self.reached: Reached = np.zeros(len(near), dtype=np.int8)
        self.reached[start] = 1
        self.front: Integers = np.array([start], dtype=np.int64)
        self.level = 0
        self.weight = near.weight(self.front)

    def grow(self) -> None:
        self.level += 1
        there = self._near.near(self.front, with_planned=self._with_planned)
        there = there[self.reached[there] == 0]
        self.reached[there] = self.level + 1
        # Many are found quicker by their marks than by being put in order.
        many = len(there) * _MANY > len(self.reached)
        self.front = (
            np.flatnonzero(self.reached == self.level + 1) if many else np.unique(there)
        )
        self.weight = self._near.weight(self.front)


def ways(
    near: Adjacency,
    start: int,
    end: int,
    *,
    longest: int = LONGEST,
    with_planned: bool = False,
) -> tuple[list[list[int]], bool]:
    """All shortest paths between two things, as ``paths.ways`` gives them.

    Level by level from both ends; the side with fewer neighbours to read goes on.

    Args:
        near: the network.
        start: number of one end.
        end: of the other.
        longest: links a path may have, at most ``LONGEST``.
        with_planned: whether links that are only planned count.

    Returns:
        The first ``MOST_PATHS`` paths in the order of the things on them, and whether
        there were more, or the search was too wide to be finished.
    """
    if start == end:
        return [[start]], False
    one = _Side(near, start, with_planned=with_planned)
    two = _Side(near, end, with_planned=with_planned)
    while one.level + two.level < min(longest, LONGEST):
        if not len(one.front) or not len(two.front):
            return [], False
        side, other = (one, two) if one.weight <= two.weight else (two, one)
        if side.weight > MOST_OPENED:
            return [], True
        side.grow()
        # What met on an earlier level would have ended the search there.
        meeting = side.front[other.reached[side.front] > 0]
        if len(meeting):
            steps = _Steps(near, one, two, meeting, with_planned=with_planned)
            return steps.paths(start, end)
    return [], False


class _Steps:
    """The steps that lie on shortest paths, once both sides have met."""

    def __init__(
        self,
        near: Adjacency,
        one: _Side,
        two: _Side,
        meeting: Integers,
        *,
        with_planned: bool,
    ) -> None:
        self._near = near
        self._one, self._two = one, two
        self._with_planned = with_planned
        self._length = one.level + two.level
        # Of each level of the first side what leads on, the farthest last.
        self._leading = [meeting]
        for level in range(one.level - 1, 0, -1):
            before = near.near(self._leading[0], with_planned=with_planned)
            before = before[one.reached[before] == level + 1]
            self._leading.insert(0, np.unique(before))

    def paths(self, start: int, end: int) -> tuple[list[list[int]], bool]:
        """The first paths, depth first: what is not shown is not looked at."""
        found: list[list[int]] = []
        path, waiting = [start], [self._after(start, 1)]
        while waiting:
            there = next(waiting[-1], None)
            if there is None:
                waiting.pop()
                path.pop()
            elif there == end:
                if len(found) == MOST_PATHS:
                    return found, True
                found.append([*path, there])
            else:
                path.append(there)
                waiting.append(self._after(there, len(path)))
        return found, False

    def _after(self, thing: int, step: int) -> Iterator[int]:
        """What follows a thing on a shortest path, at this number of links."""
        there = self._near.of(thing, with_planned=self._with_planned)
        if step <= self._one.level:
            there = there[self._one.reached[there] == step + 1]
            there = there[np.isin(there, self._leading[step - 1])]
        else:
            left = self._length - step
            there = there[self._two.reached[there] == left + 1]
        return map(int, there)


def prepare_adjacency(folder: Path, network: Compact) -> None:
    """Make the rows of a network's generation, unless they are there."""
    if read_adjacency(folder, network) is not None:
        return
    count = len(network)
    ends = np.concatenate((network.source, network.target)).astype(np.int64)
    others = np.concatenate((network.target, network.source))
    # Twice the pair and whether it is planned: sorted, what holds comes first.
    keys = (ends * count + others) * 2 + np.tile(network.planned, 2)
    del ends, others
    keys.sort()
    pairs = keys // 2
    fresh = np.ones(len(pairs), dtype=bool)
    fresh[1:] = pairs[1:] != pairs[:-1]
    keys, pairs = keys[fresh], pairs[fresh]
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(pairs // max(count, 1), minlength=count), out=start[1:])
    arrays: dict[str, Kept] = {
        "start": start,
        "thing": (pairs % max(count, 1)).astype(np.int32),
        "planned": (keys % 2).astype(bool),
    }
    write_arrays(_folder(folder, network.generation), arrays, {"layout": LAYOUT})
    sweep_folders(folder, "adjacency")


def read_adjacency(folder: Path, network: Compact) -> Adjacency | None:
    """The rows of a network's generation; none if they were not prepared."""
    found = read_arrays(_folder(folder, network.generation))
    if found is None or found[1].get("layout") != LAYOUT:
        return None
    arrays = found[0]
    return Adjacency(arrays["start"], arrays["thing"], arrays["planned"])


def _folder(folder: Path, generation: str) -> Path:
    return folder / file_name("adjacency", generation, "arrays")
