"""Has the engine join in an order that fits the data (``docs/decisions/0099``).

The engine joins triple patterns as its planner orders them, which knows no
sizes. ``LATERAL`` (SEP-0006, which the engine has) fixes an order: for each row on
its left, what matches on its right with the row's values; between triple patterns
that is the join itself. Two sub-queries that are joined the engine hashes, which
is cheaper where each row of one would otherwise be looked up in the other.

The prices are microseconds of a generation on disk, warm; only their proportions
matter. A group is written anew only where that is clearly cheaper. What is decided
follows from text and data alone, not from what a worker was asked before: pages of
one query that is asked with OFFSET and without ORDER BY are in one order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg.store.joins import Group, Joins, Part, engine_order, is_variable
from kg.store.samples import Samples
from kg.store.texts import MAX_OBJECTS

_LOOK_UP: Final = 2.5  # of one row's matches
_CHECK: Final = 1.5  # whether one triple is there
_ROW: Final = 0.2  # read on
_TEXT: Final = 1.2  # of a term, fetched
_HASHED: Final = 0.15
_STEP: Final = 0.3  # of a closure
_CAPS: Final = (1_000, 10_000, 50_000)
_TO_COUNT_MORE: Final = 1.0  # what a counted row must have been worth
_MOST_SAMPLED: Final = 10_000
_MOST_HASHED: Final = 200_000
_LONG: Final = 1_500.0
_CLEARLY: Final = 0.6  # of the engine's own order
_CLEARLY_STREAMED: Final = 0.2  # where it may stop long before
_UNKNOWN_FAN: Final = 20.0
_HUGE: Final = 1e9
_MAX_KEPT: Final = 64
_MAX_KEPT_LENGTH: Final = 16 * 1024

Chain = Sequence[tuple[Part, bool]]
"""Parts in the order they are joined, and whether each is hashed (never the first)."""


@dataclass(frozen=True, slots=True)
class _Order:
    chain: Chain
    price: float


@dataclass(frozen=True, slots=True)
class Ordered:
    """How the groups of a text are joined.

    Attributes:
        chains: one for each group; empty where the engine's own order stays.
        told: the same for people: numbers of the parts, from 1 as they are written
            in the group, 0 for the objects that a text was found in, ``#`` after
            one that is hashed, ``-`` for a group that is left alone, ``;`` between
            groups; empty if all are.
    """

    chains: tuple[Chain, ...]
    told: str


def written(text: str, joins: Joins, chains: Sequence[Chain]) -> str:
    """The text with its groups joined so.

    Args:
        text: a query; may differ from the one that ``joins`` is of behind its
            outermost group.
        joins: from ``kg.query.patterns``.
        chains: one for each group, all of its parts; an empty one changes nothing.
    """
    edits = []
    for group, chain in zip(joins.groups, chains, strict=True):
        if chain:
            (start, stop), *others = group.spans
            edits.append((start, stop, _chained(chain)))
            edits += [(start, stop, "") for start, stop in others]
    for start, stop, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[stop:]
    return text


def _chained(chain: Chain) -> str:
    text = chain[0][0].text
    for part, is_hashed in chain[1:]:
        if is_hashed or part.rows >= 0:  # LATERAL may not give VALUES again
            text = f"{{ SELECT * {{ {text} }} }} {{ SELECT * {{ {part.text} }} }}"
        else:
            text = f"{text} LATERAL {{ {part.text} }}"
    return f"{text} "


def _length(chain: Chain) -> int:
    return sum(len(part.text) for part, _ in chain)


def _told(joins: Joins, chains: Sequence[Chain]) -> str:
    if not any(chains):
        return ""
    groups = []
    for group, chain in zip(joins.groups, chains, strict=True):
        number = {part: i for i, part in enumerate(group.parts, 1)}
        numbers = [
            f"{number.get(part, 0)}{'#' if is_hashed else ''}"
            for part, is_hashed in chain
        ]
        groups.append(" ".join(numbers) or "-")
    return "; ".join(groups)


class Steering:
    """Orders the joins of queries on one open store.

    Args:
        store: is only read.
    """

    def __init__(self, store: ox.Store) -> None:
        self._samples = Samples(store)
        self._kept: dict[str, Ordered] = {}  # by all of a text

    def ordered(self, text: str, joins: Joins) -> Ordered:
        """How the joins of a text are expected to be cheapest.

        Args:
            text: the query.
            joins: from ``kg.query.patterns``; not empty.
        """
        found = self._kept.get(text)
        if found is None:
            found = self._found(text, joins)
            if sum(map(_length, found.chains)) > _MAX_KEPT_LENGTH:
                return found  # sixty of what was found of texts are 100 MiB
            if len(self._kept) >= _MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[text] = found
        return found

    def _found(self, text: str, joins: Joins) -> Ordered:
        samples = self._samples
        prologue = text[: joins.prologue_end]
        try:
            chains = tuple(
                _Prices(samples, prologue, group).best() for group in joins.groups
            )
        except (SyntaxError, OSError, ValueError, RuntimeError, MemoryError):
            # The query itself will tell what is wrong with it.
            chains = ((),) * len(joins.groups)
        return Ordered(chains, _told(joins, chains))


class _Prices:
    """What orders of a group's parts cost.

    Sizes are counted only so far: as long as the part that the engine begins with
    may be larger, its order costs at least what is known; where that is not much,
    or another order is clearly cheaper by then, nothing more is counted.
    """

    def __init__(self, samples: Samples, prologue: str, group: Group) -> None:
        self._samples = samples
        self._prologue = prologue
        self._group = group
        self._parts = group.parts  # and what was found of a text
        self._cap = _CAPS[0]  # of what is sampled
        self._caps = dict.fromkeys(group.parts, _CAPS[0])  # of what is counted
        self._clearly = _CLEARLY_STREAMED if group.is_streamed else _CLEARLY
        self._worth = _HUGE  # what the engine's order costs at least

    def best(self) -> Chain:
        """The cheapest order; empty to leave the group alone."""
        best = self._as_engine()
        for cap in _CAPS:
            self._cap = cap
            asked = self._as_engine()
            is_counted = self._is_counted(asked.chain[0][0])
            if is_counted and asked.price < _LONG:
                return self._unchanged(asked)
            if cap == _CAPS[0]:
                self._search()
            begun = self._counted() or self._parts
            self._worth = asked.price
            best = min(map(self._from, begun), key=lambda order: order.price)
            if best.price < asked.price * self._clearly and self._counted():
                return best.chain
            if is_counted:
                return self._unchanged(min(asked, best, key=lambda order: order.price))
            if self._group.is_streamed or asked.price < cap * _TO_COUNT_MORE:
                break
            for part in [asked.chain[0][0]] if self._counted() else begun:
                self._caps[part] = cap * 10
        return self._unchanged(best)

    def _unchanged(self, order: _Order) -> Chain:
        """No order; but one of those that stand for a path that was spread."""
        return order.chain if self._group.is_spread else ()

    def _counted(self) -> list[Part]:
        return [part for part in self._parts if self._is_counted(part)]

    def _search(self) -> None:
        """Have the objects that contain a text that is searched be a part too."""
        for variable, text in self._group.searched:
            for part in self._group.parts:
                is_plain = not part.steps and not is_variable(part.predicate)
                if part.object == variable and is_plain and part.rows < 0:
                    found = self._found(part.predicate, variable, text)
                    if found is not None:
                        self._parts = (*self._parts, found)
                    return

    def _found(self, predicate: str, variable: str, text: str) -> Part | None:
        texts = self._samples.texts
        pattern = f"?kg_s {texts.iri(self._prologue, predicate)} ?kg_o"
        if self._samples.count("", pattern, "?kg_s", MAX_OBJECTS) == MAX_OBJECTS:
            return None
        return texts.found(self._prologue, predicate, variable, text)

    def _as_engine(self) -> _Order:
        first, *rest = engine_order(self._group.parts)
        price, rows = self._begin(first)
        bound = set(first.variables)
        chain = [(first, False)]
        for part in rest:
            fan = self._fan(part, bound)
            price += rows * self._each(part, fan, bound)
            rows *= fan
            bound.update(part.variables)
            chain.append((part, False))
        return _Order(tuple(chain), price)

    def _from(self, first: Part) -> _Order:
        """The order that begins with a part and has the fewest rows after each."""
        left = [part for part in self._parts if part is not first]
        price, rows = self._begin(first)
        bound = set(first.variables)
        chain = [(first, False)]
        while left:
            near = [part for part in left if bound.intersection(part.variables)]
            fans = [self._fan(part, bound) for part in near]
            fan = min(fans)
            part = near[fans.index(fan)]
            left.remove(part)
            each = rows * self._each(part, fan, bound)
            hashed = self._hashed(part, rows, each)
            is_hashed = part.rows >= 0 or hashed < each * _CLEARLY
            price += hashed if is_hashed else each
            rows *= fan
            bound.update(part.variables)
            chain.append((part, is_hashed))
        return _Order(tuple(chain), price)

    def _begin(self, part: Part) -> tuple[float, float]:
        size = float(self._size(part))
        each = _STEP if part.steps else _ROW + self._text(part, set())
        return size * each, size

    def _text(self, part: Part, bound: set[str]) -> float:
        """What a FILTER costs that needs a term of a match that was not there yet."""
        new = self._group.filtered.intersection(part.variables) - bound
        return _TEXT if new and part.rows < 0 else 0.0

    def _is_counted(self, part: Part) -> bool:
        """Whether the size of a part is known, not only that it is large."""
        return part.rows >= 0 or self._size(part) < self._caps[part]

    def _size(self, part: Part) -> int:
        """How many rows a part has by itself, as far as that is counted."""
        if part.rows >= 0:
            return part.rows
        cap = self._caps[part]
        if part.steps:  # at most one for each edge of the graph that is walked
            steps = set(part.steps)
            edges = sum(
                self._count(f"?kg_s {step} ?kg_o", "?kg_s", cap) for step in steps
            )
            if len(steps) > 1 or edges >= cap:
                return edges
        if not part.variables:
            return 1
        return self._count(part.text, part.variables[0], cap)

    def _count(self, pattern: str, variable: str, most: int) -> int:
        return self._samples.count(self._prologue, pattern, variable, most)

    def _each(self, part: Part, fan: float, bound: set[str]) -> float:
        """What it costs to find the matches of one row."""
        if part.steps:
            return _LOOK_UP + _STEP * min(self._size(part), _CAPS[0])
        if bound.issuperset(part.variables):
            return _CHECK
        return _LOOK_UP + fan * (_ROW + self._text(part, bound))

    def _hashed(self, part: Part, rows: float, each: float) -> float:
        """What it costs to read all of a part instead, if that may be cheaper."""
        group = self._group
        if part.rows >= 0:
            return (rows + part.rows) * _HASHED
        most = min(int(min(each, self._worth) / (_ROW + _HASHED)), _MOST_HASHED)
        if (
            group.is_streamed
            or part.steps
            or rows > _MOST_HASHED
            or most < _CAPS[0]
            or group.filtered.intersection(part.variables)  # it would see them all
        ):
            return _HUGE
        size = self._count(part.text, part.variables[0], most + 1)
        return size * (_ROW + _HASHED) + rows * _HASHED if size <= most else _HUGE

    def _fan(self, part: Part, bound: set[str]) -> float:
        """How many matches a row has, these variables being bound."""
        if part.rows >= 0:
            return 1.0 if part.object in bound else float(part.rows)
        start = not is_variable(part.subject) or part.subject in bound
        end = not is_variable(part.object) or part.object in bound
        if start and end:
            return 0.9
        if part.steps or not bound.intersection(part.variables):
            return float(self._size(part))
        if is_variable(part.predicate):
            return _UNKNOWN_FAN if start or end else _HUGE
        if not start and not end:
            return _HUGE
        most = min(self._cap, _MOST_SAMPLED)
        return self._samples.fan(self._prologue, part.predicate, most, is_forward=start)
