"""Finds the joins of a query that may be ordered without a change of meaning.

Source: SPARQL 1.1 Query Language, sections 18.2.2 (a basic graph pattern is what
stands between two other patterns, filters not counted; a sequence path is a join
over a fresh variable) and 18.5 (a join is a multiset: its order does not matter).

Whatever is not read here with certainty is left as it is: a group with anything
but triples, VALUES of one variable, FILTER, and OPTIONAL, MINUS or BIND after
them; blank nodes, which are variables that no other group may name; paths with
``|`` or ``!`` outside of a closure, and paths of length zero between two
variables, which the engine answers differently in another order. One pass over
the tokens for each level of nesting, of texts that the guard has bounded.
"""

from __future__ import annotations

import re
from typing import Final

from kg.query.contained import searched
from kg.query.tokens import Token
from kg.store.joins import MAX_PARTS, NO_JOINS, Group, Joins, Part, can_be_ordered

MAX_LENGTH: Final = 8192
MAX_GROUPS: Final = 8  # that are looked at
_OURS: Final = "?kg_"  # variables of what is put into texts, and of samples
_FRESH: Final = f"{_OURS}join_"
_LEFT_ALONE: Final = frozenset({"GRAPH", "SERVICE", "FROM", "LATERAL", "LOAD", "BASE"})
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")
_AGGREGATES: Final = frozenset(
    {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
)
_WHOLE: Final = frozenset({"ORDER", "GROUP", "HAVING"})
_AFTER_TRIPLES: Final = frozenset({"OPTIONAL", "MINUS", "BIND"})
_REPEATS: Final = frozenset({"*", "+", "?"})
_ONE: Final = frozenset({"variable", "iri", "name"})
_OPENERS: Final = frozenset({"{", "(", "["})
_CLOSERS: Final = frozenset({"}", ")", "]"})
_BEFORE_TRIPLES: Final = frozenset({"{", "}", ")", "."})


class _LeftAloneError(Exception):
    """Something is not read here with certainty."""


def joins_of(text: str, tokens: list[Token], form_at: int) -> Joins:
    """The joins of a query.

    Args:
        text: the query.
        tokens: all of it, looked at by the guard.
        form_at: index of SELECT, ASK, CONSTRUCT or DESCRIBE.
    """
    if len(text) > MAX_LENGTH or "SERVICE" in text.upper() or _OURS in text:
        return NO_JOINS
    if any(map(_is_left_alone, tokens)):
        return NO_JOINS
    try:
        groups = _Reading(tokens).query(form_at, is_streamed=False)
    except (_LeftAloneError, LookupError, RecursionError):
        return NO_JOINS
    if not groups:
        return NO_JOINS
    return Joins(tokens[form_at].start, tuple(groups))


def _is_left_alone(token: Token) -> bool:
    """Whether a text with this token is; relative IRIs differ from host to host."""
    if token.kind == "iri":
        return not _ABSOLUTE.match(token.text)
    return _word(token) in _LEFT_ALONE or token.text[0] == "$"


def _word(token: Token) -> str:
    return token.text.upper() if token.kind == "word" else ""


class _Reading:
    """Reads groups; each method takes the index of a token."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.fresh = 0
        self.seen = 0
        self.closers: dict[int, int] = {}
        openers: list[int] = []
        for i, token in enumerate(tokens):
            if token.text in _OPENERS:
                openers.append(i)
            elif token.text in _CLOSERS:
                self.closers[openers.pop()] = i

    def after(self, at: int) -> int:
        """Index after the bracket that closes the one at ``at``."""
        return self.closers[at] + 1

    def query(self, at: int, *, is_streamed: bool) -> list[Group]:
        """The groups of a query or sub-query whose form is at ``at``."""
        tokens, depth, form = self.tokens, self.tokens[at].depth, _word(self.tokens[at])
        if form == "DESCRIBE":
            raise _LeftAloneError
        i = at + 1
        if form == "CONSTRUCT":
            if tokens[i].text != "{":
                raise _LeftAloneError  # the template is the pattern
            i = self.after(i)
        head_at = i
        while tokens[i].text != "{" or tokens[i].depth != depth:
            i += 1
        head = tokens[head_at:i]
        end = self.after(i)
        tail: list[Token] = []
        for token in tokens[end:]:
            if token.depth < depth:
                break
            tail.append(token)
        words = {_word(t) for t in tail if t.depth == depth}
        if "VALUES" in words:
            raise _LeftAloneError
        is_whole = bool(
            _WHOLE & words or any(_word(t) in _AGGREGATES for t in (*head, *tail))
        )
        stops = form == "ASK" or "LIMIT" in words or is_streamed
        has_star = any(t.text == "*" and t.depth == depth for t in head)
        return self.group(
            i, is_streamed=stops and not is_whole, may_spread=not has_star
        )

    def group(self, at: int, *, is_streamed: bool, may_spread: bool) -> list[Group]:
        """The groups that can be ordered in the one that opens at ``at``."""
        i, close = at + 1, self.after(at) - 1
        if _word(self.tokens[i]) == "SELECT":
            return self.query(i, is_streamed=is_streamed)
        seen = _Seen(is_streamed, may_spread)
        while i < close:
            i = self.pattern(i, close, seen)
        self.seen += 1
        if self.seen > MAX_GROUPS:
            raise _LeftAloneError
        return seen.groups()

    def pattern(self, at: int, close: int, seen: _Seen) -> int:
        """Read what stands in a group at ``at``; the index after it."""
        token, before = self.tokens[at], self.tokens[at - 1]
        word = _word(token)
        if word == "FILTER":
            end = self.after_filter(at + 1)
            inside = self.tokens[at:end]
            seen.filtered |= {t.text for t in inside if t.kind == "variable"}
            seen.searched += searched(inside[1:])
            return end
        if word in _AFTER_TRIPLES:
            seen.is_closed = True
            bracket = "(" if word == "BIND" else "{"
            return self.after(self.opening(at + 1, bracket))
        if token.text == "{":
            return self.branches(at, seen)
        if token.text == "." and before.text in _CLOSERS:
            return at + 1  # after a filter or a group
        if seen.is_closed or before.text not in _BEFORE_TRIPLES:
            raise _LeftAloneError
        read = self.values if word == "VALUES" else self.triples
        end = read(at, close, seen)
        seen.spans.append((token.start, _end(self.tokens[end - 1])))
        return end

    def branches(self, at: int, seen: _Seen) -> int:
        """Read ``{…} UNION {…}``; the index after it."""
        seen.unions += 1
        i = at
        while True:
            is_query = _word(self.tokens[i + 1]) == "SELECT"
            (seen.queries if is_query else seen.branches).extend(
                self.group(i, is_streamed=seen.is_streamed, may_spread=seen.may_spread)
            )
            i = self.after(i)
            if _word(self.tokens[i]) != "UNION":
                return i
            i = self.opening(i + 1, "{")

    def opening(self, at: int, bracket: str) -> int:
        """``at``, if this bracket is there."""
        if self.tokens[at].text != bracket:
            raise _LeftAloneError
        return at

    def after_filter(self, at: int) -> int:
        """Index after the constraint of a FILTER."""
        token, word = self.tokens[at], _word(self.tokens[at])
        if token.text == "(":
            return self.after(at)
        if word == "NOT":
            at, word = at + 1, _word(self.tokens[at + 1])
        if word == "EXISTS":
            return self.after(self.opening(at + 1, "{"))
        if token.kind in {"word", "name", "iri"}:
            return self.after(self.opening(at + 1, "("))
        raise _LeftAloneError

    def values(self, at: int, close: int, seen: _Seen) -> int:
        """Read ``VALUES ?x { … }``; the index after it."""
        tokens = self.tokens
        if tokens[at + 1].kind != "variable":
            raise _LeftAloneError
        i, end, written = at + 3, self.after(self.opening(at + 2, "{")), []
        while i < end - 1:
            term, i = self.term(i)
            written.append(term)
        variable = tokens[at + 1].text
        text = f"VALUES {variable} {{ {' '.join(written)} }}"
        seen.parts.append(Part(text, "", "", variable, (), len(written)))
        return end

    def triples(self, at: int, close: int, seen: _Seen) -> int:
        """Read triples up to what is none; the index after them."""
        i = at
        while i < close and self.tokens[i].kind in _ONE:
            i = self.properties(i + 1, close, self.tokens[i].text, seen)
            if i < close and self.tokens[i].text == ".":
                i += 1
            else:
                break
        if i == at or len(seen.parts) > MAX_PARTS:
            raise _LeftAloneError
        return i

    def properties(self, at: int, close: int, subject: str, seen: _Seen) -> int:
        """Read predicates and objects of a subject; the index after them."""
        i = at
        while True:
            predicate, path, i = self.verb(i)
            while True:
                term, i = self.term(i, is_number=not path)
                if predicate:
                    seen.parts.append(_triple(subject, predicate, term))
                else:
                    seen.parts += self.walked(subject, path, term, seen)
                if i >= close or self.tokens[i].text != ",":
                    break
                i += 1
            if i >= close or self.tokens[i].text != ";":
                return i
            while i < close and self.tokens[i].text == ";":
                i += 1
            if i >= close or self.tokens[i].text == ".":
                return i

    def term(self, at: int, *, is_number: bool = True) -> tuple[str, int]:
        """One term, and the index after it."""
        token, following = self.tokens[at], self.tokens[at + 1]
        if token.kind == "string":
            if following.kind == "language":
                return token.text + following.text, at + 2
            if following.text == "^^":
                datatype = self.tokens[at + 2]
                if datatype.kind not in {"iri", "name"}:
                    raise _LeftAloneError
                return token.text + "^^" + datatype.text, at + 3
            return token.text, at + 1
        if token.kind in _ONE or _word(token) in {"TRUE", "FALSE"}:
            return token.text, at + 1
        if token.kind == "number" and is_number:
            return token.text, at + 1
        raise _LeftAloneError

    def verb(self, at: int) -> tuple[str, list[tuple[str, list[str]]], int]:
        """A predicate, or the elements of a path; and the index after it.

        Each element: its text, and the predicates named in it if it is a
        closure (none if it is a predicate, or one the other way round).
        """
        if self.tokens[at].kind == "variable":
            return self.tokens[at].text, [], at + 1
        elements, i = [], at
        while True:
            element, i = self.element(i)
            elements.append(element)
            if len(elements) > MAX_PARTS:
                raise _LeftAloneError
            if self.tokens[i].text != "/":
                break
            i += 1
        if self.tokens[i].text == "|":
            raise _LeftAloneError
        if len(elements) == 1 and not elements[0][1] and elements[0][0][0] != "^":
            return elements[0][0], [], i
        return "", elements, i

    def element(self, at: int) -> tuple[tuple[str, list[str]], int]:
        """One element of a path (see ``verb``), and the index after it."""
        tokens, i = self.tokens, at
        if tokens[i].text == "^":
            i += 1
        named = []
        if tokens[i].text == "(":
            end = self.after(i)
            inside = tokens[i:end]
            if any(t.text == "!" for t in inside):
                raise _LeftAloneError
            named = [t.text for t in inside if t.kind != "mark"]
            i = end
        elif tokens[i].kind in {"iri", "name"} or tokens[i].text == "a":
            named = [tokens[i].text]
            i += 1
        else:
            raise _LeftAloneError
        is_closure = tokens[i].text in _REPEATS
        i += is_closure
        if not is_closure and tokens[i - 1].text == ")":
            raise _LeftAloneError
        text = " ".join(t.text for t in tokens[at:i])  # apart: (:p :q)* is an error
        return (text, named if is_closure else []), i

    def walked(
        self, subject: str, path: list[tuple[str, list[str]]], term: str, seen: _Seen
    ) -> list[Part]:
        """The parts of a path: one for each element of a sequence."""
        if len(path) > 1:
            if not seen.may_spread:
                raise _LeftAloneError  # the fresh variable would become a column
            seen.is_spread = True
        found, start = [], subject
        for number, (text, named) in enumerate(path, 1):
            end = term
            if number < len(path):
                end = f"{_FRESH}{self.fresh}"
                self.fresh += 1
            if named:
                found.append(
                    Part(f"{start} {text} {end}", start, "", end, tuple(named))
                )
            elif text[0] == "^":
                found.append(_triple(end, text.removeprefix("^ "), start))
            else:
                found.append(_triple(start, text, end))
            start = end
        return found


class _Seen:
    """What was read of a group.

    Attributes:
        queries: groups of sub-queries in it, which are answered by themselves.
        branches: those of other groups, which are joined with what is beside them.
    """

    def __init__(self, is_streamed: bool, may_spread: bool) -> None:
        self.is_streamed = is_streamed
        self.may_spread = may_spread
        self.is_spread = False
        self.is_closed = False
        self.unions = 0
        self.parts: list[Part] = []
        self.spans: list[tuple[int, int]] = []
        self.filtered: set[str] = set()
        self.searched: list[tuple[str, str]] = []
        self.queries: list[Group] = []
        self.branches: list[Group] = []

    def groups(self) -> list[Group]:
        """What can be ordered."""
        if self.unions:
            is_joined = self.parts or self.unions > 1
            return self.queries if is_joined else self.queries + self.branches
        found = Group(
            tuple(self.spans),
            tuple(self.parts),
            frozenset(self.filtered),
            tuple(self.searched),
            self.is_streamed,
            self.is_spread,
        )
        return [found] if can_be_ordered(found) else []


def _end(token: Token) -> int:
    return token.start + len(token.text)


def _triple(subject: str, predicate: str, term: str) -> Part:
    return Part(f"{subject} {predicate} {term}", subject, predicate, term)
