"""Rings round a thing: ring n holds what is n steps away."""

from __future__ import annotations

import math
from collections import defaultdict, deque

import numpy as np
from numpy.typing import NDArray

from kg.model.network import INFERRED, Network

Positions = dict[str, tuple[float, float]]
Floats = NDArray[np.float64]


def radial(network: Network, centre: str) -> Positions:
    """Rings round a thing: ring n holds what is n steps away.

    What it does not reach lies on an outer ring. A branch takes as much of the
    circle as it has ends.
    """
    children, depth = _tree_from(network, centre)
    leaves: dict[str, int] = {}
    for iri in sorted(depth, key=lambda i: -depth[i]):
        leaves[iri] = sum(leaves[c] for c in children[iri]) or 1
    positions: Positions = {centre: (0.0, 0.0)}
    rings: dict[int, int] = defaultdict(int)
    for level in depth.values():
        rings[level] += 1
    radius, radii = 0.0, [0.0]
    for level in range(1, max(depth.values(), default=0) + 2):
        radius = max(radius + 2.2, rings[level] / (2 * math.pi) * 1.1)
        radii.append(radius)

    on_ring: dict[int, list[tuple[float, str]]] = defaultdict(list)

    def place(iri: str, start: float, width: float) -> None:
        at = start
        for child in children[iri]:
            share = width * leaves[child] / leaves[iri]
            on_ring[depth[child]].append((at + share / 2, child))
            place(child, at, share)
            at += share

    place(centre, math.pi / 2, 2 * math.pi)
    for level, ring in on_ring.items():
        r = radii[level]
        angles = _apart(np.array([angle for angle, _ in ring]), 0.95 / r)
        for angle, (_, iri) in zip(angles.tolist(), ring, strict=True):
            positions[iri] = (r * math.cos(angle) * 1.15, r * math.sin(angle))
    rest = [iri for iri in network.nodes if iri not in positions]
    far = max(radii[-1], len(rest) / (2 * math.pi) * 1.1)
    for number, iri in enumerate(rest):
        angle = 2 * math.pi * number / len(rest)
        positions[iri] = (far * math.cos(angle) * 1.15, far * math.sin(angle))
    return positions


def _apart(angles: Floats, gap: float, rounds: int = 200) -> Floats:
    """Angles in turn round a circle, moved until each two are ``gap`` apart.

    What a crowded branch lacks it takes from its neighbours, so that the things of
    a ring do not lie on each other. The order stays.
    """
    if len(angles) < 2:
        return angles
    gap = min(gap, 2 * math.pi / len(angles) * 0.98)
    angles = angles.copy()
    for _ in range(rounds):
        ahead = np.append(angles[1:], angles[0] + 2 * math.pi) - angles
        lack = np.clip(gap - ahead, 0, None)
        if lack.max() < 1e-3:
            break
        angles += (np.roll(lack, 1) - lack) / 2
    return angles


def _tree_from(
    network: Network, centre: str
) -> tuple[dict[str, list[str]], dict[str, int]]:
    near: dict[str, set[str]] = defaultdict(set)
    for edge in network.edges:
        if edge.status != INFERRED:
            near[edge.source].add(edge.target)
            near[edge.target].add(edge.source)
    children: dict[str, list[str]] = defaultdict(list)
    depth, queue = {centre: 0}, deque([centre])
    while queue:
        iri = queue.popleft()
        for other in sorted(near[iri], key=lambda i: (network.nodes[i].group, i)):
            if other not in depth:
                depth[other] = depth[iri] + 1
                children[iri].append(other)
                queue.append(other)
    return children, depth
