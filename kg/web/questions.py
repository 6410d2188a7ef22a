"""``/questions``: the catalogue as pages: pick a question, fill it, read the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from kg import vocab
from kg.errors import (
    KGError,
    NotFoundError,
    PreparingError,
    QueryError,
    QueryTooLargeError,
)
from kg.model import Iri, Literal, Term
from kg.model.pinyin import by_name
from kg.query.catalogue import Catalogue, Parameter, Question, load_catalogue
from kg.query.fitting import fitted
from kg.query.read import tracks as tracks_
from kg.query.read.kept_answers import beginning
from kg.query.read.text import PROLOGUE, values
from kg.store import Solutions
from kg.web import answer_pictures, answers
from kg.web.factlist import about
from kg.web.language import t
from kg.web.reading import Names, language, page_number, reader, sparql_link
from kg.web.search import results
from kg.web.tabular import Cell, Table, download
from kg.wiring import shipped

blueprint = Blueprint("questions", __name__)

ROWS = 50
CHOICES = 120
VIEWS = ("table", "chart", "graph")
_NUMBERS = tuple(
    vocab.PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float")
)
TOPICS: dict[str, tuple[str, str]] = {
    "tracks": ("赛道", "Tracks"),
    "firms": ("企业", "Firms"),
    "platforms": ("平台与团队", "Platforms and teams"),
    "areas": ("区域", "Areas"),
    "zones": ("政策区", "Zones"),
    "targets": ("目标与结果", "Targets and results"),
    "events": ("活动", "Events"),
    "network": ("网络", "Network"),
}
ASKERS = {
    "analyst": ("分析师", "analyst"),
    "incubator": ("孵化器", "incubator"),
    "researcher": ("研究者", "researcher"),
}


def catalogue() -> Catalogue:
    """The questions that ship, as this graph can be asked them."""
    read = reader()
    try:
        return read.kept("catalogue", lambda: fitted(_shipped(), read))
    except KGError:  # the page that asks will say what the store says
        return _shipped()


def _shipped() -> Catalogue:
    """The questions that ship, read once."""
    extensions = current_app.extensions
    if "kg.catalogue" not in extensions:
        folder = current_app.config.get("QUESTIONS", shipped("queries"))
        extensions["kg.catalogue"] = load_catalogue(folder)
    found: Catalogue = extensions["kg.catalogue"]
    return found


@blueprint.get("/questions")
def index() -> str:
    """All questions by topic; those that lack data say so."""
    ordered = sorted(
        (q for q in catalogue() if not q.absent),
        key=lambda q: (_topic_place(q.topic), int(q.id)),
    )
    return render_template(
        "questions.html",
        topics=[(k, list(g)) for k, g in groupby(ordered, key=lambda q: q.topic)],
        names=TOPICS,
        askers=ASKERS,
        total=len(ordered),
        absent=[q for q in catalogue() if q.absent],
    )


def _topic_place(topic: str) -> int:
    known = list(TOPICS)
    return known.index(topic) if topic in known else len(known)


# What the page writes into a blank that is filled by search: name and id.
_NAMED = re.compile(r".*\(([\w.-]+)\)", re.DOTALL)


def _given(question: Question) -> dict[str, str]:
    """What fills the blanks: ids, of ``name (id)`` the id alone."""
    known = {p.name for p in question.parameters}
    return {
        name: named[1] if (named := _NAMED.fullmatch(text.strip())) else text.strip()
        for name, text in request.args.items()
        if name in known and text.strip()
    }


def ask(question: Question) -> tuple[str, Solutions]:
    """The query as it was sent, and its answer, kept for the pages of it.

    Raises:
        NotFoundError: if the graph does not know what fills a blank.
        QueryError: if it is of another class.
    """
    text, read = _bound(question), reader()
    return text, read.recent(text, lambda: read.store.select(text, timeout_s=20.0))


def _bound(question: Question) -> str:
    """The query with what the reader gave; raises as ``ask`` does."""
    if question.absent:
        raise NotFoundError(question.absent["en"], zh=question.absent["zh"])
    given = _given(question)
    question.check_values(reader().store, given)
    return question.bind(given, language())


@blueprint.get("/questions/<name>")
def question(name: str) -> Response | str | tuple[str, int]:
    """A question with its blanks and its answer."""
    stem, _, extension = name.rpartition(".")
    if stem and extension in {"csv", "xlsx", "json"}:
        return _file(catalogue().get(stem), extension)
    asked = catalogue().get(name)
    view = request.args.get("view", "table")
    if view not in VIEWS:
        raise QueryError(
            f"view is one of {', '.join(VIEWS)}.",
            zh=f"view 只能是 {'、'.join(VIEWS)} 之一。",
        )
    common = {
        "question": asked,
        "topic": TOPICS.get(asked.topic, (asked.topic, asked.topic)),
        "choices": {p.name: _choices(p) for p in asked.parameters},
        "view": view,
    }
    if asked.absent:
        page = render_template(
            "question.html",
            **common,
            values={},
            error=asked.absent[language()],
            keep="",
        )
        return page, 404
    try:
        text = _bound(asked)
        answer = beginning(reader(), text, is_kept=not asked.parameters)
    except PreparingError:
        raise
    except KGError as error:
        if not asked.parameters and not isinstance(error, QueryTooLargeError):
            raise
        return _unfilled(asked, error, common)
    number, found = page_number(), answer.rows
    table = answers.table(asked, found, (number - 1) * ROWS, ROWS)
    return render_template(
        "question.html",
        **common,
        values=_shown_values(asked),
        text=text,
        table=table,
        coverage=answers.coverage(asked, found),
        total=answer.total,
        shown=len(found),
        number=number,
        pages=-(-table.total // ROWS),
        views=answer_pictures.views(asked, found),
        chart=answer_pictures.chart(asked, found) if view == "chart" else None,
        graph=answer_pictures.graph(asked, found) if view == "graph" else None,
        sparql=sparql_link(text),
        keep=_keep(asked),
        code=answers.code(_address(asked), text, _endpoint()),
    )


def _unfilled(
    asked: Question, error: KGError, common: dict[str, Any]
) -> tuple[str, int]:
    """The form again, with what each blank may have meant, or how to narrow it."""
    given = _given(asked)
    if isinstance(error, QueryTooLargeError):
        page = render_template(
            "question.html",
            **common,
            values=_shown_values(asked),
            error=f"{error.text(language())} {error.advice(language())}",
            sparql=sparql_link(asked.bind(given, language())),
            keep=_keep(asked),
        )
        return page, 413
    meant = {
        p.name: _meant(p, given[p.name]) for p in asked.parameters if p.name in given
    }
    status = 404 if isinstance(error, NotFoundError) else 400
    page = render_template(
        "question.html",
        **common,
        values=given,
        error=error.text(language()),
        meant=meant,
        keep=_keep(asked),
    )
    return page, status


def _meant(parameter: Parameter, text: str) -> list[dict[str, Any]]:
    """What a reader's words may be, of the class that the blank needs first."""
    found = results(text, limit=30)
    terms = reader().terms
    classes = {c.removeprefix(vocab.ONTOLOGY) for c in terms.subs(parameter.kind)}
    fitting = [hit for hit in found if hit["type"] in classes]
    return (fitting or found)[:8]


def _shown_values(asked: Question) -> dict[str, str]:
    """What the blanks show: an id in a list of choices, else name and id."""
    given = asked.values(_given(asked))
    called = Names(given.values())
    ids = {name: iri.removeprefix(vocab.ID) for name, iri in given.items()}
    return {
        p.name: ids[p.name]
        if _choices(p)
        else f"{called.text(given[p.name])} ({ids[p.name]})"
        for p in asked.parameters
    }


def _keep(asked: Question) -> str:
    given = _given(asked)
    return "?" + urlencode(given) if given else ""


def _choices(parameter: Parameter) -> list[tuple[str, str]]:
    """Id and name of everything a blank can be filled with; none if too many."""
    read = reader()

    def find() -> list[str]:
        classes = read.terms.subs(parameter.kind)
        found = read.store.select(
            f"{PROLOGUE}SELECT DISTINCT ?s WHERE {{ {values('c', sorted(classes))}"
            f" ?s a ?c }} LIMIT {CHOICES + 1}"
        )
        return [str(row["s"]) for row in found]

    if parameter.kind == vocab.ONTOLOGY + "Track":
        tree = tracks_.tree(read)
        return [
            (
                i.removeprefix(vocab.ID),
                "　" * tree[i].depth + tree[i].name.text(language()),
            )
            for i in tree.order
        ][:CHOICES]
    iris = read.kept(f"choices {parameter.kind}", find)
    if len(iris) > CHOICES:
        return []
    called = Names(iris)
    return sorted(
        ((i.removeprefix(vocab.ID), called.text(i)) for i in iris),
        key=lambda c: by_name(c[1], language()),
    )


def _file(asked: Question, extension: str) -> Response:
    text, found = ask(asked)
    if extension == "json":
        return _json(asked, found, text)
    lines = about(asked.label[language()], text)
    if asked.missing:
        lines.append((t("缺什么数据", "missing data"), asked.missing[language()]))
    columns = [c.name for c in asked.columns]
    return download(
        Table(asked.name, columns, _cells(columns, found), lines), extension
    )


def _cells(columns: list[str], found: Solutions) -> Iterator[list[Cell]]:
    for row in found:
        yield [cell(row.get(name)) for name in columns]


def cell(term: Term | None) -> Cell:
    """A term as a cell: numbers are numbers, all else is text."""
    if term is None:
        return None
    if isinstance(term, Literal) and term.datatype in _NUMBERS:
        try:
            number = Decimal(term.value)
        except InvalidOperation:
            return term.value
        return int(number) if number == number.to_integral_value() else number
    return " ".join(str(term).split("\n")) if isinstance(term, Literal) else str(term)


def _json(asked: Question, found: Solutions, text: str) -> Response:
    columns = [c.name for c in asked.columns]
    rows = [
        {name: _json_value(row[name]) for name in columns if name in row}
        for row in found
    ]
    return jsonify(
        {
            "question": asked.iri,
            "label": dict(asked.label),
            "parameters": asked.values(_given(asked)),
            "missing": dict(asked.missing),
            "generation": reader().store.generation,
            "columns": columns,
            "rows": rows,
            "sparql": text,
        }
    )


def _json_value(term: Term) -> str | int | float:
    if isinstance(term, Iri):
        return term.value
    value = cell(term)
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, int) else str(term)


def _home() -> str:
    base = current_app.extensions["kg"].settings["base_url"] or request.url_root
    return str(base).rstrip("/")


def _address(asked: Question) -> str:
    arguments = {**_given(asked), "lang": language()}
    return f"{_home()}/questions/{asked.name}.csv?{urlencode(arguments)}"


def _endpoint() -> str:
    return _home() + "/sparql"
