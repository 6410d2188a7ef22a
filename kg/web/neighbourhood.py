"""A small picture of what a thing is linked to, drawn on the server as SVG.

A picture for orientation; the lists beside it say the same, so that nothing is
told by the picture alone. Planned links are dashed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from kg.model.groups import group_of
from kg.query.read import Fact
from kg.web.factview import FactPage
from kg.web.reading import language, page_of, reader

MOST = 10
WIDTH, HEIGHT = 420, 340
_CHINESE_CUT, _LATIN_CUT = 9, 16


@dataclass(frozen=True, slots=True)
class Dot:
    """A thing in the picture, with its place and the line to the middle."""

    iri: str
    label: str
    full: str
    colour: str
    link: str
    relation: str
    is_target: bool
    x: float = WIDTH / 2
    y: float = HEIGHT / 2

    @property
    def label_y(self) -> float:
        """Baseline of the label: above in the upper half, below in the lower."""
        return self.y - 13 if self.y < HEIGHT / 2 - 20 else self.y + 24


def frame(found: list[Dot]) -> tuple[float, float]:
    """Top and height of the picture: no taller than its dots and labels need."""
    ys = [dot.y for dot in found] + [HEIGHT / 2]
    top, bottom = min(ys) - 34, max(ys) + 34
    return round(top, 1), round(bottom - top, 1)


def colour_of(types: Iterable[str]) -> str:
    """The group whose colour a thing has: ``company``, ``lab`` … ``other``."""
    return group_of(types, reader().terms.parents)


def shortened(text: str) -> str:
    """The text, cut to what fits beside a dot."""
    cut = _LATIN_CUT if text.isascii() else _CHINESE_CUT
    return text if len(text) <= cut else text[: cut - 1] + "…"


def dots(page: FactPage, iri: str) -> list[Dot]:
    """The first neighbours of a thing, one a thing, on an ellipse round it.

    Every relation gives one in turn, so that a long list does not crowd out the
    others.
    """
    chosen = _in_turn(page, iri)
    types = reader().types(chosen)
    terms = reader().terms
    found = []
    for place, (far, (fact, direction)) in enumerate(chosen.items()):
        angle = 2 * math.pi * place / len(chosen) - math.pi / 2
        name = page.names.text(far)
        found.append(
            Dot(
                iri=far,
                label=shortened(name),
                full=name,
                colour=colour_of(types.get(far, ())),
                link=page_of(far),
                relation=terms.label(fact.predicate, direction, language()),
                is_target=fact.is_target,
                x=round(WIDTH / 2 + 148 * math.cos(angle), 1),
                y=round(HEIGHT / 2 + 118 * math.sin(angle), 1),
            )
        )
    return found


def _in_turn(page: FactPage, iri: str) -> dict[str, tuple[Fact, str]]:
    chosen: dict[str, tuple[Fact, str]] = {}
    queues = [
        [f for f in section.facts if f.is_relation]
        for section in (*page.actual, *page.target)
    ]
    while any(queues) and len(chosen) < MOST:
        for queue in queues:
            if not queue or len(chosen) >= MOST:
                continue
            fact = queue.pop(0)
            far = str(fact.far_end(iri))
            if far != iri:
                direction = "out" if fact.subject == iri else "in"
                chosen.setdefault(far, (fact, direction))
    return chosen
