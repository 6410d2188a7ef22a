"""Paths side by side, read from left to right: a column for each step."""

from __future__ import annotations

from collections.abc import Sequence

from kg.analysis.rings import Positions
from kg.model.network import Edge

ACROSS, APART = 1.8, 1.0


def things_on(start: str, path: Sequence[Sequence[Edge]]) -> list[str]:
    """The things on a path of hops, from ``start`` on."""
    found = [start]
    for hop in path:
        found.append(hop[0].other(found[-1]))
    return found


def columns(paths: Sequence[Sequence[str]]) -> Positions:
    """Positions of the things on some paths of equal length, one start, one end.

    Things of a step stand under each other in the order of the paths.
    """
    rows: dict[int, dict[str, None]] = {}
    for path in paths:
        for step, iri in enumerate(path):
            rows.setdefault(step, {})[iri] = None
    return {
        iri: (
            round(step * ACROSS, 4),
            round((len(row) - 1) / 2 * APART - place * APART, 4),
        )
        for step, row in rows.items()
        for place, iri in enumerate(row)
    }
