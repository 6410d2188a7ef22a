"""Looks at a query or an update before any engine does.

Refused: SERVICE (unless its host is allowed), LOAD, updates sent as queries,
nesting that could exhaust an engine's stack. Found on the way: the form, the
dataset clauses, the order of the variables, where a row limit goes.

The tokens are those of the grammar, and what the grammar does not have is a
syntax error here: a word that is no keyword, a prefix that is not declared. So
a text on which the engine's reading and ours could differ never reaches it.
Rejected alternative: a regular expression over the text, which strings,
comments and IRIs defeat.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import urljoin, urlsplit

from kg.errors import QueryRefusedError, QueryTooLargeError
from kg.query.patterns import joins_of
from kg.query.tokens import Token, position, syntax_error, tokenize
from kg.query.words import WORDS
from kg.store.base import QueryForm
from kg.store.joins import NO_JOINS, Joins

_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_UPDATES: Final = frozenset(
    [
        "INSERT",
        "DELETE",
        "LOAD",
        "CLEAR",
        "DROP",
        "CREATE",
        "ADD",
        "MOVE",
        "COPY",
        "WITH",
    ]
)
_BEFORE_GRAPH_NAME: Final = frozenset(
    {"GRAPH", "FROM", "NAMED", "USING", "INTO", "TO", "WITH"}
)
_VOLATILE: Final = frozenset({"NOW", "RAND", "UUID", "STRUUID"})
_PREFIX_OPERATORS: Final = frozenset({"!", "-", "+", "^", "^^"})


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the guard learnt about a query.

    Attributes:
        text: the query as it came.
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        variables: all, in order of first appearance, without ``?``.
        star_at: offset of the outermost SELECT's ``*``, or -1.
        default_graphs: IRIs after FROM.
        named_graphs: IRIs after FROM NAMED.
        services: endpoint IRIs after SERVICE (``""`` for a variable) with the
            span to point elsewhere; an empty span for one inside another.
        limit: number after the outermost LIMIT and its span in the text.
        offset: the same for OFFSET.
        insert_at: where modifiers of the outermost query can be put.
        is_volatile: whether two runs on the same data may differ by intention.
        joins: what may be joined in another order (``kg.query.patterns``).
    """

    text: str
    form: QueryForm
    variables: tuple[str, ...]
    star_at: int
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    services: tuple[tuple[str, int, int], ...]
    limit: tuple[int, int, int] | None
    offset: tuple[int, int, int] | None
    insert_at: int
    is_volatile: bool
    joins: Joins = NO_JOINS

    def with_row_limit(self, max_rows: int) -> tuple[str, str]:
        """The text with at most ``max_rows`` rows, and the probe for more.

        Returns:
            ``(text, probe)``; the probe is empty when no row can be cut.
        """
        asked = self.limit[0] if self.limit else None
        if self.form != "SELECT" or (asked is not None and asked <= max_rows):
            return self.text, ""
        skipped = self.offset[0] if self.offset else 0
        return (
            self._modified(max_rows, skipped),
            self._modified(1, skipped + max_rows),
        )

    def _modified(self, limit: int, offset: int) -> str:
        text = self.text
        edits = [
            (start, end, "")
            for _, start, end in filter(None, (self.limit, self.offset))
        ]
        clause = f"\nLIMIT {limit}" + (f" OFFSET {offset}\n" if offset else "\n")
        edits.append((self.insert_at, self.insert_at, clause))
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text


_KEPT_LENGTH: Final = 8192


def inspect_query(text: str, base_iri: str = "", max_depth: int = 128) -> Inspected:
    """Look at a query.

    Args:
        text: the query.
        base_iri: what relative IRIs are resolved against before ``BASE``.
        max_depth: brackets that may be open at once.

    Raises:
        QuerySyntaxError: if a token, a bracket, a word or a prefix is wrong, or
            if it is an update.
        QueryTooLargeError: if it is nested deeper than ``max_depth``.
    """
    look = _look_once if len(text) <= _KEPT_LENGTH else _look
    return look(text, base_iri, max_depth)


def _look(text: str, base_iri: str, max_depth: int) -> Inspected:
    tokens = tokenize(text)
    names = Names(text, base_iri)
    check_tokens(text, tokens, names, max_depth)
    form_at = next(
        (i for i, t in enumerate(tokens) if is_word(t, _FORMS | _UPDATES)), None
    )
    if form_at is None:
        raise syntax_error(
            text, len(text), "expected SELECT, ASK, CONSTRUCT or DESCRIBE", "缺少查询"
        )
    form = tokens[form_at].text.upper()
    if form in _UPDATES:
        what = f"{form} is an update; only queries are taken here"
        raise syntax_error(
            text, tokens[form_at].start, what, f"{form} 是更新操作，此处只接受查询"
        )
    outer = [t for t in tokens[form_at:] if t.depth == 0]
    default_graphs, named_graphs = _dataset(outer, names)
    limit, offset, insert_at = _modifiers(text, outer)
    return Inspected(
        text=text,
        form=cast(QueryForm, form),
        variables=tuple(
            dict.fromkeys(t.text[1:] for t in tokens if t.kind == "variable")
        ),
        star_at=_star(outer) if form == "SELECT" else -1,
        default_graphs=default_graphs,
        named_graphs=named_graphs,
        services=tuple(_services(tokens, names)),
        limit=limit,
        offset=offset,
        insert_at=insert_at,
        is_volatile=any(is_word(t, _VOLATILE) for t in tokens),
        joins=joins_of(text, tokens, form_at),
    )


# What is kept is bounded: long texts are not.
_look_once = functools.lru_cache(maxsize=512)(_look)


def refused(keyword: str, text: str, token: Token) -> QueryRefusedError:
    """The error for SERVICE or LOAD."""
    line, column = position(text, token.start)
    return QueryRefusedError(
        f"{keyword} is not allowed here (line {line}, column {column}).",
        zh=f"此服务不允许 {keyword}（第 {line} 行第 {column} 列）。",
        hint="This service does not call other hosts on behalf of a query.",
        hint_zh="本服务不会代查询访问其他主机。",
        link="https://www.w3.org/TR/sparql11-federated-query/#security-considerations",
        context={"line": line, "column": column, "keyword": keyword},
    )


class Names:
    """BASE and PREFIX as they are declared, to turn names into IRIs."""

    def __init__(self, text: str, base_iri: str) -> None:
        self.text = text
        self.base = base_iri
        self.prefixes: dict[str, str] = {}

    def iri(self, token: Token) -> str:
        """The IRI that an ``iri`` or ``name`` token stands for."""
        if token.kind == "iri":
            return self.resolved(token.text[1:-1])
        prefix, _, local = token.text.partition(":")
        return self.prefixes.get(prefix, "") + local.replace("\\", "")

    def resolved(self, reference: str) -> str:
        """An IRI reference made absolute, its escapes undone."""
        if "\\" in reference:
            reference = reference.encode("ascii", "backslashreplace").decode(
                "unicode_escape"
            )
        if urlsplit(reference).scheme or not self.base:
            return reference
        return urljoin(self.base, reference)


def check_tokens(text: str, tokens: list[Token], names: Names, max_depth: int) -> None:
    """Depth, words and prefixes; fills ``names`` from the prologue."""
    run = 0
    for i, token in enumerate(tokens):
        run = run + 1 if token.text in _PREFIX_OPERATORS else 0
        if token.depth > max_depth or run > max_depth:
            raise _too_deep(text, token, max_depth)
        if token.kind == "word":
            upper = token.text.upper()
            if upper not in WORDS:
                raise syntax_error(
                    text, token.start, f"no keyword {token.text!r}", "未知关键字"
                )
            if upper in {"PREFIX", "BASE"}:
                _declare(names, tokens, i)
        elif token.kind == "name" and not (
            i and tokens[i - 1].text.upper() == "PREFIX"
        ):
            prefix = token.text.partition(":")[0]
            if prefix not in names.prefixes:
                raise syntax_error(
                    text,
                    token.start,
                    f"prefix {prefix!r} is not declared",
                    "前缀未声明",
                )


def _declare(names: Names, tokens: list[Token], at: int) -> None:
    following = tokens[at + 1 : at + 3]
    if tokens[at].text.upper() == "BASE" and following and following[0].kind == "iri":
        names.base = names.resolved(following[0].text[1:-1])
    elif (
        len(following) == 2
        and following[0].kind == "name"
        and following[1].kind == "iri"
    ):
        names.prefixes[following[0].text[:-1]] = names.resolved(following[1].text[1:-1])


def _too_deep(text: str, token: Token, max_depth: int) -> QueryTooLargeError:
    line, column = position(text, token.start)
    return QueryTooLargeError(
        f"The query is nested deeper than {max_depth} levels"
        f" (line {line}, column {column}).",
        zh=f"查询嵌套超过 {max_depth} 层（第 {line} 行第 {column} 列）。",
        hint="Write it flatter: one group, VALUES or a property path.",
        hint_zh="请改写为更平的结构：合并分组、VALUES 或属性路径。",
        context={"line": line, "column": column, "max_depth": max_depth},
    )


def is_word(token: Token, words: frozenset[str] | set[str]) -> bool:
    """Whether a token is one of these keywords."""
    return token.kind == "word" and token.text.upper() in words


def is_service(tokens: list[Token], at: int) -> bool:
    """Whether the engine could read SERVICE here.

    It needs no space after a keyword: ``SERVICE:x {…}`` is a call to it, even
    where ``SERVICE:`` is a declared prefix.
    """
    token = tokens[at]
    if token.kind == "word":
        return token.text.upper() == "SERVICE"
    if token.kind != "name":
        return _may_hide_service(tokens, at)
    if "SERVICE" not in token.text.partition(":")[0].upper():
        return False
    follows = tokens[at + 1].text if at + 1 < len(tokens) else ""
    before = tokens[at - 1].text.upper() if at else ""
    return follows == "{" and before not in _BEFORE_GRAPH_NAME


def _may_hide_service(tokens: list[Token], at: int) -> bool:
    """Whether an "IRI" after an operand could be ``<`` and code to the engine."""
    token = tokens[at]
    if token.kind != "iri" or not at or ")" not in token.text:
        return False
    before = tokens[at - 1]
    ends_operand = before.kind in {"variable", "name", "number", "string", "language"}
    after = token.text.upper().split(")", 1)[1]
    return (ends_operand or before.text == ")") and "SERVICE" in after


def _services(tokens: list[Token], names: Names) -> list[tuple[str, int, int]]:
    """Endpoint IRI (``""`` when not constant) and its span, of each SERVICE.

    The span of one inside another's block is empty: the outer endpoint will be
    sent it as it is.
    """
    places = [i for i in range(len(tokens)) if is_service(tokens, i)]
    ends = _ends_of_blocks(tokens, places)
    found = []
    inside_until = -1
    for i in places:
        token = tokens[i]
        following = [t for t in tokens[i + 1 : i + 3] if not is_word(t, {"SILENT"})]
        target = following[0] if following else token
        constant = token.kind == "word" and target.kind in {"iri", "name"}
        iri = names.iri(target) if constant else ""
        is_nested = token.start < inside_until
        end = target.start if is_nested else target.start + len(target.text)
        found.append((iri, target.start, end))
        if not is_nested:
            inside_until = ends[i]
    return found


def _ends_of_blocks(tokens: list[Token], places: list[int]) -> dict[int, int]:
    """Offset at which the group that follows each of these tokens is closed.

    One pass from the end: a text may have SERVICE a hundred thousand times.
    """
    if not places:
        return {}
    ends = dict.fromkeys(places, -1)
    closing: dict[int, int] = {}  # by depth, the next one
    for i in range(len(tokens) - 1, places[0] - 1, -1):
        token = tokens[i]
        if token.text == "}":
            closing[token.depth] = token.start
        elif i in ends:
            ends[i] = closing.get(token.depth, -1)
    return ends


def _dataset(
    outer: list[Token], names: Names
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    default: list[str] = []
    named: list[str] = []
    for i, token in enumerate(outer):
        if token.text == "{":
            break
        if is_word(token, {"FROM"}):
            is_named = i + 1 < len(outer) and is_word(outer[i + 1], {"NAMED"})
            at = i + 2 if is_named else i + 1
            if at < len(outer) and outer[at].kind in {"iri", "name"}:
                (named if is_named else default).append(names.iri(outer[at]))
    return tuple(default), tuple(named)


def _star(outer: list[Token]) -> int:
    clause = outer[1:3]
    if clause and is_word(clause[0], {"DISTINCT", "REDUCED"}):
        clause = clause[1:]
    return clause[0].start if clause and clause[0].text == "*" else -1


def _modifiers(
    text: str, outer: list[Token]
) -> tuple[tuple[int, int, int] | None, tuple[int, int, int] | None, int]:
    """The outermost LIMIT, OFFSET, and where to put others."""
    limit = offset = None
    insert_at = len(text)
    closed = False
    for i, token in enumerate(outer):
        closed = closed or token.text == "}"
        if not closed or token.kind != "word" or i + 1 == len(outer):
            continue
        word, value = token.text.upper(), outer[i + 1]
        if word == "VALUES":
            insert_at = token.start
            break
        if word in {"LIMIT", "OFFSET"} and value.text.isdigit():
            # Python refuses to read numbers of more than 4,300 digits.
            span = (
                int(value.text[:18]) if len(value.text) <= 18 else 10**18,
                token.start,
                value.start + len(value.text),
            )
            limit, offset = (span, offset) if word == "LIMIT" else (limit, span)
    return limit, offset, insert_at
