"""An answer of the catalogue as a chart, or as a picture of its links."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from kg import vocab
from kg.analysis.layout import force
from kg.model import Iri
from kg.model.network import Edge as Link
from kg.model.network import Network
from kg.model.network import Node as Thing
from kg.query.catalogue import Question
from kg.query.read.figures import plain
from kg.query.read.wording import period_in
from kg.store import Solutions
from kg.web.answers import PERIODS, Row, amount, merged, number
from kg.web.language import t
from kg.web.neighbourhood import colour_of
from kg.web.reading import Names, language, page_of, reader

MOST_BARS = 30
MOST_NODES = 60
MOST_IN_EXPLORER = 150
WIDTH = 960
_TARGET = vocab.ONTOLOGY + "target"
# Columns whose values an answer without numbers is counted by, best first.
_COUNTED = (
    "companyTrack", "track", "institution", "incubator", "fact", "start",
    "stage", "relation", "status",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnswerBar:
    """One bar of an answer's chart.

    Attributes:
        share: of the longest bar, in per cent.
    """

    label: str
    text: str
    share: float
    is_target: bool
    link: str


@dataclass(frozen=True, slots=True)
class ChartView:
    """The bars, and what they count; ``counts`` is "" when they are figures."""

    bars: tuple[AnswerBar, ...]
    counts: str = ""


def views(question: Question, found: Solutions) -> tuple[str, ...]:
    """Which of ``table``, ``chart`` and ``graph`` an answer has; draws none."""
    shown = ["table"]
    if _numbers(question, found) or len(_sums(question, found)) > 1:
        shown.append("chart")
    if _links(question, found):
        shown.append("graph")
    return tuple(shown)


def chart(question: Question, found: Solutions) -> ChartView | None:
    """Bars of the numbers in the answer, else of how many things go with what.

    Rows of different units are not drawn in one chart: only those of the first.
    A base and a goal of one row are two bars, the goal an open one.
    """
    columns = _drawn(question)
    rows = _numbers(question, found)
    if not rows:
        return _counts(question, found)
    unit = str(rows[0].get("unit", ""))
    drawn = [
        (group[0], column, value)
        for group in merged(found)
        for column in columns
        if (value := number(group[0].get(column))) is not None
        and str(group[0].get("unit", "")) == unit
    ][:MOST_BARS]
    top = max(abs(value) for _, _, value in drawn) or Decimal(1)
    return ChartView(
        tuple(_bar(question, row, column, value / top) for row, column, value in drawn)
    )


def _drawn(question: Question) -> list[str]:
    """The columns of numbers that a chart draws."""
    columns = [c for c in ("value", "neighbours") if _has(question, c)][:1]
    return columns or [c for c in ("base", "goal") if _has(question, c)]


def _numbers(question: Question, found: Solutions) -> list[Row]:
    columns = _drawn(question)
    return [
        row for row in found if any(number(row.get(c)) is not None for c in columns)
    ]


def _counted(question: Question) -> tuple[str, str]:
    """The column to count by and the column of what is counted, or two ""."""
    main = next((c for c in question.columns if c.names), None)
    by = next((n for n in _COUNTED if _has(question, n)), "")
    if main is None or not by:
        return "", ""
    return by, main.names if main.names != by else _second(question, by)


def _sums(question: Question, found: Solutions) -> Counter[str]:
    by, counted = _counted(question)
    pairs = {
        (str(row[by]), str(row[counted]))
        for row in found
        if by in row and counted in row
    }
    return Counter(value for value, _ in pairs)


def _counts(question: Question, found: Solutions) -> ChartView | None:
    """How many different things go with each value of a column."""
    by, counted = _counted(question)
    sums = _sums(question, found)
    if len(sums) < 2:
        return None
    ordered = sorted(
        sums.items(), key=lambda p: (p[0],) if by == "start" else (-p[1], p[0])
    )
    top = max(sums.values())
    names = Names(v for v in sums if v.startswith("http"))
    what = next(c.label for c in question.columns if c.name == counted)
    bars = tuple(
        AnswerBar(
            names.text(value) if value.startswith("http") else value,
            plain(Decimal(many)),
            round(100 * many / top, 2),
            value == _TARGET,
            page_of(value) if value.startswith("http") else "",
        )
        for value, many in ordered[:MOST_BARS]
    )
    return ChartView(bars, what[language()])


def _second(question: Question, first: str) -> str:
    skipped = {first, "source", "status", "relation"}
    named = (c.names for c in question.columns if c.names and c.names not in skipped)
    return next(named, first)


def _has(question: Question, name: str) -> bool:
    return any(c.name == name for c in question.columns)


def _bar(question: Question, row: Row, column: str, share: Decimal) -> AnswerBar:
    skipped = {"source", "status", "comparator"}
    named = [c for c in question.columns if c.names and c.name in row]
    labels = [str(row[c.name]) for c in named if c.names not in skipped]
    period = {"base": "basePeriod", "goal": "goalPeriod"}.get(column, "period")
    if period in row and period in PERIODS:
        labels.append(period_in(str(row[period]), language()))
    return AnswerBar(
        label=" · ".join(dict.fromkeys(labels)),
        text=amount(row, column),
        share=round(abs(float(share)) * 100, 2),
        is_target=column == "goal" or str(row.get("status", "")) == _TARGET,
        link=page_of(str(row[named[0].names])) if named else "",
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in the picture of an answer, with the colour of its class."""

    label: str
    name: str
    link: str
    colour: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A link in the picture, said in words."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: str
    is_target: bool


@dataclass(frozen=True, slots=True)
class GraphView:
    """The things of an answer and the lines between; the table says the same.

    Attributes:
        height: of the drawing; its width is ``WIDTH``.
        shown: how many things are drawn, of ``total``.
        explorer: address that opens them in the explorer.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    height: float
    shown: int
    total: int
    explorer: str


def _links(question: Question, found: Solutions) -> dict[tuple[str, str], Row]:
    """The pairs of things that an answer links, each with its first row."""
    ends = _ends(question)
    links: dict[tuple[str, str], Row] = {}
    for row in found if ends else ():
        left, right = (row.get(end) for end in ends or ())
        if isinstance(left, Iri) and isinstance(right, Iri) and left != right:
            links.setdefault((left.value, right.value), row)
    return links


def graph(question: Question, found: Solutions) -> GraphView | None:
    """A picture of an answer that has two columns of things; else ``None``."""
    links = _links(question, found)
    if not links:
        return None
    degree = Counter(iri for pair in links for iri in pair)
    kept = [iri for iri, _ in degree.most_common(MOST_NODES)]
    inside = {p: row for p, row in links.items() if set(p) <= set(kept)}
    kept = [iri for iri in kept if any(iri in p for p in inside)]
    if not kept:  # the busiest are linked with others only
        return None
    at, height = _places(kept, list(inside))
    called, types = Names(kept), reader().types(kept)
    ids = [
        iri.removeprefix(vocab.ID) for iri, _ in degree.most_common(MOST_IN_EXPLORER)
    ]
    return GraphView(
        tuple(
            Node(_short(called.text(iri)), called.text(iri), page_of(iri),
                 colour_of(types.get(iri, ())), *at[iri])
            for iri in kept
        ),
        tuple(_edge(at, (a, b), row, called) for (a, b), row in inside.items()),
        height,
        len(kept),
        len(degree),
        "/explore?n=" + quote(",".join(ids), safe=","),
    )  # fmt: skip


def _places(
    iris: list[str], pairs: list[tuple[str, str]]
) -> tuple[dict[str, tuple[float, float]], float]:
    """A place for each thing, spread over the width of the drawing."""
    links = [Link("", a, b, "") for a, b in pairs]
    network = Network({iri: Thing(iri) for iri in iris}, links)
    raw = force(network)
    xs, ys = [x for x, _ in raw.values()], [y for _, y in raw.values()]
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    height = round(min(max(240.0, 60.0 + 26.0 * len(iris)), 900.0))
    side, top = 90.0, 40.0
    return {
        iri: (
            round(side + (x - min(xs)) / wide * (WIDTH - 2 * side), 1),
            round(top + (max(ys) - y) / high * (height - 2 * top), 1),
        )
        for iri, (x, y) in raw.items()
    }, height


def _ends(question: Question) -> tuple[str, str] | None:
    named = [c.names for c in question.columns if c.names]
    if {"subject", "object"} <= set(named):
        return "subject", "object"
    skipped = {"source", "status", "statement", "relation", "comparator", "unit"}
    ends = [name for name in named if name not in skipped]
    return (ends[0], ends[1]) if len(ends) > 1 else None


def _short(text: str) -> str:
    cut = 22 if text.isascii() else 11
    return text if len(text) <= cut else text[: cut - 1] + "…"


def _edge(
    at: dict[str, tuple[float, float]],
    pair: tuple[str, str],
    row: Row,
    called: Names,
) -> Edge:
    planned = str(row.get("status", "")) == _TARGET
    words = [called.text(pair[0]), str(row.get("relationName", "–"))]
    words.append(called.text(pair[1]))
    if planned:
        words.append(f"({t('目标', 'target')})")
    return Edge(*at[pair[0]], *at[pair[1]], " ".join(words), planned)
