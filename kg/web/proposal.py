"""What a page shows of a proposal: counts, matches, problems, the difference."""

from __future__ import annotations

from typing import Any

from kg.curate.linking import by_ground
from kg.curate.proposal import Proposal

_SHOWN = 100
_HOW = {
    "identifier": ("标识符", "identifier"),
    "name": ("名称", "name"),
    "form": ("名称（公司形式除外）", "name but for the legal form"),
}


def shown(proposal: Proposal | None, language: str) -> dict[str, Any]:
    """Values for ``parts/proposal.html``; empty ones when there is no proposal."""
    at = 0 if language == "zh" else 1
    linked = proposal.linked if proposal else None
    return {
        "proposal": proposal,
        "lines": proposal.changes.lines(language, _SHOWN) if proposal else [],
        "problems": [p.text(language) for p in proposal.problems.found[:_SHOWN]]
        if proposal
        else [],
        "linked": linked,
        "grounds": [
            (_HOW.get(how, (how, how))[at], count)
            for how, count in (by_ground(linked.links) if linked else ())
        ],
        "matches": [
            (match, match.told(language), certain)
            for certain, matches in (
                (True, linked.links if linked else []),
                (False, linked.doubts if linked else []),
            )
            for match in matches[:_SHOWN]
        ],
    }
