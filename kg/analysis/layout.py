"""Positions: computed here, never in the browser; the same each time.

Every layout takes the network and gives ``{iri: (x, y)}`` with x to the right, y
up, a distance of about 1 between neighbours. No randomness but a fixed seed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kg import vocab
from kg.analysis.rings import Floats, Positions, radial
from kg.model.network import INFERRED, Network

__all__ = ["LAYOUTS", "Positions", "discs", "force", "layered", "radial"]

SEED = 20231
FORCE_LIMIT = 600
REACH = 5.0
GOLDEN = math.pi * (3 - math.sqrt(5))
_TRACK_TREE = ("subTrackOf", "inTrack", "focusesOn")
_PLACE_TREE = ("partOf", "locatedIn", "inZone", "reliesOn")
_LEAVES_IN_A_COLUMN = 12


def force(network: Network, communities: Mapping[str, int] | None = None) -> Positions:
    """Springs and repulsion, started from the communities on a circle.

    Above ``FORCE_LIMIT`` nodes the communities become discs packed beside each
    other, each laid out alone: 20,000 nodes in seconds, groups stay visible.
    """
    iris = list(network.nodes)
    index = {iri: i for i, iri in enumerate(iris)}
    ends = np.array(
        [
            (index[e.source], index[e.target])
            for e in network.edges
            if e.status != INFERRED
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    member = np.array([(communities or {}).get(i, 0) for i in iris], dtype=np.int64)
    return _told(iris, placed(ends, member))


def placed(ends: NDArray[np.int64], member: NDArray[np.int64]) -> Floats:
    """The same of links (m × 2) between numbered nodes of these communities: n × 2."""
    if len(member) <= FORCE_LIMIT:
        return _widened(_spread(_springs(ends, _start(member), 300), 0.55))
    return discs(ends, member)


def _told(iris: Sequence[str], points: Floats) -> Positions:
    return dict(zip(iris, rounded(points), strict=True))


def rounded(points: Floats) -> list[tuple[float, float]]:
    """Points as they are told: four places suffice at any zoom."""
    return [(round(float(x), 4), round(float(y), 4)) for x, y in points]


def _start(member: NDArray[np.int64]) -> Floats:
    """Each community on its place of a circle, its members round it."""
    count = len(member)
    groups = int(member.max()) + 1 if count else 1
    angle = 2 * math.pi * member / max(groups, 1)
    radius = math.sqrt(max(count, 1))
    noise = np.random.default_rng(SEED).normal(size=(count, 2))
    centre = np.stack((np.cos(angle), np.sin(angle)), axis=1) * radius
    return np.asarray(centre + noise)


def _springs(ends: NDArray[np.int64], points: Floats, steps: int) -> Floats:
    """Fruchterman and Reingold with gravity, all pairs at once.

    Source: Fruchterman, Reingold, Graph drawing by force-directed placement, 1991.
    The pull of an edge is weakened by the degree of its busier end, so that the
    neighbours of a hub form a ring and not a clot; repulsion ends at ``REACH``, so
    that what is not linked stays near.
    """
    count = len(points)
    if count < 2:
        return points
    degree = np.bincount(ends.ravel(), minlength=count).astype(float)
    pull = 1.0 / np.sqrt(1.0 + np.maximum(degree[ends[:, 0]], degree[ends[:, 1]]) / 6)
    heat, cooling = 0.1 * math.sqrt(count) + 0.5, 0.985
    across, up, square, fading = (np.empty((count, count)) for _ in range(4))
    for _ in range(steps):
        # In place: what is allocated anew for each step costs more than it computes.
        np.subtract.outer(points[:, 0], points[:, 0], out=across)
        np.subtract.outer(points[:, 1], points[:, 1], out=up)
        np.multiply(across, across, out=square)
        np.multiply(up, up, out=fading)
        square += fading
        square += 0.01
        np.sqrt(square, out=fading)
        fading *= -2.2 / REACH
        fading += 2.2
        np.maximum(fading, 0, out=fading)
        fading /= square
        moved = np.stack(
            [np.einsum("ij,ij->i", fading, apart) for apart in (across, up)], axis=1
        )
        if len(ends):
            along = points[ends[:, 0]] - points[ends[:, 1]]
            length = np.sqrt((along**2).sum(axis=1))
            force_ = along * (length * pull * 0.35)[:, None]
            np.add.at(moved, ends[:, 0], -force_)
            np.add.at(moved, ends[:, 1], force_)
        moved -= points * 0.035
        size = np.sqrt((moved**2).sum(axis=1)) + 1e-9
        points = points + moved * (np.minimum(size, heat) / size)[:, None]
        heat *= cooling
    return points


def _spread(points: Floats, least: float, rounds: int = 60) -> Floats:
    """Push apart what is nearer than ``least``, more in y: labels are wide."""
    if len(points) < 2:
        return points
    order = np.random.default_rng(SEED).normal(size=points.shape) * 1e-3
    points = points + order
    for _ in range(rounds):
        apart = points[:, None, :] - points[None, :, :]
        distance = np.sqrt((apart**2).sum(axis=2)) + np.eye(len(points)) * 1e9
        lack = np.clip(least - distance, 0, None)
        if lack.max() < 0.02:
            break
        points = points + (apart * (lack / distance / 2)[:, :, None]).sum(axis=1)
    return points


def _widened(points: Floats) -> Floats:
    """Turn the long side to the horizontal and stretch it: screens are wide."""
    if len(points) < 3:
        return points
    centred = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    return np.asarray(turned * np.array([1.25, 1.0]))


def phyllotaxis(count: int) -> Floats:
    """Points of a sunflower, the first in the middle, about 1 apart."""
    n = np.arange(count)
    radius, angle = 0.62 * np.sqrt(n + 0.3), n * GOLDEN
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)


def discs(ends: NDArray[np.int64], member: NDArray[np.int64]) -> Floats:
    """Each community in a disc of its own, the discs packed, linked ones near."""
    count = len(member)
    groups = [np.flatnonzero(member == g) for g in range(int(member.max()) + 1)]
    groups = [g for g in groups if len(g)]
    groups.sort(key=lambda g: (-len(g), int(g[0])))
    radii = np.array([0.75 * math.sqrt(len(g)) + 0.8 for g in groups])
    home = np.empty(count, dtype=np.int64)
    for number, group in enumerate(groups):
        home[group] = number
    centres = _packed(radii, _ties(ends, home, len(groups)))
    degree = np.bincount(ends.ravel(), minlength=count)
    points = np.zeros((count, 2))
    inside = ends[home[ends[:, 0]] == home[ends[:, 1]]] if len(ends) else ends
    by_home: dict[int, list[NDArray[np.int64]]] = defaultdict(list)
    for edge in inside:
        by_home[int(home[edge[0]])].append(edge)
    for number, group in enumerate(groups):
        own = np.array(by_home[number], dtype=np.int64).reshape(-1, 2)
        points[group] = centres[number] + _disc(group, own, degree, radii[number])
    return points


def _disc(
    group: NDArray[np.int64],
    ends: NDArray[np.int64],
    degree: NDArray[np.int64],
    radius: float,
) -> Floats:
    """One community inside its disc: springs if small, a sunflower if large."""
    if 3 < len(group) <= FORCE_LIMIT:
        place = {int(node): i for i, node in enumerate(group)}
        own = np.array([(place[int(a)], place[int(b)]) for a, b in ends])
        start = phyllotaxis(len(group))
        points = _springs(own.reshape(-1, 2).astype(np.int64), start, 60)
        points -= points.mean(axis=0)
        reach = np.sqrt((points**2).sum(axis=1)).max() or 1.0
        return np.asarray(points / reach * (radius - 0.5))
    points = np.empty((len(group), 2))
    points[np.lexsort((group, -degree[group]))] = phyllotaxis(len(group))
    return points


def _ties(
    ends: NDArray[np.int64], home: NDArray[np.int64], groups: int
) -> NDArray[np.float64]:
    """Number of links between each two communities."""
    ties = np.zeros((groups, groups))
    if len(ends):
        np.add.at(ties, (home[ends[:, 0]], home[ends[:, 1]]), 1)
    return np.asarray(ties + ties.T)


def _packed(radii: Floats, ties: NDArray[np.float64]) -> Floats:
    """Place discs one by one, free of overlap, near those they are tied to."""
    centres = np.zeros((len(radii), 2))
    for number in range(1, len(radii)):
        placed, weight = centres[:number], ties[number, :number] + 1e-6
        wanted = (placed * weight[:, None]).sum(axis=0) / weight.sum()
        apart = radii[:number] + radii[number] + 0.6
        distance, ring = 0.5 * float(radii[number]), 0
        while True:  # ends at the latest where nothing has been placed yet
            angles = np.arange(0, 2 * math.pi, math.pi / 12) + ring
            tries = wanted + distance * np.stack((np.cos(angles), np.sin(angles)), 1)
            gaps = np.sqrt(((tries[:, None] - placed[None]) ** 2).sum(axis=2))
            free = (gaps >= apart).all(axis=1)
            if free.any():
                cost = np.hypot(*tries[free].T)
                centres[number] = tries[free][int(cost.argmin())]
                break
            ring += 1
            # A small disc in a wide field would search for long by its own radius.
            distance += max(0.5 * float(radii[number]), 0.02 * distance)
    return centres


def by_tracks(network: Network) -> Positions:
    """The track tree from left to right, what works in a track behind it."""
    return layered(network, _TRACK_TREE)


def by_places(network: Network) -> Positions:
    """The tree of places from left to right, what lies in a place behind it."""
    return layered(network, _PLACE_TREE)


def layered(network: Network, relations: Iterable[str]) -> Positions:
    """A tree from left to right along relations that point to the parent.

    Args:
        network: the things and links.
        relations: local names, the stronger first; a thing hangs below the first
            parent it has by these. What has none stands in a block below.
    """
    parent = _parents(network, [vocab.ONTOLOGY + name for name in relations])
    children: dict[str, list[str]] = defaultdict(list)
    for child, above in parent.items():
        children[above].append(child)
    for list_ in children.values():
        list_.sort(key=lambda i: (not children.get(i), network.nodes[i].group, i))
    roots = [iri for iri in network.nodes if iri in children and iri not in parent]
    blocks: list[Positions] = []
    for root in sorted(roots, key=lambda i: (network.nodes[i].group, i)):
        block: Positions = {}
        _place_below(root, 0.0, 0.0, children, block)
        blocks.append(block)
    placed = {iri for block in blocks for iri in block}
    rest = [iri for iri in network.nodes if iri not in placed]
    rest.sort(key=lambda i: (network.nodes[i].group, i))
    wide = max(4, math.ceil(math.sqrt(len(rest) / 2)))
    alone = {
        iri: ((number % wide) * 3.2, -float(number // wide))
        for number, iri in enumerate(rest)
    }
    return _in_columns([*blocks, alone] if alone else blocks)


def _in_columns(blocks: Sequence[Positions], shape: float = 1.7) -> Positions:
    """Blocks below and beside each other, about as wide as a screen."""
    best: tuple[float, Positions] = (math.inf, {})
    for count in range(1, min(len(blocks), 12) + 1):
        columns: list[list[Positions]] = [[] for _ in range(count)]
        tall = [0.0] * count
        for block in sorted(blocks, key=_height, reverse=True):
            least = tall.index(min(tall))
            columns[least].append(block)
            tall[least] += _height(block) + 1.2
        positions: Positions = {}
        left = 0.0
        for column in columns:
            top = 0.0
            for block in column:
                for iri, (x, y) in block.items():
                    positions[iri] = (left + x, y - top)
                top += _height(block) + 1.2
            reach = [x for block in column for x, _ in block.values()]
            left += max(reach, default=0.0) + 4.2
        miss = abs(math.log(max(left, 1.0) / max(*tall, 1.0) / shape))
        if miss < best[0]:
            best = (miss, positions)
    return best[1]


def _height(block: Positions) -> float:
    ys = [y for _, y in block.values()]
    return max(ys) - min(ys) + 0.9 if ys else 0.0


def _place_below(
    iri: str,
    x: float,
    row: float,
    children: Mapping[str, list[str]],
    positions: Positions,
) -> float:
    """Place a branch from ``row`` down; give the row below it."""
    start = row
    own = children.get(iri, [])
    inner = [c for c in own if children.get(c)]
    leaves = [c for c in own if not children.get(c)]
    for child in inner:
        row = _place_below(child, x + 3.6, row, children, positions)
    tall = min(_LEAVES_IN_A_COLUMN, math.ceil(len(leaves) / 3)) if leaves else 0
    tall = max(tall, min(len(leaves), 6))
    for number, child in enumerate(leaves):
        column, place = divmod(number, tall)
        positions[child] = (x + 3.6 * (1 + column), -(row + place * 0.9))
    row += tall * 0.9 + (0.3 if leaves else 0)
    row = max(row, start + 0.9)
    positions[iri] = (x, -(start + row - 0.9) / 2)
    return row


def _parents(network: Network, relations: Sequence[str]) -> dict[str, str]:
    """One parent for each thing, never in a circle."""
    best: dict[str, tuple[int, str]] = {}
    for edge in network.edges:
        if edge.predicate in relations:
            rank = (relations.index(edge.predicate), edge.target)
            if edge.source not in best or rank < best[edge.source]:
                best[edge.source] = rank
    parent = {iri: target for iri, (_, target) in best.items()}
    for iri in sorted(parent):
        seen, at = {iri}, parent.get(iri)
        while at is not None:
            if at in seen:
                del parent[iri]
                break
            seen.add(at)
            at = parent.get(at)
    return parent


LAYOUTS: dict[str, Callable[[Network], Positions]] = {
    "force": force,
    "tracks": by_tracks,
    "places": by_places,
}
