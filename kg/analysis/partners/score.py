"""The score: a weighted sum of named parts, each of them visible.

One function ranks, whether the parts come from dated projects
(``kg.analysis.partners.affinity``) or from the knowledge graph
(``kg.analysis.partners.network``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


class PartSource(Protocol):
    """Where candidates and their parts come from."""

    def candidates(self, asker: int) -> Integers:
        """Numbers of those who may be suggested: no partner yet, not oneself."""

    def parts(self, asker: int, candidates: Integers) -> dict[str, Floats]:
        """Each part by its name: one number a candidate, on a common scale."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One candidate in its place.

    Attributes:
        number: the candidate in its source.
        score: sum of ``parts``.
        parts: name of a part to weight times value, so that a bar can be drawn.
    """

    number: int
    score: float
    parts: Mapping[str, float]


def weighted(parts: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Sum of the parts that have a weight; parts without one count nothing.

    Args:
        parts: arrays of one shape.
        weights: by the names of parts; a name that no part has is left out.

    Returns:
        An array of the shape of the parts.

    Raises:
        ValueError: if there is no part at all.
    """
    total: Floats | None = None
    for name, values in parts.items():
        share = weights.get(name, 0.0) * values
        total = share if total is None else total + share
    if total is None:
        raise ValueError("a score needs at least one part")
    return total


def rank(
    source: PartSource, asker: int, weights: Mapping[str, float], *, top: int = 20
) -> list[Ranked]:
    """The best candidates of one asker, best first; ties by number.

    Args:
        source: gives candidates and parts.
        asker: number of who asks.
        weights: weight of each part by name.
        top: how many at most.
    """
    candidates = source.candidates(asker)
    if not len(candidates):
        return []
    parts = source.parts(asker, candidates)
    total = weighted(parts, weights)
    best = np.lexsort((candidates, -total))[:top]
    return [
        Ranked(
            int(candidates[i]),
            float(total[i]),
            {n: float(weights.get(n, 0.0) * v[i]) for n, v in parts.items()},
        )
        for i in best
    ]
