"""Ask a question of the catalogue.

Examples: ``kg ask`` lists the questions; ``kg ask 1`` asks the first;
``kg ask things_tied_to_track --track id:track-cgt --format csv`` fills in a blank;
``kg ask 1 --dataset article`` answers from the article alone;
``kg ask 7 --show`` prints the SPARQL and asks nothing.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence

from kg.config import load_settings
from kg.errors import NotFoundError
from kg.model import Literal, Term
from kg.query.catalogue import LANGUAGES, Catalogue, Column, Question, load_catalogue
from kg.query.fitting import fitted
from kg.query.read import Reader
from kg.store import Solutions
from kg.wiring import build_parts, shipped

NAME = "ask"
HELP = "ask a question of the catalogue, or list them"
PARAMETERS = (
    "track",
    "area",
    "zone",
    "plan",
    "target_set",
    "organisation",
    "from",
    "to",
)
CELL_COLUMNS = 42


def configure(parser: argparse.ArgumentParser) -> None:
    """The question, one option for each blank, and how to print."""
    parser.add_argument("question", nargs="?", help="its number or its name")
    for name in PARAMETERS:
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            dest=f"value_{name}",
            metavar="ID",
            help="value of this blank, such as id:track-cgt",
        )
    parser.add_argument(
        "--dataset", default="", help="answer from this data set alone: article"
    )
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")
    parser.add_argument("--language", choices=LANGUAGES, default="zh")
    parser.add_argument("--store", help="the store to ask (see kg settings)")
    parser.add_argument("--show", action="store_true", help="print the SPARQL and stop")


def run(arguments: argparse.Namespace) -> int:
    """List, show, or ask; data on stdout, remarks on stderr."""
    catalogue = load_catalogue(shipped("queries"))
    language = arguments.language
    if not arguments.question:
        print("\n".join(listing(catalogue, language)))
        return 0
    question = catalogue.get(arguments.question)
    given = {
        name: value
        for name in PARAMETERS
        if (value := getattr(arguments, f"value_{name}")) is not None
    }
    query = question.bind(given, language, arguments.dataset)
    if arguments.show:
        print(query)
        return 0
    settings = load_settings({"store": arguments.store} if arguments.store else {})
    parts = build_parts(settings)
    try:
        question = fitted(catalogue, Reader(parts.store)).get(question.name)
        if question.absent:
            raise NotFoundError(question.absent["en"], zh=question.absent["zh"])
        query = question.bind(given, language, arguments.dataset)
        question.check_values(parts.store, given, arguments.dataset)
        answer = parts.store.select(query)
    finally:
        parts.store.close()
    if question.missing:
        print(question.missing[language], file=sys.stderr)
    print(FORMATS[arguments.format](question, answer, language), end="")
    return 0


def listing(catalogue: Catalogue, language: str) -> Iterable[str]:
    """One line a question: number, name, text, blanks."""
    marks = {"article": " ", "partly": "~", "more-data": "?"}
    for q in catalogue:
        blanks = " ".join(f"--{p.name.replace('_', '-')}" for p in q.parameters)
        text = f"{marks[q.answerable]} {q.id:>2}  {q.name}  {q.label[language]}"
        yield f"{text}  [{blanks}]" if blanks else text


def as_table(question: Question, answer: Solutions, language: str) -> str:
    """Aligned columns for reading: names instead of IRIs, long cells cut."""
    columns = readable(question.columns)
    rows = [[c.label[language] for c in columns]]
    rows += [[shown(row.get(c.name)) for c in columns] for row in answer]
    widths = [max(width(row[i]) for row in rows) for i in range(len(columns))]
    lines = [
        "  ".join(
            cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)
        )
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def readable(columns: Sequence[Column]) -> list[Column]:
    """The columns without the IRIs that another one names, and the evidence's."""
    named = {c.names for c in columns} | {"evidence"}
    return [c for c in columns if c.name not in named]


def shown(term: Term | None) -> str:
    """A cell of the table: line breaks of a quote folded, cut when too wide."""
    if term is None:
        return ""
    text = "".join(term.value.split("\n")) if isinstance(term, Literal) else str(term)
    text = text if isinstance(term, Literal) else re.split("[/#]", text)[-1]
    cut = text
    while width(cut) > CELL_COLUMNS:
        cut = cut[:-1]
    return cut if cut == text else cut[:-1] + "…"


def width(text: str) -> int:
    """Terminal columns of a text: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def as_csv(question: Question, answer: Solutions, language: str) -> str:
    """Every column, as values; the header has the variables."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.variables)
    writer.writerows([str(t) if t is not None else "" for t in r] for r in answer.rows)
    return out.getvalue()


def as_json(question: Question, answer: Solutions, language: str) -> str:
    """A list of objects, a key for each bound variable."""
    rows = [{k: str(v) for k, v in row.items()} for row in answer]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


FORMATS = {"table": as_table, "csv": as_csv, "json": as_json}
