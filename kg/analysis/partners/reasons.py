"""Why: short, different paths of facts from the asker to a candidate.

A path has two or three actual links. Its worth is the product of how telling
each thing in its middle is (one over the log of its links) and of how telling
each relation is; of the best paths, those are kept that bring a new middle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kg import vocab
from kg.analysis.partners.links import Links
from kg.analysis.partners.score import Booleans, Integers
from kg.model.network import Edge

MOST = 3
FAR = 0.45  # worth of a path of three links next to one of two
WIDEST = 400
LOOKED_AT = 60  # ways whose relations are weighed
TELLING = {
    "cooperatesWith": 1.0,
    "supplies": 1.0,
    "incubatedBy": 1.0,
    "spinOffOf": 1.0,
    "operates": 0.95,
    "memberOf": 0.95,
    "inTrack": 0.9,
    "investedIn": 0.85,
    "supports": 0.85,
    "affiliatedWith": 0.8,
    "foundedBy": 0.8,
    "developed": 0.8,
    "focusesOn": 0.8,
    "locatedIn": 0.4,
    "partOf": 0.4,
    "grantsPolicyTo": 0.25,
    "authorisedBy": 0.25,
    "issuedBy": 0.25,
    "appliesTo": 0.25,
    "near": 0.25,
    "alongRoad": 0.15,
    "servedBy": 0.15,
}
LEAST = 0.1  # worth of a further reason next to the first, below which it is padding


@dataclass(frozen=True, slots=True)
class Path:
    """A way of two or three links.

    Attributes:
        things: numbers from the asker to the candidate.
        edges: one link for each step.
        worth: only for comparing paths of one pair.
    """

    things: tuple[int, ...]
    edges: tuple[Edge, ...]
    worth: float


class Reasons:
    """Finds the paths between two things of a network."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._bridge: Booleans = links.bridges()
        self._log_degree = np.log(2 + links.degree)

    def between(self, asker: int, candidate: int, *, most: int = MOST) -> list[Path]:
        """The best paths of at most three links, each with another middle."""
        ways = sorted(self._ways(asker, candidate), key=self._plainness)[:LOOKED_AT]
        found = [self._path(t) for t in ways]
        found.sort(key=lambda p: (-p.worth, p.things))
        kept: list[Path] = []
        seen: set[int] = set()
        for path in found:
            middle = set(path.things[1:-1])
            if middle & seen or (kept and path.worth < LEAST * kept[0].worth):
                continue
            kept.append(path)
            seen |= middle
            if len(kept) == most:
                break
        return kept

    def _ways(self, asker: int, candidate: int) -> list[tuple[int, ...]]:
        near = self._around(asker, candidate)
        far = self._around(candidate, asker)
        both = np.intersect1d(near, far)
        ways: list[tuple[int, ...]] = [(asker, int(m), candidate) for m in both]
        targets = set(far.tolist())
        for one in near.tolist():
            if self._links.degree[one] > WIDEST:
                continue
            for other in self._links.neighbours(one).tolist():
                if other in targets and other != one and other != asker:
                    ways.append((asker, one, other, candidate))
        return ways

    def _around(self, one: int, other: int) -> Integers:
        around = self._links.neighbours(one)
        return np.asarray(around[self._bridge[around] & (around != other)])

    def _plainness(self, things: tuple[int, ...]) -> tuple[float, tuple[int, ...]]:
        """How little the middle of a way tells, whatever its relations."""
        middle = [float(self._log_degree[m]) for m in things[1:-1]]
        return math.prod(middle) / (1.0 if len(middle) == 1 else FAR), things

    def _path(self, things: tuple[int, ...]) -> Path:
        worth = 1.0 if len(things) == 3 else FAR
        for middle in things[1:-1]:
            worth /= float(self._log_degree[middle])
        edges = []
        for one, other in pairwise(things):
            options = self._links.between(one, other)
            best = max(options, key=lambda e: (_telling(e), e.key))
            worth *= _telling(best)
            edges.append(best)
        return Path(things, tuple(edges), worth)


def _telling(edge: Edge) -> float:
    return TELLING.get(edge.predicate.removeprefix(vocab.ONTOLOGY), 0.6)
