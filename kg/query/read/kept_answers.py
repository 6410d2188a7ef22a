"""Answers of the catalogue that read the whole of a large graph, kept on its shelf.

A page shows the beginning of such an answer; who wants all of it takes the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kg.errors import (
    KGError,
    PreparingError,
    QueryTimeoutError,
    QueryTooLargeError,
)
from kg.model import Blank, Iri, Literal, Term
from kg.query.catalogue import LANGUAGES, Question
from kg.query.read.most_linked import MostLinked, counts_neighbours
from kg.query.read.parts import at_first, in_parts, to_narrow
from kg.query.read.reader import Reader
from kg.shelf import Shelf
from kg.store import Solutions, Store

MOST = 1000
"""Rows of an answer of a large graph that pages show."""
ANSWERED = "answered"
"""Tells on the shelf that every answer that could be kept is there."""
_TIMEOUT_S = 20.0
_RETRY_S = 60


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


def beginning(reader: Reader, text: str, *, is_kept: bool = False) -> Beginning:
    """What a page shows of the answer to a query of the catalogue.

    Of a small graph all of it; of a large one at most ``MOST`` rows, from the shelf
    if the whole graph had to be read.

    Args:
        reader: of the store.
        text: the query.
        is_kept: whether its answer comes on the shelf, sooner or later.

    Raises:
        PreparingError: while that is being computed, or nothing is prepared yet.
        QueryTooLargeError: if a large graph does not answer it within the limits.
        KGError: as ``Store.select``.
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
        if is_kept and not shelf.value(ANSWERED):
            raise _not_yet()
        try:
            found = reader.store.select(text, timeout_s=_TIMEOUT_S)
        except (QueryTimeoutError, QueryTooLargeError) as error:
            raise to_narrow() from error
        return Beginning(Solutions(found.variables, found.rows[:MOST]), len(found))

    return reader.recent(f"{text} of {shelf.generation}", read)


def key(text: str) -> str:
    """Where the answer to a query lies on the shelf."""
    return "answer " + hashlib.sha256(text.encode()).hexdigest()[:32]


def _not_yet() -> PreparingError:
    return PreparingError(
        "This question reads the whole of a large graph; its answer is being computed.",
        zh="此问题需通读整个大图谱，答案正在计算。",
        hint="Come back in some minutes; the other questions answer already.",
        hint_zh="请过几分钟再来；其他问题已可查询。",
        context={"retry_after_s": _RETRY_S},
    )


def fillers(
    store: Store,
    questions: Iterable[Question],
    shelf: Shelf,
    progress: Callable[[str], None] = lambda step: None,
) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Key, name and maker of the answer to each question as it is first asked.

    Those whose blanks stand for things that the store does not have are left out.

    Args:
        store: that is asked; one that hands out beginnings is asked in parts.
        questions: whose answers are wanted.
        shelf: of the store's generation.
        progress: told how far an answer is that is made in parts.
    """
    hubs = MostLinked(store, shelf)
    for question in questions:
        try:
            question.check_values(store, {})
        except KGError:
            continue
        for language in LANGUAGES:
            text = question.bind({}, language)
            name = f"{question.name} ({language})"
            yield (
                key(text),
                name,
                lambda t=text, n=name: _told(  # type: ignore[misc]
                    store, hubs, t, lambda part: progress(f"{n}, {part}")
                ),
            )


def _told(
    store: Store, hubs: MostLinked, text: str, progress: Callable[[str], None]
) -> dict[str, Any]:
    """The first rows as JSON's types; all are counted, few are read."""
    if counts_neighbours(text):
        found = hubs.answer(text)
        total = len(found)
    elif hasattr(store, "rows"):
        found, total = in_parts(store, text, MOST, progress)  # type: ignore[arg-type]
    else:
        found, total = at_first(store, text, MOST)
    rows = [[_plain(t) for t in row] for row in found.rows[:MOST]]
    return {"variables": found.variables, "rows": rows, "total": total}


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
