"""Charts drawn on the server as SVG, each beside the table it shows.

A reached number is a solid bar, a target an open one with a dashed edge, so that
no target can be taken for a result, in print and without colour as well. A bound
is drawn as what it is: an arrow where the bar may go on, a range as a span.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg.query.read.indicators import Point, Series

WIDTH = 480
LEFT, RIGHT = 104, 142
ROW = 40
TOP = 10

# Which way the true value may lie from the number that is told.
_ARROWS = {"atLeast": "up", "moreThan": "up", "nearly": "down", "about": "both"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in the units of its drawing.

    Attributes:
        arrow: ``up``, ``down``, ``both`` or "".
        start: where a range begins; equal to ``x`` for a bar.
    """

    point: Point
    y: float
    x: float
    start: float
    width: float
    arrow: str

    @property
    def end(self) -> float:
        """Where the bar ends."""
        return round(self.start + self.width, 1)

    @property
    def middle(self) -> float:
        """Height of the middle of the bar."""
        return self.y + 11


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one series."""

    series: Series
    bars: tuple[Bar, ...]
    height: int
    width: int = WIDTH
    left: int = LEFT


def chart(series: Series) -> Chart:
    """Bars from zero, one a figure, in order of time."""
    room = WIDTH - LEFT - RIGHT
    scale = room / float(series.highest) if series.highest > 0 else 0.0
    bars = []
    for place, point in enumerate(series.points):
        value = max(float(point.value), 0.0) * scale
        top = value if point.top is None else max(float(point.top), 0.0) * scale
        start = LEFT if point.top is None else LEFT + value
        width = top if point.top is None else top - value
        bars.append(
            Bar(
                point=point,
                y=TOP + place * ROW,
                x=LEFT,
                start=round(start, 1),
                width=round(max(width, 1.5), 1),
                arrow=_ARROWS.get(point.figure.comparator, ""),
            )
        )
    return Chart(series, tuple(bars), TOP * 2 + len(bars) * ROW)
