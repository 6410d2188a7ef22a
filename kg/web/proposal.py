"""What a page shows of a proposal: counts, matches, problems, the difference."""

from __future__ import annotations

from typing import Any

from kg.curate.proposal import Proposal
from kg.curate.report import Report, report_of

_HOW = {
    "identifier": ("标识符", "identifier"),
    "name": ("名称", "name"),
    "form": ("名称（公司形式除外）", "name but for the legal form"),
}


def shown(proposal: Proposal | Report | None, language: str) -> dict[str, Any]:
    """Values for ``parts/proposal.html``; empty ones when there is no proposal."""
    at = 0 if language == "zh" else 1
    report = report_of(proposal) if isinstance(proposal, Proposal) else proposal
    matching = report.matching if report else {}
    return {
        "report": report,
        "lines": report.lines[language] if report else [],
        "problems": report.problems[language] if report else [],
        "matching": matching,
        "grounds": [
            (_HOW.get(how, (how, how))[at], count)
            for how, count in matching.get("grounds", ())
        ],
    }
