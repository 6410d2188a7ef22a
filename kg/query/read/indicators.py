"""Indicators: series of figures, plan against result, in comparable units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kg.model.pinyin import sort_key
from kg.query.read.figures import Figure, figures, said
from kg.query.read.names import Name
from kg.query.read.reader import Reader
from kg.query.read.text import PROLOGUE, local

_INDICATORS = """SELECT ?i (COUNT(?ob) AS ?n) WHERE {
  ?ob lv:indicator ?i ; lv:value ?value
} GROUP BY ?i"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit a reader may ask for.

    Attributes:
        key: as the address has it.
        factor: how many of the base unit one of it is.
    """

    key: str
    zh: str
    en: str
    factor: Decimal


# Base unit (local name of QUDT) to the units its figures can be shown in. One mu is
# 2000/3 square metres (State Council order of 1984 on legal units).
UNITS: dict[str, tuple[Unit, ...]] = {
    "CCY_CNY": (
        Unit("yi-cny", "亿元", "hundred million CNY", Decimal(10) ** 8),
        Unit("billion-cny", "十亿元", "billion CNY", Decimal(10) ** 9),
        Unit("million-cny", "百万元", "million CNY", Decimal(10) ** 6),
        Unit("wan-cny", "万元", "ten thousand CNY", Decimal(10) ** 4),
    ),
    "M2": (
        Unit("wan-m2", "万平方米", "ten thousand m²", Decimal(10) ** 4),
        Unit("km2", "平方公里", "km²", Decimal(10) ** 6),
        Unit("ha", "公顷", "hectares", Decimal(10) ** 4),
        Unit("mu", "亩", "mu", Decimal(2000) / 3),
        Unit("m2", "平方米", "m²", Decimal(1)),
    ),
}
UNITS["CNY"] = UNITS["CCY_CNY"]


@dataclass(frozen=True, slots=True)
class Point:
    """A figure in the unit that was asked for.

    Attributes:
        value: in that unit; ``top`` likewise.
        converted: whether the number is not the one the source gives.
    """

    figure: Figure
    value: Decimal
    top: Decimal | None
    unit_zh: str
    unit_en: str
    converted: bool = False

    @property
    def text(self) -> str:
        """The number with its bound."""
        return said(self.value, self.top, self.figure.comparator)

    @property
    def year(self) -> str:
        """What the point stands over: the last year of its period, or ""."""
        return (self.figure.end or self.figure.start)[:4]


@dataclass(frozen=True, slots=True)
class Series:
    """The figures of one indicator of one thing, in one unit, in order of time."""

    entity: str
    indicator: str
    points: tuple[Point, ...]

    @property
    def actual(self) -> list[Point]:
        """What has been reached."""
        return [p for p in self.points if not p.figure.is_target]

    @property
    def target(self) -> list[Point]:
        """What is aimed at."""
        return [p for p in self.points if p.figure.is_target]

    @property
    def highest(self) -> Decimal:
        """The largest number, for the scale of a chart."""
        return max((p.top or p.value for p in self.points), default=Decimal(0))


def indicators(reader: Reader) -> list[tuple[Name, int]]:
    """Every indicator that has figures, with how many; once per generation."""
    return reader.shelved(
        "indicators",
        lambda: list_indicators(reader),
        lambda told: [(Name(**name), n) for name, n in told],
    )


def list_indicators(reader: Reader) -> list[tuple[Name, int]]:
    """The same, counted now."""
    counts = {
        str(row["i"]): int(str(row["n"]))
        for row in reader.store.select(PROLOGUE + _INDICATORS)
        if "i" in row
    }
    called = reader.names(counts)
    found = [(called[iri], n) for iri, n in counts.items()]
    return sorted(found, key=lambda pair: (-pair[1], sort_key(pair[0].text("zh"))))


def observations(reader: Reader, wanted: Iterable[str], each: int) -> list[Figure]:
    """Figures of several indicators, at most ``each`` of one, in two queries."""
    parts = [
        f"{{ SELECT ?ob WHERE {{ ?ob lv:indicator <{iri}> }} ORDER BY ?ob"
        f" LIMIT {int(each)} }}"
        for iri in wanted
    ]
    if not parts:
        return []
    query = f"{PROLOGUE}SELECT ?ob WHERE {{ {' UNION '.join(parts)} }}"
    found = [str(row["ob"]) for row in reader.store.select(query)]
    return figures(reader.store, found)


def series(found: Iterable[Figure], unit: str = "") -> list[Series]:
    """Figures as series: one for each thing, indicator and unit.

    Args:
        found: figures in any order.
        unit: key of the unit to convert to; a figure it does not fit keeps its own.
    """
    grouped: dict[tuple[str, str, str], list[Point]] = {}
    for figure in found:
        point = convert(figure, unit)
        key = (figure.indicator, figure.entity, point.unit_zh)
        grouped.setdefault(key, []).append(point)
    made = [
        Series(entity, indicator, tuple(sorted(points, key=_place)))
        for (indicator, entity, _), points in grouped.items()
    ]
    return sorted(made, key=lambda s: (s.indicator, -len(s.points), s.entity))


def _place(point: Point) -> tuple[str, bool, Decimal]:
    return (point.year or "9999", point.figure.is_target, point.value)


def convert(figure: Figure, unit: str) -> Point:
    """A figure in another unit; in its own where the unit does not fit."""
    wanted = next((u for u in units_of([figure]) if u.key == unit), None)
    if wanted is None or figure.factor is None:
        text = figure.unit_text
        return Point(figure, figure.value, figure.top, text, figure.unit_in("en"))
    rate = figure.factor / wanted.factor
    return Point(
        figure,
        rounded(figure.value * rate),
        None if figure.top is None else rounded(figure.top * rate),
        wanted.zh,
        wanted.en,
        converted=wanted.zh != figure.unit_text,
    )


def rounded(number: Decimal) -> Decimal:
    """Six significant digits: more would be an accuracy the source does not give."""
    return Decimal(f"{number:.6g}")


def units_of(found: Sequence[Figure]) -> tuple[Unit, ...]:
    """The units these figures can be shown in: none when they have no base."""
    bases = {local(f.unit) for f in found if f.unit and f.factor is not None}
    return UNITS.get(bases.pop(), ()) if len(bases) == 1 else ()
