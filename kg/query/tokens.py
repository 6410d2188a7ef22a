"""Cuts SPARQL text into tokens, exactly as the grammar does.

Source: SPARQL 1.1 Query Language, section 19.8, productions 139 to 173, and the
tokens that SPARQL 1.2 adds. The longest token wins, as in the grammar. The
engine behind us is more lenient (it reads ``SERVICE:x`` or ``trueSERVICE<x>``
as a keyword and what follows it), so the guard must not rely on the engine's
reading; see ``kg.query.guard``.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from kg.errors import QuerySyntaxError

_BASE: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff"
    "\u200c-\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
    "\U00010000-\U000effff"
)
_U: Final = _BASE + "_"
_VARIABLE: Final = _U + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_CHARS: Final = _VARIABLE + r"\-"
_PLX: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_PREFIX: Final = rf"(?:[{_BASE}](?:[{_CHARS}]|\.+(?=[{_CHARS}]))*+)?:"
_LOCAL: Final = (
    rf"(?:(?:[{_U}:0-9]|{_PLX})(?:[{_CHARS}:]|{_PLX}|\.+(?=[{_CHARS}:%\\]))*+)?"
)
_ESCAPE: Final = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"

_GRAMMAR: Final = re.compile(
    rf"""
      (?P<space>[ \t\r\n]++)
    | (?P<comment>\#[^\r\n]*+)
    | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPE})*+>)
    | (?P<string>\"{{3}}(?:\"{{0,2}}(?:[^\"\\]|\\.))*+\"{{3}}
        | '{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*+'{{3}}
        | \"(?:[^\"\\\r\n]|\\[^\r\n])*+\" | '(?:[^'\\\r\n]|\\[^\r\n])*+')
    | (?P<variable>[?$][{_U}0-9][{_VARIABLE}]*+)
    | (?P<blank>_:[{_U}0-9](?:[{_CHARS}]|\.+(?=[{_CHARS}]))*+)
    | (?P<name>{_PREFIX}{_LOCAL})
    | (?P<number>(?:[0-9]++\.?[0-9]*+|\.[0-9]++)[eE][+-]?[0-9]++
        | [0-9]*\.[0-9]++ | [0-9]++)
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*+)
    | (?P<mark><<\(|\)>>|<<|>>|\^\^|&&|\|\||!=|<=|>=|\{{\||\|\}}
        |[{{}}()\[\];,.=<>+\-*/!|^?~])
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSERS: Final = {"}": "{", ")": "(", "]": "[", "|}": "{|", ")>>": "<<("}
_OPENERS: Final = frozenset(_CLOSERS.values())
_SKIPPED: Final = frozenset({"space", "comment"})
_OPERAND: Final = frozenset({"variable", "name", "number", "string", "language", "iri"})
_MAYBE_EXPRESSION: Final = re.compile(r"<(?:[?$(+\-!.0-9]|[A-Za-z_:][^\s/<>]*\()")


class Token(NamedTuple):
    """One token: kind (a group of the grammar above), text, place, depth.

    Attributes:
        kind: ``iri``, ``string``, ``variable``, ``blank``, ``name`` (prefixed),
            ``number``, ``language``, ``word`` or ``mark``.
        text: as written.
        start: offset of its first character in the text.
        depth: number of brackets open around it (an opening bracket counts
            the ones outside it; so does its closing one).
    """

    kind: str
    text: str
    start: int
    depth: int


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


def syntax_error(text: str, offset: int, what: str, zh: str) -> QuerySyntaxError:
    """A syntax error of ours, with line and column like the engine's."""
    line, column = position(text, offset)
    return QuerySyntaxError(
        f"The query does not parse: error at {line}:{column}: {what}",
        zh=f"查询语法有误：第 {line} 行第 {column} 列：{zh}",
        hint="Check the query at the position given.",
        hint_zh="请检查所示位置的查询文本。",
        link="https://www.w3.org/TR/sparql11-query/#grammar",
        context={"line": line, "column": column},
    )


def tokenize(text: str) -> list[Token]:
    """All tokens of a text but white space and comments.

    Raises:
        QuerySyntaxError: if a character belongs to no token, or brackets do not
            match.
    """
    tokens: list[Token] = []
    openers: list[str] = []
    offset, end = 0, len(text)
    match = _GRAMMAR.match
    while offset < end:
        found = match(text, offset)
        if found is None:
            raise syntax_error(
                text, offset, "no token of SPARQL starts here", "此处无法识别"
            )
        kind = str(found.lastgroup)
        token = found[0]
        if kind == "iri" and tokens and _is_comparison(tokens[-1], openers, token):
            kind, token = "mark", "<"
        if kind == "mark" and token in _CLOSERS:
            if not openers or openers[-1] != _CLOSERS[token]:
                raise syntax_error(
                    text, offset, f"{token!r} closes nothing", "多余的括号"
                )
            openers.pop()
        if kind not in _SKIPPED:
            tokens.append(Token(kind, token, offset, len(openers)))
        if kind == "mark" and token in _OPENERS:
            openers.append(token)
        offset += len(token)
    if openers:
        raise syntax_error(text, end, f"{openers[-1]!r} is not closed", "括号未闭合")
    return tokens


def _is_comparison(previous: Token, openers: list[str], candidate: str) -> bool:
    """Whether ``<…>`` after an operand in an expression is a comparison.

    ``FILTER(?a<?b&&?c>?d)`` has an IRI by the longest token, and two
    comparisons for every engine. Read as an IRI it could hide a keyword.
    """
    is_operand = previous.kind in _OPERAND or previous.text == ")"
    return (
        is_operand
        and bool(openers)
        and openers[-1] == "("
        and _MAYBE_EXPRESSION.match(candidate) is not None
    )
