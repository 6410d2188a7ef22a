"""A check: a query that must return nothing, with what it means when it does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_HEADER = re.compile(r"^#\s*(Problem|Solution)\s*(?:\(?(zh|en)\)?)?\s*[:：]\s*(.+)$")


@dataclass(frozen=True, slots=True)
class Check:
    """A query that must return nothing, with what it means when it does."""

    name: str
    query: str
    problem: str
    problem_zh: str
    solution: str
    solution_zh: str


def read_check(path: Path) -> Check:
    """Read a check with its header (``# Problem:``, ``# Solution:``, zh and en)."""
    query = path.read_text(encoding="utf-8")
    told: dict[tuple[str, str], str] = {}
    for line in query.splitlines():
        if found := _HEADER.match(line):
            told[found[1], found[2] or "en"] = found[3].strip()
    problem, solution = (
        told.get(("Problem", "en"), ""),
        told.get(("Solution", "en"), ""),
    )
    return Check(
        path.stem,
        query,
        problem,
        told.get(("Problem", "zh"), problem),
        solution,
        told.get(("Solution", "zh"), solution),
    )
