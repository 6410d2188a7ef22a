"""An answer of the catalogue as a table, a chart or a picture of links."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kg import vocab
from kg.model import Iri, Literal, Term
from kg.query.catalogue import Question
from kg.query.read.evidence import fold
from kg.query.read.figures import plain, said
from kg.query.read.text import local
from kg.store import Solutions
from kg.web.language import t
from kg.web.reading import Names, language, page_of

MOST_BARS = 30
MOST_NODES = 24
_HIDDEN = frozenset({"evidence"})
_TARGET = vocab.ONTOLOGY + "target"


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell to show: its text, where it leads, and what kind it is.

    Attributes:
        kind: ``text``, ``number``, ``quote``, ``actual`` or ``target``.
    """

    text: str
    link: str = ""
    kind: str = "text"
    language: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """An answer as a reader's table: IRIs are replaced by their names."""

    columns: tuple[str, ...]
    rows: tuple[tuple[CellView, ...], ...]


def table(question: Question, found: Solutions, start: int, size: int) -> TableView:
    """A page of the answer.

    A column and the column of its names are one; evidence is the link of a quote;
    a column that is empty on the whole page is left out.
    """
    names = {c.names: c.name for c in question.columns if c.names}
    shown = [
        c for c in question.columns if not c.names and c.name not in _hidden(question)
    ]
    page = list(found)[start : start + size]
    filled = {name for row in page for name in row}
    shown = [c for c in shown if c.name in filled]
    wanted = [str(t_) for row in page for t_ in row.values() if isinstance(t_, Iri)]
    called = Names(wanted)
    rows = tuple(
        tuple(_cell(row, c.name, names.get(c.name, ""), called) for c in shown)
        for row in page
    )
    return TableView(tuple(c.label[language()] for c in shown), rows)


def _hidden(question: Question) -> frozenset[str]:
    has_quote = any(c.name == "quote" for c in question.columns)
    return _HIDDEN if has_quote else frozenset()


def _cell(row: dict[str, Term], name: str, name_column: str, called: Names) -> CellView:
    term = row.get(name)
    if term is None:
        return CellView("")
    if name == "quote":
        evidence = row.get("evidence")
        link = page_of(str(evidence)) if evidence is not None else ""
        return CellView(fold(str(term)), link, "quote")
    if isinstance(term, Iri):
        named = row.get(name_column)
        text = str(named) if named is not None else called.text(term)
        kind = local(term.value) if name == "status" else "text"
        return CellView(text, page_of(term.value), kind)
    number = _number(term)
    if number is not None:
        return CellView(plain(number), kind="number")
    return CellView(str(term), language=getattr(term, "language", ""))


def _number(term: Term | None) -> Decimal | None:
    if not isinstance(term, Literal) or not term.datatype.startswith(
        vocab.PREFIXES["xsd"]
    ):
        return None
    if local(term.datatype) not in {"integer", "decimal", "double", "float"}:
        return None
    try:
        return Decimal(term.value)
    except InvalidOperation:
        return None


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


def chart(question: Question, found: Solutions) -> list[AnswerBar]:
    """Bars for an answer whose rows have numbers; else nothing.

    Rows of different units are not drawn in one chart: only those of the first.
    A base and a goal of one row are two bars, the goal an open one.
    """
    columns = [c for c in ("value", "neighbours", "total") if _has(question, c)][:1]
    columns = columns or [c for c in ("base", "goal") if _has(question, c)]
    rows = [
        row for row in found if any(_number(row.get(c)) is not None for c in columns)
    ]
    if not rows:
        return []
    unit = str(rows[0].get("unit", ""))
    unique = {_row_key(row): row for row in rows if str(row.get("unit", "")) == unit}
    drawn = [
        (row, column, number)
        for row in unique.values()
        for column in columns
        if (number := _number(row.get(column))) is not None
    ][:MOST_BARS]
    top = max(abs(number) for _, _, number in drawn) or Decimal(1)
    return [_bar(question, row, column, number / top) for row, column, number in drawn]


def _has(question: Question, name: str) -> bool:
    return any(c.name == name for c in question.columns)


def _row_key(row: dict[str, Term]) -> tuple[str, ...]:
    skipped = {"quote", "evidence", "source", "sourceName"}
    return tuple(str(v) for k, v in row.items() if k not in skipped)


def _bar(
    question: Question, row: dict[str, Term], column: str, share: Decimal
) -> AnswerBar:
    skipped = {"source", "status", "comparator"}
    named = [c for c in question.columns if c.names and c.name in row]
    labels = [str(row[c.name]) for c in named if c.names not in skipped]
    period = row.get({"base": "basePeriod", "goal": "goalPeriod"}.get(column, "period"))
    if period is not None:
        labels.append(str(period))
    comparator = local(str(row.get("comparator", "exact")))
    value = _number(row[column]) or Decimal(0)
    amount = said(value, _number(row.get("valueMax")), comparator)
    return AnswerBar(
        label=" · ".join(dict.fromkeys(labels)),
        text=f"{amount} {row.get('unit', '')}".strip(),
        share=round(abs(float(share)) * 100, 2),
        is_target=column == "goal" or str(row.get("status", "")) == _TARGET,
        link=page_of(str(row[named[0].names])) if named else "",
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in the picture of an answer."""

    iri: str
    label: str
    link: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A link in the picture."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: str
    is_target: bool


@dataclass(frozen=True, slots=True)
class GraphView:
    """Things in two columns with lines between; the table says the same."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    height: int
    cut: bool


def graph(question: Question, found: Solutions) -> GraphView | None:
    """A picture of an answer that has two columns of things; else ``None``."""
    pair = _ends(question)
    if pair is None:
        return None
    left, right = pair
    links: dict[tuple[str, str], dict[str, Term]] = {}
    for row in found:
        if isinstance(row.get(left), Iri) and isinstance(row.get(right), Iri):
            links.setdefault((str(row[left]), str(row[right])), row)
    if not links:
        return None
    first = list(dict.fromkeys(a for a, _ in links))
    second = list(dict.fromkeys(b for _, b in links))
    cut = len(first) > MOST_NODES or len(second) > MOST_NODES
    first, second = first[:MOST_NODES], second[:MOST_NODES]
    called = Names([*first, *second])
    height = 40 + 34 * max(len(first), len(second))
    places = {("l", iri): _node(iri, i, len(first), height, "l", called)
              for i, iri in enumerate(first)}  # fmt: skip
    places |= {("r", iri): _node(iri, i, len(second), height, "r", called)
               for i, iri in enumerate(second)}  # fmt: skip
    edges = tuple(
        _edge(places["l", a], places["r", b], row)
        for (a, b), row in links.items()
        if ("l", a) in places and ("r", b) in places
    )
    return GraphView(tuple(places.values()), edges, height, cut)


def _ends(question: Question) -> tuple[str, str] | None:
    named = [c.names for c in question.columns if c.names]
    if {"subject", "object"} <= set(named):
        return "subject", "object"
    skipped = {"source", "status", "statement", "relation", "comparator", "unit"}
    ends = [name for name in named if name not in skipped]
    return (ends[0], ends[1]) if len(ends) > 1 else None


def _node(
    iri: str, place: int, count: int, height: int, side: str, called: Names
) -> Node:
    step = height / max(count, 1)
    text = called.text(iri)
    cut = 26 if text.isascii() else 14
    return Node(
        iri=iri,
        label=text if len(text) <= cut else text[: cut - 1] + "…",
        link=page_of(iri),
        x=230 if side == "l" else 490,
        y=round(step * (place + 0.5), 1),
        anchor="end" if side == "l" else "start",
    )


def _edge(a: Node, b: Node, row: dict[str, Term]) -> Edge:
    return Edge(
        a.x,
        a.y,
        b.x,
        b.y,
        str(row.get("relationName", "")),
        str(row.get("status", "")) == _TARGET,
    )


def code(address: str, query: str, endpoint: str) -> list[tuple[str, str]]:
    """The same answer from Python, R and a shell: language and text."""
    note = t("同一答案，随数据更新", "the same answer, as fresh as the graph")
    python = (
        f"# {note}\nimport csv, io, urllib.request\n\n"
        f"address = {json.dumps(address)}\n"
        "with urllib.request.urlopen(address) as answer:\n"
        '    rows = list(csv.DictReader(io.TextIOWrapper(answer, "utf-8-sig")))\n'
        "print(len(rows), rows[:3])\n"
    )
    r = (
        f"# {note}\naddress <- {json.dumps(address)}\n"
        'rows <- read.csv(address, fileEncoding = "UTF-8-BOM")\nhead(rows)\n'
    )
    quoted = query.replace("'", "'\\''")
    curl = (
        f"curl '{address}'\n\n# SPARQL\ncurl -H 'Accept: text/csv' "
        f"--data-urlencode 'query={quoted}' '{endpoint}'\n"
    )
    return [("Python", python), ("R", r), ("curl", curl)]
