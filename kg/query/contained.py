"""What a FILTER says that the text of a variable must contain.

Only what is read with certainty: ``CONTAINS`` of a variable, or of its ``STR``, and a
text without escapes. ``kg.store.texts`` looks for it; the FILTER stays.
"""

from __future__ import annotations

import re
from typing import Final

from kg.query.tokens import Token

MIN_SEARCHED: Final = 2  # characters; one is in every other text
_SEARCHED: Final = re.compile(
    r"[^\x00-\x1f\"'\\<>^\x7f-\x9f\ud800-\udfff\ufffe\uffff]+"
)


def searched(constraint: list[Token]) -> list[tuple[str, str]]:
    """What a FILTER has a variable contain: ``CONTAINS(STR(?v), "…")`` and others.

    Alone, or joined with others by ``&&``; a text that is written without escapes.
    """
    inside, depth = constraint, constraint[0].depth
    if inside[0].text == "(":
        inside, depth = inside[1:-1], depth + 1
    conjuncts: list[list[Token]] = [[]]
    for token in inside:
        if token.depth == depth and token.text == "&&":
            conjuncts.append([])
        elif token.depth == depth and token.text == "||":
            return []
        else:
            conjuncts[-1].append(token)
    return [found for conjunct in conjuncts if (found := _contained(conjunct))]


def _contained(conjunct: list[Token]) -> tuple[str, str] | None:
    words = [t.text.upper() if t.kind == "word" else t.text for t in conjunct]
    start = words[:2] == ["CONTAINS", "("]
    if start and words[2:4] == ["STR", "("] and words[5:7] == [")", ","]:
        at = 4
    elif start and words[3:4] == [","]:
        at = 2
    else:
        return None
    variable, string = conjunct[at], conjunct[-2]
    needed = at + (5 if at == 4 else 4)
    text = string.text[1:-1]
    if (
        len(conjunct) != needed
        or words[-1] != ")"
        or variable.kind != "variable"
        or string.kind != "string"
        or len(text) < MIN_SEARCHED
        or not _SEARCHED.fullmatch(text)
    ):
        return None
    return variable.text, text
