"""Suggest partners of an organisation, each with its reasons.

Examples: ``kg partners tsinghua-iri --text "a CDMO for CGT near 昌平"``
``kg partners edigene --kind Hospital --format json``
``kg partners edigene --save`` keeps the suggestions in lvg:suggestions.

Suggestions are computed, no facts. Each line of reasons is a chain of stated
facts; ``--format json`` has their statements and evidence.
"""

from __future__ import annotations

import argparse
import json

from kg import vocab
from kg.analysis.partners import report, suggested
from kg.analysis.partners.answer import Advice
from kg.analysis.partners.network import PARTS
from kg.analysis.partners.request import KINDS, Request
from kg.config import load_settings
from kg.wiring import build_parts

_RELAXED = {"near": ("地点", "the place"), "track": ("赛道", "the track")}
NAME = "partners"
HELP = "suggest partners of an organisation, with reasons"


def configure(parser: argparse.ArgumentParser) -> None:
    """Who asks, what for, how many, in which format."""
    parser.add_argument("id", help="id or IRI of the organisation that asks")
    parser.add_argument("--text", default="", help='e.g. "a CDMO for CGT near 昌平"')
    parser.add_argument("--kind", default="", choices=("", *KINDS))
    parser.add_argument("--track", default="", help="id or IRI of a track")
    parser.add_argument("--near", default="", help="id or IRI of a place")
    parser.add_argument("--novelty", type=float, default=0.25, help="0 known, 1 new")
    parser.add_argument("--top", type=int, default=10, help="1 to 100")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--store", help="overrides the setting")
    parser.add_argument(
        "--save", action="store_true", help="keep them in the graph lvg:suggestions"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the suggestions.

    Raises:
        NotFoundError: if no organisation has this id.
    """
    given = {"store": arguments.store} if arguments.store else {}
    parts = build_parts(load_settings(given))
    request = Request(
        arguments.kind,
        _iri(arguments.track),
        _iri(arguments.near),
        arguments.text,
        arguments.novelty,
        arguments.top,
    )
    parts.advisor.wait()
    advice = parts.advisor.advise(_iri(arguments.id), request)
    if arguments.format == "json":
        print(json.dumps(report.as_json(advice), ensure_ascii=False, indent=2))
    else:
        _print(advice, arguments.language)
    if arguments.save:
        suggested.save(parts.store, advice)
    return 0


def _iri(name: str) -> str:
    return name if not name or "://" in name else vocab.ID + name


def _print(advice: Advice, language: str) -> None:
    zh = language == "zh"
    print("以下为计算所得的建议，不是事实。" if zh else "Computed, no facts.")
    if advice.relaxed:
        told = "、" if zh else ", "
        print(
            ("没有完全符合的，已放宽：" if zh else "Nobody fits all; given up: ")
            + told.join(_RELAXED[name][not zh] for name in advice.relaxed)
        )
    if advice.unread:
        print(("未能理解：" if zh else "Not understood: ") + ", ".join(advice.unread))
    for one in advice.suggestions:
        kind = one.node.type.removeprefix(vocab.ONTOLOGY)
        print(f"\n{one.place}. {one.node.name(language)} [{kind}] {one.score:.3f}")
        shown = sorted(one.parts.items(), key=lambda item: -item[1])
        print(
            "   "
            + " · ".join(
                f"{PARTS[n][not zh]} {v:.2f}" for n, v in shown if abs(v) >= 0.01
            )
        )
        for reason in one.reasons:
            print("   - " + (reason.zh if zh else reason.en))
    if not advice.suggestions:
        print("没有带理由的建议。" if zh else "No suggestion that has a reason.")
    for nodes, heading in (
        (advice.linked, ("已有关联，不再推荐：", "Linked already, so not suggested: ")),
        (
            advice.unreached,
            (
                "有记录，但三步以内没有事实相连，不算建议：",
                "On record, joined by no fact within three links, no suggestions: ",
            ),
        ),
    ):
        if nodes:
            names = ("、" if zh else ", ").join(n.name(language) for n in nodes)
            print("\n" + heading[not zh] + names)
