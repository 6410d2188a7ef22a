"""Looks at an update before any engine does: what it may do, what it can touch.

Source: SPARQL 1.1 Update, section 3; SPARQL 1.1 Protocol, section 2.2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kg.errors import RequestError
from kg.query.guard import Names, check_tokens, is_service, is_word, refused
from kg.query.tokens import Token, tokenize

_GRAPH_OPERATIONS: Final = frozenset({"CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"})
_BEFORE_GRAPH: Final = frozenset({"GRAPH", "WITH", "INTO", "TO"}) | _GRAPH_OPERATIONS
_IN_QUADS: Final = frozenset({"GRAPH", "{", "}", ";", "."})


def inspect_update(
    text: str,
    max_depth: int = 128,
    *,
    base_iri: str = "",
    allows_load: bool = False,
) -> frozenset[str] | None:
    """Look at an update.

    Args:
        text: the update.
        max_depth: brackets that may be open at once.
        base_iri: what relative IRIs are resolved against before ``BASE``.
        allows_load: let LOAD through (it then fails in the worker, which has no
            network, unless it is SILENT).

    Returns:
        IRIs of the only named graphs it can change, with ``""`` if it can change
        the default graph; ``None`` if it can change any graph.

    Raises:
        QuerySyntaxError: if a token, a bracket, a word or a prefix is wrong.
        QueryRefusedError: for LOAD or SERVICE anywhere.
        QueryTooLargeError: if it is nested deeper than ``max_depth``.
    """
    tokens = tokenize(text)
    names = Names(text, base_iri)
    check_tokens(text, tokens, names, max_depth)
    for i, token in enumerate(tokens):
        if is_word(token, {"LOAD"}) and not allows_load:
            raise refused("LOAD", text, token)
        if is_service(tokens, i):
            raise refused("SERVICE", text, token)
    return _touched(tokens, names)


def _touched(tokens: Sequence[Token], names: Names) -> frozenset[str] | None:
    found: set[str] = set()
    for i, token in enumerate(tokens):
        if token.kind != "word":
            if token.text == "{" and token.depth == 0 and not _only_quads(tokens, i):
                found.add("")
            continue
        word = token.text.upper()
        following = [t for t in tokens[i + 1 : i + 4] if not is_word(t, {"SILENT"})]
        if word in {"ALL", "LOAD"} or (
            word == "NAMED" and not is_word(tokens[i - 1], {"USING"})
        ):
            return None
        if word == "DEFAULT":
            found.add("")
        elif word in _BEFORE_GRAPH and following:
            if following[0].kind in {"iri", "name"}:
                found.add(names.iri(following[0]))
            elif following[0].kind == "variable":
                return None
    return frozenset(found)


def _only_quads(tokens: Sequence[Token], at: int) -> bool:
    """Whether a block has nothing outside ``GRAPH <g> {…}``."""
    for token in tokens[at + 1 :]:
        if token.depth == 0:
            return True
        is_name = token.kind in {"iri", "name"}
        if token.depth == 1 and not is_name and token.text.upper() not in _IN_QUADS:
            return False
    return True


def with_using(text: str, default: Sequence[str], named: Sequence[str]) -> str:
    """The update with the protocol's dataset written into it.

    Raises:
        RequestError: if the update names a dataset itself.
    """
    if not default and not named:
        return text
    tokens = tokenize(text)
    if any(is_word(t, {"USING", "WITH"}) for t in tokens):
        raise RequestError(
            "using-graph-uri cannot be given for an update that has USING or WITH.",
            zh="更新中已有 USING 或 WITH，不能再用 using-graph-uri。",
            hint="Say it in one place.",
            hint_zh="请只在一处指定。",
            link="https://www.w3.org/TR/sparql11-protocol/#update-dataset",
        )
    clause = "".join(f" USING <{g}>" for g in default)
    clause += "".join(f" USING NAMED <{g}>" for g in named)
    edits: list[tuple[int, str]] = []
    for i, token in enumerate(tokens):
        if token.depth or not is_word(token, {"WHERE"}):
            continue
        if is_word(tokens[i - 1], {"DELETE"}):
            edits.append((token.start, _block(text, tokens, i + 1) + clause + " "))
        else:
            edits.append((token.start, clause + " "))
    for start, new in reversed(edits):
        text = text[:start] + new + text[start:]
    return text


def _block(text: str, tokens: Sequence[Token], at: int) -> str:
    """The text of the group that begins at a token."""
    end = next(t.start for t in tokens[at + 1 :] if t.depth == 0 and t.text == "}")
    return text[tokens[at].start : end + 1]
