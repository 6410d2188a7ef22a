"""``/partners``: who could be a partner, why, and what the evidence is.

Everything a reader chose stands in the address: who asks, what for, the dial,
the short-list. The page, its tables and its picture need no script. What is
computed is marked and drawn apart from facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request

from kg import vocab
from kg.analysis.partners import report
from kg.analysis.partners.answer import (
    METHOD,
    UNKNOWN,
    VERSION,
    Advice,
    Suggestion,
)
from kg.analysis.partners.network import PARTS, WEIGHTS
from kg.analysis.partners.request import KINDS, Request
from kg.errors import DataError, NotFoundError
from kg.web import search
from kg.web.language import t
from kg.web.openapi import operation, parameter
from kg.web.partner_picture import picture
from kg.web.tabular import Table, download
from kg.wiring import Parts

blueprint = Blueprint("partners", __name__)

KIND_NAMES: dict[str, tuple[str, str]] = {
    "ServiceProvider": ("研发与生产外包", "Contract services (CRO, CDMO)"),
    "Hospital": ("医院", "Hospitals"),
    "Lab": ("实验室与研究所", "Laboratories"),
    "University": ("高校", "Universities"),
    "Investor": ("投资机构", "Investors"),
    "Incubator": ("孵化器与加速器", "Incubators and accelerators"),
    "Company": ("企业", "Companies"),
    "Platform": ("平台", "Platforms"),
    "GovernmentBody": ("政府与监管机构", "Government and regulators"),
    "Association": ("协会", "Associations"),
}
RELAXED = {"near": ("地点", "the place"), "track": ("赛道", "the track")}
MOST_PICKED = 6
_NUMBER = {"type": "number", "minimum": 0, "maximum": 1, "default": 0.25}
OPENAPI = {
    "/api/partners": {
        "get": operation(
            "Suggested partners of an organisation, computed, each with reasons",
            [
                parameter("asker", "id or IRI of who asks", required=True),
                parameter("text", "what for, in words"),
                parameter(
                    "kind", "class of the partner", {"type": "string", "enum": [*KINDS]}
                ),
                parameter("track", "id or IRI of a track"),
                parameter("near", "id or IRI of a place"),
                parameter("novelty", "0 well known, 1 little known", _NUMBER),
                parameter(
                    "top",
                    "how many",
                    {"type": "integer", "minimum": 1, "maximum": 100, "default": 10},
                ),
            ],
            "Any",
        )
    }
}


def _parts() -> Parts:
    parts: Parts = current_app.extensions["kg"]
    return parts


def wish() -> Request:
    """What the address asks for.

    Raises:
        DataError: for a number that is none, or out of its bounds.
    """
    arguments = request.args
    return Request(
        arguments.get("kind", ""),
        search.iri_of(arguments.get("track", "")),
        search.iri_of(arguments.get("near", "")),
        arguments.get("text", "").strip()[:200],
        _number("novelty", 0.25),
        int(_number("top", 10)),
    )


def _number(name: str, default: float) -> float:
    text = request.args.get(name, "")
    try:
        return float(text) if text else default
    except ValueError as exc:
        raise DataError(
            f"{name} must be a number.",
            zh=f"{name} 应为数字。",
            context={name: text[:20]},
        ) from exc


def _advice() -> Advice:
    asker = request.args.get("asker", "").strip()
    if not asker:
        raise DataError(
            "Say who asks: ?asker=<id>.",
            zh="请说明提问者：?asker=<id>。",
            hint="/api/search finds ids by name.",
            hint_zh="可用 /api/search 按名称查找标识。",
        )
    return _parts().advisor.advise(search.iri_of(asker), wish())


@blueprint.get("/api/partners")
def api() -> Response:
    """The advice as JSON; see ``/api/openapi.json``."""
    return jsonify(report.as_json(_advice()))


def address(path: str = "/partners", **changes: object) -> str:
    """The address of this page with some choices changed; empty ones go."""
    kept: dict[str, Any] = {
        k: v for k, v in request.args.to_dict(flat=False).items() if k != "lang"
    }
    kept.update(changes)
    kept = {k: v for k, v in kept.items() if v not in ("", None, [], [""])}
    return path + ("?" + urlencode(kept, doseq=True) if kept else "")


@blueprint.get("/partners")
def page() -> str:
    """Choose who asks; then the suggestions, compared and short-listed."""
    advisor = _parts().advisor
    common: dict[str, Any] = {
        "kinds": KIND_NAMES,
        "tracks": advisor.choices("tracks"),
        "places": advisor.choices("places"),
        "address": address,
        "local": lambda iri: iri.removeprefix(vocab.ID),
    }
    if not request.args.get("asker"):
        text = request.args.get("q", "").strip()[:100]
        return render_template(
            "partners_start.html",
            q=text,
            found=_who(text) if text else [],
            known=advisor.askers(24),
            **common,
        )
    advice = _advice()
    chosen = request.args.getlist("pick")
    picked = [s for s in advice.suggestions if _local(s) in chosen]
    return render_template(
        "partners.html",
        advice=advice,
        wish=wish(),
        picked=picked[:MOST_PICKED],
        parts=PARTS,
        weights=WEIGHTS,
        unknown=UNKNOWN,
        relaxed=[t(*RELAXED[name]) for name in advice.relaxed],
        read=_read(advice),
        picture=picture(advice, str(g.language)),
        bar=bar,
        chosen=chosen,
        **common,
    )


def _read(advice: Advice) -> list[str]:
    """What was made of the words of a request, in the reader's language."""
    wish, nodes = advice.request, _parts().advisor.state.network.nodes
    told = [t(*KIND_NAMES.get(wish.kind, (wish.kind, wish.kind)))] if wish.kind else []
    things = (nodes.get(iri) for iri in (wish.track, wish.near))
    return told + [node.name(str(g.language)) for node in things if node]


def _who(text: str) -> list[dict[str, Any]]:
    """Organisations and platforms whose name fits."""
    known = _parts().advisor.is_asker
    return [one for one in search.results(text, limit=50) if known(one["iri"])][:12]


def _local(one: Suggestion) -> str:
    return one.node.iri.removeprefix(vocab.ID)


def bar(one: Suggestion) -> list[tuple[str, str, float, float]]:
    """Parts that count, the greatest first: key, label, share in %, value."""
    total = sum(v for v in one.parts.values() if v > 0) or 1.0
    shown = [
        (name, t(*PARTS[name]), 100 * max(v, 0) / total, v)
        for name, v in one.parts.items()
        if abs(v) >= 0.005
    ]
    return sorted(shown, key=lambda row: -row[3])


@blueprint.get("/partners.<extension>")
def table(extension: str) -> Response:
    """The suggestions, or only the short-list, as CSV or XLSX.

    Raises:
        NotFoundError: for another extension.
    """
    if extension not in {"csv", "xlsx"}:
        raise NotFoundError(
            "Tables come as CSV and XLSX.", zh="表格提供 CSV 与 XLSX 两种格式。"
        )
    advice = _advice()
    picked = set(request.args.getlist("pick"))
    language = str(g.language)
    columns = report.COLUMNS[language]
    rows = [r for r in report.rows(advice, language) if not picked or r[3] in picked]
    name = f"partners-{advice.asker.iri.removeprefix(vocab.ID)}"
    return download(Table(name, columns, rows, _about(advice)), extension)


def _about(advice: Advice) -> Sequence[tuple[str, str]]:
    return (
        (t("提问者", "asker"), advice.asker.name(str(g.language))),
        (t("性质", "nature"), t("计算所得的建议，不是事实", "computed, no facts")),
        (t("方法", "method"), f"{METHOD} {VERSION}, docs/partners.md"),
        (t("数据代次", "generation"), advice.generation),
        (t("地址", "address"), request.host_url.rstrip("/") + address()),
    )


@blueprint.get("/partners/brief")
def brief() -> str:
    """One candidate on a sheet to print, with all evidence.

    Raises:
        NotFoundError: if the candidate is not among the suggestions.
    """
    advice = _advice()
    wanted = request.args.get("candidate", "")
    found = [s for s in advice.suggestions if _local(s) == wanted]
    if not found:
        raise NotFoundError(
            f"{wanted[:80]} is not among these suggestions.",
            zh=f"{wanted[:80]} 不在这些建议之中。",
            hint="Open it from the list of suggestions.",
            hint_zh="请从建议列表中打开。",
        )
    one = found[0]
    scores = _parts().advisor.score_without(
        advice.asker.iri, one.node.iri, one.statements
    )
    return render_template(
        "partners_brief.html",
        advice=advice,
        one=one,
        parts=PARTS,
        unknown=UNKNOWN,
        bar=bar,
        address=address,
        carried=100 * (1 - scores[1] / scores[0]) if scores and scores[0] else None,
        kinds=KIND_NAMES,
    )
