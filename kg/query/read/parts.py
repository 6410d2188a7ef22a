"""The beginning of a long answer, found part by part: in bounded memory, and sooner.

An engine that sorts, or joins alternatives by hashing, holds the whole answer and more;
and it may read every piece of evidence of a graph to find the few that count. A row of
a question of the catalogue rests on one statement and one piece of its evidence, which
the first lines of the question choose. So these are found first, as a stream, each
alternative (UNION) for itself; the question is asked of some of them at a time; and of
the rows that come only the first are kept. The engine says which those are: it is asked
to put rows in the order of the question that are given to it with VALUES.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, takewhile
from typing import Protocol

from kg.errors import QueryTooLargeError
from kg.model import Blank, Iri, Literal, Term
from kg.store import Solutions, Store

AT_ONCE = 100
"""Statements asked for at once: so few that the engine looks up one after another."""
WAITING = 4
"""How many times the rows that are wanted wait until they are put in order."""
CHOSEN = 5_000_000
"""Statements that a question may speak of: a third of a kilobyte each."""
BUDGET_S = 1800.0
"""Seconds of processor time that one answer may take."""
_TOLD = 50_000
_SELECT = re.compile(r"^SELECT (DISTINCT )?((?:\?\w+ ?)+)\n?WHERE \{\n", re.MULTILINE)
# Where a question of the catalogue says what its rows rest on, below what chooses them.
_RESTS = re.compile(r"^  \?statement prov:wasDerivedFrom \?evidence \.\n", re.MULTILINE)
_EITHER = re.compile(
    r"^  \{\n.*?^  \}( UNION \{\n.*?^  \})+\n", re.MULTILINE | re.DOTALL
)
_ONE = re.compile(r"^  \} UNION \{\n", re.MULTILINE)
# Filters of the question itself; they may speak of what is bound further down.
_FILTER = re.compile(r"^  FILTER .*\n", re.MULTILINE)
# Options of two steps. The engine reads all there are of such, for each part anew; of
# an option within an option it looks up what belongs to a row.
_PATH = re.compile(r"OPTIONAL \{ (\?\w+) (\w+:\w+)/(\w+:\w+) (\?\w+) \}")
_STEPS = re.compile(
    r"OPTIONAL \{ (\?\w+ \w+:\w+ (\?\w+)) \. (\2 \w+:\w+ (\?\w+)) \."
    r" (FILTER \(LANG\(\4\) = \S+\)) \}"
)
# A key of an order by the text of an IRI or a value.
_SIMPLE = re.compile(r"\?(\w+)|STR\(\?(\w+)\)")
Row = tuple[Term | None, ...]
Pair = tuple[str, ...]
Told = Callable[[str], None]


class Streaming(Protocol):
    """A store that hands out answers row by row."""

    def select(self, query: str, *, timeout_s: float = ...) -> Solutions:
        """Answer a SELECT."""

    def rows(self, query: str) -> Iterator[Row]:
        """The solutions of a SELECT, one at a time."""


def in_parts(
    store: Streaming, text: str, most: int, told: Told = lambda part: None
) -> tuple[Solutions, int]:
    """The first ``most`` rows of an answer of the catalogue, and their number.

    Args:
        store: that is asked.
        text: the query.
        most: rows wanted.
        told: called with how far it is, now and then.

    Raises:
        QueryTooLargeError: if it cannot be found so, since it does not say what its
            rows rest on, computes it, may rest on more than ``CHOSEN`` statements or
            on some without an IRI, or takes more than ``BUDGET_S``.
        KGError: as the store does.
    """
    return _Question(text).answered(store, most, told)


def at_first(store: Store, text: str, most: int) -> tuple[Solutions, int]:
    """The same of a store that sorts for itself and hands over what is asked for.

    Raises:
        KGError: as the store does.
    """
    end = text.rfind("\nORDER BY ")
    if end < text.rfind("}"):
        found = store.select(text)
        return Solutions(found.variables, found.rows[:most]), len(found)
    found = store.select(f"{text}\nLIMIT {most}")
    if len(found) < most:
        return found, len(found)
    start = text.index("SELECT")
    counted = f"SELECT (COUNT(*) AS ?n) WHERE {{ {text[start:end]} }}"
    return found, int(str(store.select(text[:start] + counted).rows[0][0]))


def to_narrow() -> QueryTooLargeError:
    """What a reader is told of a question that reads too much of a large graph."""
    return QueryTooLargeError(
        "On a graph of this size this question has to be narrowed.",
        zh="图谱规模较大，此问题需要缩小范围。",
        hint="Fill its blanks with less, or limit it in the SPARQL editor.",
        hint_zh="请填写范围较小的内容，或在 SPARQL 编辑器中限定。",
    )


class _Question:
    """A query of the catalogue, taken apart.

    Args:
        text: the query.

    Raises:
        QueryTooLargeError: if it is of another shape.
    """

    def __init__(self, text: str) -> None:
        head, end = _SELECT.search(text), text.rfind("\nORDER BY ")
        if head is None or end < head.end() or len(_RESTS.findall(text)) != 1:
            raise to_narrow()
        self.prologue, self.select = text[: head.start()], head[0]
        self.names = tuple(re.findall(r"\?(\w+)", head[2]))
        self.body, self.order = _looked_up(text[head.end() : end]), text[end:]
        computed = " AS ?statement)" in text
        if computed or "evidence" not in self.names or not self._sorts_by_columns():
            raise to_narrow()
        self.is_distinct = bool(head[1])

    def _sorts_by_columns(self) -> bool:
        return set(re.findall(r"\?(\w+)", self.order)) <= set(self.names)

    def answered(
        self, store: Streaming, most: int, told: Told
    ) -> tuple[Solutions, int]:
        """The first rows and the number of all."""
        first = _First(store, self, most)
        asked, began = 0, time.process_time()
        for body in self._alternatives():
            pairs = self._chosen(store, body)
            for part in self._parts(pairs):
                for row in store.rows(self._about(body, part)):
                    first.add(row)
                asked += len(part)
                if asked % _TOLD < len(part):
                    told(f"{asked:,} statements")
                if time.process_time() - began > BUDGET_S:
                    raise to_narrow()
        return Solutions(self.names, first.sorted()), first.total

    def _alternatives(self) -> Iterator[str]:
        """The question with each alternative of its first lines alone.

        Those of a DISTINCT stay together, since both may have the same row.
        """
        either = _EITHER.search(self.body)
        if either is None or either.start() or self.is_distinct:
            yield self.body
            return
        for one in _ONE.split(either[0].removeprefix("  {\n")):
            yield (
                "  {\n"
                + one.removesuffix("  }\n")
                + "  }\n"
                + self.body[either.end() :]
            )

    def _chosen(self, store: Streaming, body: str) -> list[Pair]:
        """The statement of each row there may be, with the evidence if rows are merged.

        Filters are left out, and so is what stands below: more may be chosen, never
        less.
        """
        rests = _RESTS.search(body)
        if rests is None:
            raise to_narrow()
        lines = _FILTER.sub("", body[: rests.start()])
        lines += rests[0] if self.is_distinct else ""
        query = f"{self.prologue}SELECT {self._keys} WHERE {{\n{lines}}}"
        found: dict[Pair, None] = {}
        for row in store.rows(query):
            if not all(isinstance(term, Iri) for term in row):
                raise to_narrow()
            found[tuple(str(term) for term in row)] = None
            if len(found) > CHOSEN:
                raise to_narrow()
        # As they lie in the store, so that they are read one after another.
        return sorted(found) if self.is_distinct else list(found)

    @property
    def _keys(self) -> str:
        return "?evidence ?statement" if self.is_distinct else "?statement"

    def _parts(self, pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
        """Some at a time; equal rows of a DISTINCT have evidence of one part."""
        waiting: list[Pair] = []
        for _, same in groupby(pairs, key=lambda pair: pair[0]):
            waiting += same
            if len(waiting) >= AT_ONCE:
                yield waiting
                waiting = []
        if waiting:
            yield waiting

    def _about(self, body: str, pairs: Sequence[Pair]) -> str:
        """The question in no order, about these statements only."""
        told = " ".join("(" + " ".join(f"<{i}>" for i in pair) + ")" for pair in pairs)
        values = f"  VALUES ({self._keys}) {{ {told} }}\n"
        return self.prologue + self.select + values + body

    def put_in_order(self, rows: Sequence[Row]) -> str:
        """A query that puts given rows in the order of the question."""
        heads = " ".join(f"?{name}" for name in self.names)
        values = values_of(self.names, rows)
        return f"{self.prologue}SELECT {heads} WHERE {{\n{values}}}{self.order}"

    def simple_keys(self) -> list[tuple[int, bool]]:
        """Column of each leading key that orders by text; whether values count too."""
        keys = [_SIMPLE.fullmatch(key) for key in self.order.split()[2:]]
        return [
            (self.names.index(key[1] or key[2]), bool(key[2]))
            for key in takewhile(bool, keys)
            if key is not None
        ]


class _First:
    """The first rows of those that were added."""

    def __init__(self, store: Streaming, question: _Question, most: int) -> None:
        self._store, self._question, self._most = store, question, most
        self._keys = question.simple_keys()
        self._rows: list[Row] = []
        self._last: list[str] | None = None
        self.total = 0

    def add(self, row: Row) -> None:
        """Count a row, and keep it if it may be one of the first."""
        self.total += 1
        if self._last is not None and self._is_later(row):
            return
        self._rows.append(row)
        if len(self._rows) >= WAITING * self._most:
            self._rows = self.sorted()
            self._last = self._key(self._rows[-1])

    def sorted(self) -> list[Row]:
        """The first rows, in the order of the question."""
        if not self._rows:
            return []
        query = self._question.put_in_order(self._rows)
        return list(self._store.select(query).rows[: self._most])

    def _is_later(self, row: Row) -> bool:
        one, other = self._key(row), self._last or []
        length = min(len(one), len(other))
        return one[:length] > other[:length]

    def _key(self, row: Row) -> list[str]:
        """The keys of a row as far as they order by text: code points, as SPARQL."""
        found: list[str] = []
        for column, has_values in self._keys:
            term = row[column]
            if isinstance(term, Iri) or (has_values and isinstance(term, Literal)):
                found.append(term.value)
            else:
                break
        return found


def values_of(names: Sequence[str], rows: Iterable[Row]) -> str:
    """Rows as a VALUES clause.

    Raises:
        QueryTooLargeError: if one has a blank node, which no query can name.
    """
    heads = " ".join(f"?{name}" for name in names)
    told = "\n".join("(" + " ".join(map(_n3, row)) + ")" for row in rows)
    return f"  VALUES ({heads}) {{ {told} }}\n"


def _looked_up(body: str) -> str:
    """The same with options of two steps as options within options.

    ``OPTIONAL { A B }`` is ``OPTIONAL { A OPTIONAL { B } FILTER (BOUND(?b)) }`` for a
    ``?b`` that B binds and A does not.
    """
    body = _PATH.sub(
        r"OPTIONAL { \1 \2 \4Of OPTIONAL { \4Of \3 \4 } FILTER (BOUND(\4)) }", body
    )
    return _STEPS.sub(r"OPTIONAL { \1 OPTIONAL { \3 . \5 } FILTER (BOUND(\4)) }", body)


def _n3(term: Term | None) -> str:
    if isinstance(term, Blank):
        raise to_narrow()
    return "UNDEF" if term is None else term.n3()
