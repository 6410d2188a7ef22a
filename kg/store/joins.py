"""The joins of a query's basic graph patterns, as the guard found them.

The engine has no statistics: it orders a join by what is bound in each pattern
alone, so a frequent ``rdf:type`` goes before a track that has three firms.
``kg.query.patterns`` tells which groups of a text can be ordered otherwise
without a change of meaning, ``kg.store.steering`` whether that pays on the data.
Nothing but text that has passed the guard is in here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

_UNBOUND: Final = 1_000_000_000
# By subject, predicate, object bound; sparopt's estimate_triple_pattern_size.
_SIZES: Final = {
    (True, True, True): 1,
    (True, True, False): 10,
    (True, False, True): 2,
    (False, True, True): 10_000,
    (True, False, False): 100,
    (False, False, False): _UNBOUND,
    (False, True, False): 1_000_000,
    (False, False, True): 100_000,
}
_CLOSURE: Final = 1000
MAX_PARTS: Final = 10


class Part(NamedTuple):
    """What is joined: a triple pattern, a property path, or VALUES of a variable.

    Attributes:
        text: in SPARQL, its tokens as they were written.
        subject: its token, ``""`` for VALUES.
        predicate: the same; ``""`` for a path.
        object: the same; of VALUES the variable.
        steps: the predicates that a path names; empty for others.
        rows: of VALUES; -1 for others.
    """

    text: str
    subject: str
    predicate: str
    object: str
    steps: tuple[str, ...] = ()
    rows: int = -1

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables, each with its ``?``."""
        ends = (self.subject, self.predicate, self.object)
        return tuple(end for end in ends if is_variable(end))


class Group(NamedTuple):
    """The joins of one group graph pattern.

    Attributes:
        spans: where the parts are written in the text; the first is where the
            ordered ones go.
        parts: in the order of the text.
        filtered: variables that a FILTER of the group names.
        searched: texts that a variable's string must contain, by a FILTER.
        is_streamed: whether the query may stop after some of the rows.
        is_spread: whether a sequence path was spread, so that the parts are
            not what is written.
    """

    spans: tuple[tuple[int, int], ...]
    parts: tuple[Part, ...]
    filtered: frozenset[str] = frozenset()
    searched: tuple[tuple[str, str], ...] = ()
    is_streamed: bool = False
    is_spread: bool = False


class Joins(NamedTuple):
    """All that can be ordered in a text.

    Attributes:
        prologue_end: how much of the text declares BASE and PREFIX.
        groups: in the order of the text, none inside another.
    """

    prologue_end: int = 0
    groups: tuple[Group, ...] = ()


NO_JOINS: Final = Joins()


def joins_to_json(joins: Joins) -> list[object]:
    """As ``json`` can write it."""
    groups = [group._replace(filtered=sorted(group.filtered)) for group in joins.groups]  # type: ignore[arg-type]
    return [joins.prologue_end, groups]


def joins_from_json(told: Any) -> Joins:
    """What ``json`` made of ``joins_to_json``."""
    end, groups = told
    return Joins(
        end,
        tuple(
            Group(
                tuple((start, stop) for start, stop in spans),
                tuple(_part(*fields) for fields in parts),
                frozenset(filtered),
                tuple((variable, text) for variable, text in searched),
                is_streamed,
                is_spread,
            )
            for spans, parts, filtered, searched, is_streamed, is_spread in groups
        ),
    )


def _part(text: str, *rest: Any) -> Part:
    subject, predicate, thing, steps, rows = rest
    return Part(text, subject, predicate, thing, tuple(steps), rows)


def is_variable(token: str) -> bool:
    """Whether a token of a pattern is a variable."""
    return token[:1] in {"?", "$"}


def engine_size(part: Part, bound: set[str]) -> int:
    """How many rows the engine's planner expects of a part."""
    if part.rows >= 0:
        return part.rows
    start = not is_variable(part.subject) or part.subject in bound
    end = not is_variable(part.object) or part.object in bound
    if not part.steps:
        known = not is_variable(part.predicate) or part.predicate in bound
        return _SIZES[start, known, end]
    if start and end:
        return 1
    return _SIZES[start, True, end] * len(part.steps) * _CLOSURE


def engine_order(parts: Sequence[Part]) -> list[Part]:
    """The order in which the engine would join these (sparopt, ``reorder_joins``).

    The smallest by itself first, then what is smallest once the variables before
    it are bound, of those that share one; the first of equals.
    """
    left = list(parts)
    bound: set[str] = set()
    found: list[Part] = []
    while left:
        near = [p for p in left if bound.intersection(p.variables)] or left
        part = min(near, key=lambda p: engine_size(p, bound))
        left.remove(part)
        found.append(part)
        bound.update(part.variables)
    return found


def is_pointed(parts: Sequence[Part]) -> bool:
    """Whether the engine's order goes from a thing to what it has, step by step.

    No other order is better by much, so the data need not be asked.
    """
    order = engine_order(parts)
    bound: set[str] = set()
    for part in order:
        start = part.subject
        if part.steps or part.rows >= 0 or is_variable(part.predicate):
            return False
        if is_variable(start) and start not in bound:
            return False
        bound.update(part.variables)
    return True


def are_connected(parts: Sequence[Part]) -> bool:
    """Whether each part after the first in the engine's order shares a variable."""
    bound: set[str] = set()
    for part, following in pairwise(engine_order(parts)):
        bound.update(part.variables)
        if not bound.intersection(following.variables):
            return False
    return True


def _is_searched(group: Group) -> bool:
    """Whether the one pattern of a group gives what is searched."""
    (part,) = group.parts
    searched = {variable for variable, _ in group.searched}
    is_plain = part.rows < 0 and not part.steps and not is_variable(part.predicate)
    return is_plain and part.object in searched and is_variable(part.subject)


def can_be_ordered(group: Group) -> bool:
    """Whether another order of a group's parts means the same, and may be better."""
    parts = group.parts
    if len(parts) == 1:
        return _is_searched(group)
    if not 2 <= len(parts) <= MAX_PARTS:
        return False
    if any(len(set(p.variables)) < len(p.variables) for p in parts):
        return False
    elsewhere = {p.predicate for p in parts} | {p.object for p in parts if p.rows >= 0}
    if any(p.steps and not _is_plain_closure(p, elsewhere) for p in parts):
        return False
    return are_connected(parts) and (group.is_spread or not is_pointed(parts))


def _is_plain_closure(part: Part, elsewhere: set[str]) -> bool:
    """Whether a closure means the same whichever end is bound when it is walked.

    One end is a name, the other a variable that some triple binds to a node: a
    path of length zero from what is no node of the graph is answered only from
    its own side.
    """
    ends = [end for end in (part.subject, part.object) if is_variable(end)]
    named = part.object if is_variable(part.subject) else part.subject
    is_literal = named[:1] in {'"', "'"} or named.lower() in {"true", "false"}
    return len(ends) == 1 and ends[0] not in elsewhere and not is_literal
