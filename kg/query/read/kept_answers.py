"""Answers of the catalogue that read the whole of a large graph, kept on its shelf.

A page shows the beginning of such an answer; who wants all of it takes the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kg.errors import KGError
from kg.model import Blank, Iri, Literal, Term
from kg.query.catalogue import LANGUAGES, Question
from kg.query.read.reader import Reader
from kg.store import Solutions, Store

MOST = 1000
"""Rows of an answer of a large graph that pages show."""
_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first rows of an answer.

    Attributes:
        total: rows of the whole answer.
    """

    rows: Solutions
    total: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows."""
        return self.total > len(self.rows)


def beginning(reader: Reader, text: str) -> Beginning:
    """What a page shows of the answer to a query of the catalogue.

    Of a small graph all of it; of a large one at most ``MOST`` rows, from the shelf
    if the whole graph had to be read.

    Raises:
        KGError: as ``Store.select``; also while a large graph is prepared.
    """
    shelf = reader.shelf
    if shelf is None:
        found = reader.recent(
            text, lambda: reader.store.select(text, timeout_s=_TIMEOUT_S)
        )
        return Beginning(found, len(found))

    def read() -> Beginning:
        told = shelf.value(key(text))
        if told is not None:
            return _read(told)
        found = reader.store.select(text, timeout_s=_TIMEOUT_S)
        return Beginning(Solutions(found.variables, found.rows[:MOST]), len(found))

    return reader.recent(f"{text} of {shelf.generation}", read)


def key(text: str) -> str:
    """Where the answer to a query lies on the shelf."""
    return "answer " + hashlib.sha256(text.encode()).hexdigest()[:32]


def fillers(
    store: Store, questions: Iterable[Question]
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Key and maker of the answer to each question as it is first asked.

    Those whose blanks stand for things that the store does not have are left out.
    """
    for question in questions:
        try:
            question.check_values(store, {})
        except KGError:
            continue
        for language in LANGUAGES:
            text = question.bind({}, language)
            yield key(text), lambda text=text: _told(store, text)  # type: ignore[misc]


def _told(store: Store, text: str) -> dict[str, Any]:
    """The first rows as JSON's types; all are read, few are kept."""
    found = store.select(text)
    rows = [[_plain(t) for t in row] for row in found.rows[:MOST]]
    return {"variables": found.variables, "rows": rows, "total": len(found)}


def _plain(term: Term | None) -> list[str] | None:
    if term is None:
        return None
    if isinstance(term, Literal):
        return ["L", term.value, term.datatype, term.language]
    return ["I" if isinstance(term, Iri) else "B", term.value]


def _read(told: dict[str, Any]) -> Beginning:
    rows = [tuple(_term(t) for t in row) for row in told["rows"]]
    return Beginning(Solutions(tuple(told["variables"]), rows), int(told["total"]))


def _term(told: list[str] | None) -> Term | None:
    if told is None:
        return None
    if told[0] == "L":
        return Literal(*told[1:])
    return Iri(told[1]) if told[0] == "I" else Blank(told[1])
