"""What an asker looks for: kind, track, place, from fields or from a sentence."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kg import vocab
from kg.errors import DataError

# Words of a request, Chinese and English, and the class they mean.
KINDS: dict[str, tuple[str, ...]] = {
    "ServiceProvider": (
        "cdmo", "cmo", "cro", "contract research", "contract manufacturer",
        "外包", "代工",
    ),
    "Hospital": ("hospital", "clinic", "医院", "临床机构", "临床中心"),
    "Lab": (
        "lab", "laboratory", "laboratories", "research institute", "institute",
        "实验室", "研究所", "研究院",
    ),
    "University": ("university", "universities", "大学", "高校"),
    "Investor": (
        "investor", "investment", "fund", "capital", "venture capital", "vc",
        "投资人", "投资机构", "投资方", "投资", "基金", "资本", "风投", "创投", "融资",
    ),
    "Incubator": ("incubator", "accelerator", "孵化器", "孵化", "加速器"),
    "Company": (
        "company", "companies", "firm", "startup", "start-up", "企业", "公司", "厂家",
    ),
    "Platform": (
        "platform", "pilot plant", "pilot", "facility", "facilities",
        "中试平台", "平台", "中试",
    ),
    "GovernmentBody": (
        "regulator", "regulatory", "government", "监管", "政府", "药监", "药检",
    ),
    "Association": ("association", "协会", "学会", "联盟"),
}  # fmt: skip
# Words that ask, and say nothing of what for.
FILLERS = frozenset(
    re.findall(
        r"\w+",
        """a an the for of in near at around to with and or from on by we i need needs
        want wants look looking find seek seeking please help us our my me some any who
        which that can is are do does doing partner partners work working track field
        area company organisation organization based good someone""",
    )
)
CHINESE_FILLERS = (
    "有没有", "合作伙伴", "帮我们", "帮我", "我们", "想找", "寻找", "需要", "希望",
    "附近", "周边", "一带", "合作", "伙伴", "一家", "一个", "几家", "能做", "可以",
    "哪些", "哪家", "推荐", "方向", "领域", "赛道", "机构", "单位", "部门", "公司",
    "企业", "相关", "方面", "里的", "从事",
)  # fmt: skip
_CHINESE_LETTERS = re.compile("[找在的做与和或及有是里请给想要为我们个家对]")
WORD_COLUMNS = ("word", "means")


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

    def without(self, *names: str) -> Request:
        """The request with some of ``track`` and ``near`` left empty."""
        return replace(
            self,
            track="" if "track" in names else self.track,
            near="" if "near" in names else self.near,
        )


def read_words(path: Path) -> dict[str, list[str]]:
    """Other words for tracks and places: the local name of each to its words.

    Raises:
        DataError: if the table or a column is missing.
    """
    found: dict[str, list[str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not set(WORD_COLUMNS) <= set(reader.fieldnames or ()):
                raise DataError(
                    f"{path.name} needs the columns {', '.join(WORD_COLUMNS)}.",
                    zh=f"{path.name} 需要列 {'、'.join(WORD_COLUMNS)}。",
                )
            for row in reader:
                found.setdefault(row["means"] or "", []).append(row["word"] or "")
    except OSError as exc:
        raise DataError(
            f"The table {path} cannot be read: {exc}", zh=f"无法读取表格 {path}：{exc}"
        ) from exc
    return found


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
    text = _plain(request.text)
    if not text:
        return request
    return replace(
        request,
        kind=request.kind or _kind(text),
        track=request.track or _named(text, tracks),
        near=request.near or _named(text, places),
    )


def unread(
    wish: Request,
    tracks: Mapping[str, Iterable[str]],
    places: Mapping[str, Iterable[str]],
) -> tuple[str, ...]:
    """The words of an understood request that nothing was made of.

    Returns:
        Words of three letters or more, and runs of two Chinese characters or
        more, in the order of the text.
    """
    text = _plain(wish.text)
    names = [*tracks.get(wish.track, ()), *places.get(wish.near, ())]
    known = [name.lower() for name in names] + list(KINDS.get(wish.kind, ()))
    for name in sorted(known, key=len, reverse=True):
        if len(name) > 1:
            text = _pattern(name).sub(" ", text)
    for filler in CHINESE_FILLERS:
        text = text.replace(filler, " ")
    text = _CHINESE_LETTERS.sub(" ", text)
    found = re.findall(r"[a-z][a-z0-9-]{2,}|[\u3400-\u9fff]{2,}", text)
    return tuple(dict.fromkeys(w for w in found if w not in FILLERS))


def _plain(text: str) -> str:
    return text.lower().strip()


def _kind(text: str) -> str:
    """The kind that is asked for, of all that are named.

    English names it first ("an investor for a hospital"), Chinese last
    (医院的投资方): where 的 joins the words, the last one counts.
    """
    named = [
        (found.start(), -len(word), kind)
        for kind, words in KINDS.items()
        for word in words
        for found in _pattern(word).finditer(text)
    ]
    if not named:
        return ""
    return (max(named) if "的" in text else min(named))[2]


def _named(text: str, things: Mapping[str, Iterable[str]]) -> str:
    """The thing whose longest name stands in the text."""
    fits = [
        (len(name), iri)
        for iri, name in _names(things)
        if len(name) > 1 and _pattern(name).search(text)
    ]
    return max(fits)[1] if fits else ""


def _names(things: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    for iri, names in things.items():
        for name in names:
            yield iri, name.lower()


def _pattern(word: str) -> re.Pattern[str]:
    """The word; a Latin one must not go on, but may stand between characters."""
    if word.isascii():
        return re.compile(rf"(?<![a-z0-9]){re.escape(word)}s?(?![a-z0-9])")
    return re.compile(re.escape(word))
