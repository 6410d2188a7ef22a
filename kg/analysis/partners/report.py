"""Advice as JSON objects and as rows of a table."""

from __future__ import annotations

from typing import Any

from kg import vocab
from kg.analysis.partners.answer import (
    METHOD,
    UNKNOWN,
    VERSION,
    Advice,
    Evidence,
    Reason,
    Step,
    Suggestion,
)
from kg.analysis.partners.network import PARTS
from kg.model.network import Node

COLUMNS: dict[str, tuple[str, ...]] = {
    "zh": (
        "名次", "名称", "英文名称", "标识", "类型", "得分",
        *(zh for zh, _ in PARTS.values()),
        "理由一", "理由二", "理由三", "互补规则（非事实）", "未知", "陈述", "引文",
    ),
    "en": (
        "place", "name", "name in Chinese", "id", "class", "score",
        *PARTS,
        "reason 1", "reason 2", "reason 3", "rule (no fact)", "unknown",
        "statements", "quote",
    ),
}  # fmt: skip


def thing(node: Node) -> dict[str, Any]:
    """A thing: keys ``iri id zh en class``."""
    return {
        "iri": node.iri,
        "id": node.iri.removeprefix(vocab.ID),
        "zh": node.name("zh"),
        "en": node.name("en"),
        "class": node.type.removeprefix(vocab.ONTOLOGY),
    }


def evidence(one: Evidence) -> dict[str, Any]:
    """A piece of evidence; empty keys are left out."""
    told = {
        "iri": one.iri,
        "quote": one.quote,
        "locator": one.locator,
        "source": one.source,
        "title_zh": one.title_zh,
        "title_en": one.title_en,
        "url": one.url,
        "confidence": one.confidence,
    }
    return {name: text for name, text in told.items() if text}


def step(one: Step) -> dict[str, Any]:
    """A link of a reason with its statement and evidence."""
    return {
        "statement": one.edge.statement,
        "subject": one.source.iri,
        "predicate": one.edge.predicate,
        "object": one.target.iri,
        "status": one.edge.status,
        "zh": one.zh,
        "en": one.en,
        "evidence": [evidence(e) for e in one.evidence],
    }


def reason(one: Reason) -> dict[str, Any]:
    """A path: the sentence in both languages and its links."""
    return {"zh": one.zh, "en": one.en, "steps": [step(s) for s in one.steps]}


def suggestion(one: Suggestion) -> dict[str, Any]:
    """A suggestion with parts, reasons, rule, context, plans, unknown."""
    return {
        "place": one.place,
        **thing(one.node),
        "score": round(one.score, 4),
        "parts": {name: round(v, 4) for name, v in one.parts.items()},
        "reasons": [reason(r) for r in one.reasons],
        "rule": one.rule and {"zh": one.rule.why_zh, "en": one.rule.why_en},
        "context": [thing(n) for n in one.context],
        "plans": [step(s) for s in one.plans],
        "unknown": [
            {"key": k, "zh": UNKNOWN[k][0], "en": UNKNOWN[k][1]} for k in one.unknown
        ],
    }


def as_json(advice: Advice) -> dict[str, Any]:
    """The whole answer; suggestions are marked as computed."""
    wish = advice.request
    return {
        "computed": True,
        "method": METHOD,
        "version": VERSION,
        "generation": advice.generation,
        "asker": thing(advice.asker),
        "relaxed": list(advice.relaxed),
        "unread": list(advice.unread),
        "linked": [thing(n) for n in advice.linked],
        "unreached": [thing(n) for n in advice.unreached],
        "request": {
            "kind": wish.kind,
            "track": wish.track,
            "near": wish.near,
            "text": wish.text,
            "novelty": wish.novelty,
            "top": wish.top,
        },
        "suggestions": [suggestion(s) for s in advice.suggestions],
    }


def rows(advice: Advice, language: str) -> list[list[str | int | float | None]]:
    """One row a suggestion, in the order of ``COLUMNS``."""
    other = "en" if language == "zh" else "zh"
    return [
        [
            one.place,
            one.node.name(language),
            one.node.name(other),
            one.node.iri.removeprefix(vocab.ID),
            one.node.type.removeprefix(vocab.ONTOLOGY),
            round(one.score, 4),
            *(round(one.parts.get(name, 0.0), 4) for name in PARTS),
            *_sentences(one, language),
            _rule(one, language),
            "; ".join(UNKNOWN[k][language != "zh"] for k in one.unknown),
            " ".join(one.statements),
            " | ".join(_quotes(one)),
        ]
        for one in advice.suggestions
    ]


def _sentences(one: Suggestion, language: str) -> list[str]:
    told = [r.zh if language == "zh" else r.en for r in one.reasons]
    return [*told, "", "", ""][:3]


def _rule(one: Suggestion, language: str) -> str:
    if one.rule is None:
        return ""
    return one.rule.why_zh if language == "zh" else one.rule.why_en


def _quotes(one: Suggestion) -> list[str]:
    found = [
        e.quote or e.locator for r in one.reasons for s in r.steps for e in s.evidence
    ]
    return list(dict.fromkeys(" ".join(text.split()) for text in found if text))
