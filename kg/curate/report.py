"""What a person is told of a proposal, in both languages, as plain values.

It can be kept as JSON, so that it outlives the proposal and the process.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from kg.curate.changes import Changes
from kg.curate.linking import Linked, Match, by_ground
from kg.curate.proposal import Proposal

SHOWN = 100
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Report:
    """A proposal as people read it.

    Attributes:
        read: rows read, by table.
        came: number of facts; so are ``went``, ``changed`` and ``stayed``.
        lines: of the difference by language, the first of each kind.
        problems: texts by language, the first ones.
        problem_count: of all problems; ``problem_rows`` of the rows they are in.
        matching: counts and the first matches; empty where nothing was matched.
        fingerprint: the same for the same difference.
    """

    dataset: str
    read: dict[str, int]
    came: int
    went: int
    changed: int
    stayed: int
    lines: dict[str, list[str]]
    problems: dict[str, list[str]]
    problem_count: int
    problem_rows: int
    fingerprint: str
    matching: dict[str, Any] = field(default_factory=dict)


def report_of(proposal: Proposal) -> Report:
    """The report of a proposal."""
    changes, problems = proposal.changes, proposal.problems
    return Report(
        proposal.dataset,
        dict(proposal.read),
        len(changes.came),
        len(changes.went),
        len(changes.changed),
        changes.stayed,
        {language: changes.lines(language, SHOWN) for language in LANGUAGES},
        {
            language: [p.text(language) for p in problems.found[:SHOWN]]
            for language in LANGUAGES
        },
        len(problems),
        problems.rows(),
        _fingerprint(changes),
        _matching(proposal.linked) if proposal.linked else {},
    )


def _fingerprint(changes: Changes) -> str:
    checksum = hashlib.sha256()
    for mark, facts in (
        (b"+", changes.came),
        (b"-", changes.went),
        (b"~", changes.changed),
    ):
        for fact in facts:
            checksum.update(mark + fact.iri.encode() + b"\n")
    return checksum.hexdigest()


def _matching(linked: Linked) -> dict[str, Any]:
    return {
        "new": linked.new,
        "same": linked.same,
        "links": len(linked.links),
        "doubts": len(linked.doubts),
        "grounds": [list(pair) for pair in by_ground(linked.links)],
        "matches": [
            *(_match(match, certain=True) for match in linked.links[:SHOWN]),
            *(_match(match, certain=False) for match in linked.doubts[:SHOWN]),
        ],
    }


def _match(match: Match, *, certain: bool) -> dict[str, Any]:
    return {
        "row": match.origin.row,
        "name": match.name,
        "known": match.known,
        "score": match.score,
        "why": {language: match.told(language) for language in LANGUAGES},
        "certain": certain,
    }
