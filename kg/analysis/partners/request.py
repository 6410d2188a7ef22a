"""What an asker looks for: kind, track, place, from fields or from a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kg import vocab
from kg.errors import DataError

# Words of a request, Chinese and English, and the class they mean.
KINDS: dict[str, tuple[str, ...]] = {
    "ServiceProvider": ("cdmo", "cmo", "cro", "外包", "代工"),
    "Hospital": ("hospital", "clinic", "医院", "临床"),
    "Lab": ("lab", "laboratory", "institute", "实验室", "研究所", "研究院"),
    "University": ("university", "大学", "高校"),
    "Investor": ("investor", "fund", "capital", "投资", "基金", "资本"),
    "Incubator": ("incubator", "accelerator", "孵化", "加速器"),
    "Company": ("company", "firm", "startup", "企业", "公司"),
    "Platform": ("platform", "pilot", "facility", "平台", "中试"),
    "GovernmentBody": ("regulator", "government", "监管", "政府", "药监"),
    "Association": ("association", "协会", "学会"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What to suggest.

    Attributes:
        kind: local name of a class; ``""`` for any organisation or platform.
        track: IRI of a track in which (or in whose sub-tracks) it must be.
        near: IRI of a place in which it must be, directly or by its parts.
        text: words that are read for kind, track and place left empty above.
        novelty: 0 prefers the well known, 1 the little known.
        top: how many suggestions, 1 to 100.
    """

    kind: str = ""
    track: str = ""
    near: str = ""
    text: str = ""
    novelty: float = 0.25
    top: int = 10

    def __post_init__(self) -> None:
        if not 0 <= self.novelty <= 1:
            raise DataError(
                f"Novelty is a number from 0 to 1, not {self.novelty}.",
                zh=f"新颖度应为 0 到 1 之间的数，而不是 {self.novelty}。",
            )
        if not 1 <= self.top <= 100:
            raise DataError(
                f"Between 1 and 100 suggestions, not {self.top}.",
                zh=f"建议数应在 1 到 100 之间，而不是 {self.top}。",
            )
        if self.kind and self.kind not in KINDS and not hasattr(vocab.lv, self.kind):
            raise DataError(
                f"There is no kind of organisation {self.kind!r}.",
                zh=f"没有名为 {self.kind!r} 的机构类型。",
                hint=f"Kinds: {', '.join(KINDS)}.",
                hint_zh=f"可用类型：{'、'.join(KINDS)}。",
            )


def understood(
    request: Request,
    tracks: Mapping[str, Iterable[str]],
    places: Mapping[str, Iterable[str]],
) -> Request:
    """The request with its words read: "a CDMO for CGT near 昌平".

    Args:
        request: fields already given win over words.
        tracks: IRI of each track to its names.
        places: the same of places.
    """
    text = request.text.lower()
    if not text:
        return request
    track = request.track or _named(text, tracks)
    near = request.near or _named(text, places)
    kind = request.kind or next(
        (k for k, words in KINDS.items() if any(_says(text, w) for w in words)), ""
    )
    return replace(request, kind=kind, track=track, near=near)


def _named(text: str, things: Mapping[str, Iterable[str]]) -> str:
    """The thing whose longest name stands in the text."""
    fits = [
        (len(name), iri)
        for iri, names in things.items()
        for name in names
        if len(name) > 1 and _says(text, name.lower())
    ]
    return max(fits)[1] if fits else ""


def _says(text: str, word: str) -> bool:
    if word.isascii():
        return re.search(rf"\b{re.escape(word)}s?\b", text) is not None
    return word in text
