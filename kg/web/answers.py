"""An answer of the catalogue as a table for a reader, each row with its evidence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kg import vocab
from kg.model import Iri, Literal, Term
from kg.query.catalogue import Column, Question
from kg.query.read import Evidence
from kg.query.read.evidence import fold
from kg.query.read.figures import plain
from kg.query.read.text import PROLOGUE, local, values
from kg.query.read.wording import period_in, tongue, unit_in
from kg.store import Solutions
from kg.web.language import t
from kg.web.reading import Names, language, page_of, reader

Row = dict[str, Term]

# Where a row comes from: shown in one cell, beside what the row says.
_ORIGIN = frozenset({"quote", "evidence", "source", "sourceName"})
# The column of a number, and the column of its unit.
UNIT_OF = {
    "value": "unit",
    "total": "unit",
    "base": "unit",
    "goal": "unit",
    "approved": "approvedUnit",
}
PERIODS = frozenset({"period", "basePeriod", "goalPeriod"})
_COMPARED = ("value", "total")


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell to show: its text, where it leads, and what kind it is.

    Attributes:
        kind: ``text``, ``number``, ``actual`` or ``target``.
        language: of the text, "" when it is that of the page.
    """

    text: str
    link: str = ""
    kind: str = "text"
    language: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """A place that a row rests on.

    Attributes:
        quoted: whether ``text`` is the source's own words; else it tells where
            in the source to look.
    """

    text: str
    link: str
    quoted: bool
    source: str
    source_link: str
    language: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row as a reader sees it: what it says, and every place that says so."""

    cells: tuple[CellView, ...]
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """An answer as a reader's table: IRIs are replaced by their names.

    Attributes:
        total: rows of the whole answer; rows that differ only in their evidence
            are one.
    """

    columns: tuple[str, ...]
    rows: tuple[RowView, ...]
    total: int


def merged(found: Solutions) -> list[list[Row]]:
    """Rows that say the same from different places, together, in order."""
    groups: dict[tuple[tuple[str, str], ...], list[Row]] = {}
    for row in found:
        key = tuple((k, str(v)) for k, v in row.items() if k not in _ORIGIN)
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def table(question: Question, found: Solutions, start: int, size: int) -> TableView:
    """A page of the answer.

    A column and the column of its names are one; a number has its bound and unit
    with it; a column that is empty on the whole page is left out.
    """
    groups = merged(found)
    page = groups[start : start + size]
    filled = {name for group in page for name in group[0]}
    shown = [c for c in _columns(question) if c.name in filled]
    names = {c.names: c.name for c in question.columns if c.names}
    rows = [row for group in page for row in group]
    called = Names(str(term) for row in rows for term in row.values() if _is_iri(term))
    places = reader().evidence(str(r["evidence"]) for r in rows if "evidence" in r)
    return TableView(
        tuple(c.label[language()] for c in shown),
        tuple(
            RowView(
                tuple(
                    _cell(group[0], c.name, names.get(c.name, ""), called)
                    for c in shown
                ),
                tuple(_origins(group, places)),
            )
            for group in page
        ),
        len(groups),
    )


def _is_iri(term: Term) -> bool:
    return isinstance(term, Iri)


def _columns(question: Question) -> list[Column]:
    """The columns a reader needs: no names apart, no bounds and units apart."""
    own = {c.name for c in question.columns}
    aside = set(_ORIGIN)
    aside |= {unit for number, unit in UNIT_OF.items() if number in own}
    if own & set(_COMPARED):
        aside |= {"comparator", "comparatorName", "valueMax"}
    return [c for c in question.columns if not c.names and c.name not in aside]


def _origins(group: Iterable[Row], places: dict[str, Evidence]) -> Iterable[Origin]:
    seen = set()
    for row in group:
        place = places.get(str(row.get("evidence", "")))
        if place is None or place.iri in seen:
            continue
        seen.add(place.iri)
        text = place.folded if place.quote else fold(place.locator)
        yield Origin(
            text,
            page_of(place.iri),
            bool(place.quote),
            place.source.name.text(language()),
            page_of(place.source.iri),
            tongue(text),
        )


def _cell(row: Row, name: str, name_column: str, called: Names) -> CellView:
    term = row.get(name)
    if term is None:
        return CellView("")
    if isinstance(term, Iri):
        named = row.get(name_column)
        text = str(named) if named is not None else called.text(term)
        kind = local(term.value) if name == "status" else "text"
        return CellView(text, page_of(term.value), kind)
    if number(term) is not None:
        return CellView(amount(row, name), kind="number")
    text = _words(str(term), name)
    foreign = tongue(text) != ("zh-Hans" if language() == "zh" else "en")
    return CellView(text, language=tongue(text) if foreign else "")


def _words(text: str, column: str) -> str:
    if text in ("true", "false"):
        return t("是", "yes") if text == "true" else t("否", "no")
    return period_in(text, language()) if column in PERIODS else text


def amount(row: Row, column: str) -> str:
    """A number with its bound and unit: ``超过 50 场``, ``about 450 …``."""
    value = number(row.get(column))
    if value is None:
        return ""
    told = plain(value)
    if column in _COMPARED:
        top = number(row.get("valueMax"))
        told += "" if top is None else f"–{plain(top)}"
        bound = str(row.get("comparatorName", ""))
        if bound != _exact():
            told = f"{bound} {told}".strip()
    unit = unit_in(str(row.get(UNIT_OF.get(column, ""), "")), language())
    return f"{told} {unit}".strip()


_EXACT = vocab.ONTOLOGY + "exact"


def _exact() -> str:
    """What the comparator that adds nothing is called; read once a generation."""
    read = reader()
    name = read.kept("name of exact", lambda: read.names([_EXACT])[_EXACT])
    return name.text(language())


def number(term: Term | None) -> Decimal | None:
    """The number of a numeric literal, else ``None``."""
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
class Coverage:
    """How far an answer reaches.

    Attributes:
        things: label of the first column of things, and how many differ.
        datasets: name, page and rows of each dataset that the answer rests on.
    """

    things: tuple[str, int]
    datasets: tuple[tuple[str, str, int], ...]


def coverage(question: Question, found: Solutions) -> Coverage:
    """What the answer covers: how many things, and rows by dataset."""
    first = next((c for c in question.columns if c.names and c.names != "status"), None)
    things = ("", 0)
    if first is not None:
        label = next(c.label for c in question.columns if c.name == first.names)
        many = {str(row[first.names]) for row in found if first.names in row}
        things = (label[language()], len(many))
    homes = _datasets_of({str(row["source"]) for row in found if "source" in row})
    counted = Counter(
        dataset for row in found for dataset in homes.get(str(row.get("source")), ())
    )
    called = Names(counted)
    return Coverage(
        things,
        tuple((called.text(d), page_of(d), n) for d, n in sorted(counted.items())),
    )


def _datasets_of(sources: set[str]) -> dict[str, list[str]]:
    if not sources:
        return {}
    query = (
        f"{PROLOGUE}SELECT ?s ?d WHERE {{ {values('s', sorted(sources))}"
        " ?s lv:dataset ?d }"
    )
    found: dict[str, list[str]] = {}
    for row in reader().recent(query, lambda: reader().store.select(query)):
        found.setdefault(str(row["s"]), []).append(str(row["d"]))
    return found


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
