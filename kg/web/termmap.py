"""Two pictures of the ontology, laid out on the server and drawn as SVG.

The lists on the page say the same, so that nothing is told by a picture alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg import vocab
from kg.web.termlist import Entry, Pair, TermList

# Main classes by cell: what has most in common stands side by side.
GRID = (
    ("Product", "Track", "PolicyDocument"),
    ("Person", "Organization", "Area"),
    ("Event", "Project", "PilotCase"),
)
BOX_W, BOX_H = 168, 56
STEP_X, STEP_Y = 392, 200
MARGIN = 24
WIDTH = 2 * STEP_X + BOX_W + 2 * MARGIN
HEIGHT = 2 * STEP_Y + BOX_H + 2 * MARGIN
_ASIDE = 14  # from the middle line, so that two ways do not meet
_LINE = 15


@dataclass(frozen=True, slots=True)
class Box:
    """A class in the picture; x and y are its middle."""

    id: str
    label: Pair
    count: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """The relations from one class to another.

    Attributes:
        names: of the properties, most telling first: two, or one on a slant.
        more: how many further ones there are.
        x1: where the arrow leaves the first box; likewise the others.
        x: where the names stand, and y the baseline of the first.
        anchor: ``start``, ``middle`` or ``end`` of the names is at x.
    """

    names: tuple[Pair, ...]
    more: int
    x1: float
    y1: float
    x2: float
    y2: float
    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Map:
    """The picture of classes and relations."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int = WIDTH
    height: int = HEIGHT


def class_map(terms: TermList, counts: dict[str, int], used: dict[str, int]) -> Map:
    """Place the main classes and draw what joins neighbours.

    Args:
        terms: the ontology.
        counts: things by class IRI, subclasses included.
        used: statements by property IRI.
    """
    known = {entry.id: entry for entry in terms.classes}
    boxes = {
        name: Box(
            name,
            known[name].label,
            counts.get(vocab.ONTOLOGY + name, 0),
            MARGIN + BOX_W // 2 + column * STEP_X,
            MARGIN + BOX_H // 2 + row * STEP_Y,
        )
        for row, line in enumerate(GRID)
        for column, name in enumerate(line)
        if name in known
    }
    below = subclasses(terms)
    arrows = [
        _arrow(one, other, _telling(joining, used))
        for one in boxes.values()
        for other in boxes.values()
        if one is not other
        and _side_by_side(one, other)
        and (joining := _joining(terms, below, one.id, other.id))
    ]
    return Map(tuple(boxes.values()), tuple(arrows))


def subclasses(terms: TermList) -> dict[str, set[str]]:
    """IRI of a class to itself and all classes below it."""
    every = (*terms.classes, *terms.concept_classes)
    below = {entry.iri: {entry.iri} for entry in every}
    for entry in reversed(every):
        for parent in entry.above:
            if parent in below:
                below[parent] |= below[entry.iri]
    return below


def _side_by_side(one: Box, other: Box) -> bool:
    return abs(one.x - other.x) <= STEP_X and abs(one.y - other.y) <= STEP_Y


def _joining(
    terms: TermList, below: dict[str, set[str]], one: str, other: str
) -> list[Entry]:
    subjects = below[vocab.ONTOLOGY + one]
    objects = below[vocab.ONTOLOGY + other]
    return [
        p
        for p in terms.relations
        if subjects & set(p.subjects) and objects & set(p.objects)
    ]


def _telling(joining: list[Entry], used: dict[str, int]) -> list[Entry]:
    """The most telling first: those that join few classes and are used much."""

    def rank(entry: Entry) -> tuple[float, str]:
        joined = len(entry.subjects) * len(entry.objects)
        return joined**2 / (1 + used.get(entry.iri, 0)), entry.id

    return sorted(joining, key=rank)


def _arrow(one: Box, other: Box, joining: list[Entry]) -> Arrow:
    """An arrow a little aside of the middle line, with its names beside it."""
    dx, dy = other.x - one.x, other.y - one.y
    length = (dx * dx + dy * dy) ** 0.5
    ux, uy = dx / length, dy / length
    sx, sy = -uy * _ASIDE, ux * _ASIDE
    x1, y1 = _edge(one.x, one.y, ux, uy)
    x2, y2 = _edge(other.x, other.y, -ux, -uy)
    shown = joining[: 1 if dx and dy else 2]
    more = len(joining) - len(shown)
    lines = len(shown)
    if dx and dy:
        x, y, anchor = x1 + (x2 - x1) * 0.3 + sx, y1 + (y2 - y1) * 0.3 + sy, "middle"
    elif dx:
        below = dx > 0
        x, anchor = (x1 + x2) / 2, "middle"
        y = y1 + sy + (_LINE if below else -7 - _LINE * (lines - 1))
    else:
        x, anchor = x1 + 1.5 * sx, "end" if dy > 0 else "start"
        y = (y1 + y2) / 2 + 4 - _LINE * (lines - 1) / 2
    names = tuple(p.label for p in shown)
    return Arrow(names, more, x1 + sx, y1 + sy, x2 + sx, y2 + sy, x, y, anchor)


def _edge(x: float, y: float, ux: float, uy: float) -> tuple[float, float]:
    """Where a line from the middle of a box leaves it, with a small gap."""
    gap = 22 if ux and uy else 6  # a slanted arrow is moved aside into the box
    across = (BOX_W / 2 + gap) / abs(ux) if ux else float("inf")
    down = (BOX_H / 2 + gap) / abs(uy) if uy else float("inf")
    reach = min(across, down)
    return x + ux * reach, y + uy * reach
