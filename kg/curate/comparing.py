"""How much two names resemble each other, and why: one scale for every matching.

A firm's registered name adds a place, a trade and a legal form to the name it is
known by: 北京百济神州生物科技有限公司 is 百济神州. What two names share after each of
these is left off decides the score; docs/matching.md has the table, and
bench/matching.py measures it. Import (``kg.curate.matching``) and reconciliation
(``kg.web.matching``) both ask here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz import fuzz

from kg.curate.name_parts import (
    SHORT,
    SHORTEST_BRAND,
    Name,
    parts,
    pinyin,
    pinyin_initials,
)

CERTAIN = 0.95
DOUBTFUL = 0.80
AHEAD = 0.04
SCORES = {
    "identifier": 1.0,
    "name": 1.0,
    # Two characters are a name of many: proposed, not decided.
    "short": 0.92,
    "form": 0.96,
    # Merck and Merck & Co. are two: a person decides.
    "form_latin": 0.96,
    "inside": 0.90,
    "place": 0.90,
    "words": 0.90,
    "trade": 0.86,
    "begins": 0.85,
    "initials": 0.84,
    "short_for": 0.82,
    "sound": 0.82,
    "other_trade": 0.76,
    "sound_initials": 0.60,
}
_WHY = {
    "name": ("same name {}", "名称相同：{}"),
    "short": ("same name, but short: {}", "名称相同，但很短：{}"),
    "form": ("same name but for the legal form: {}", "除公司形式外名称相同：{}"),
    "form_latin": ("same name but for the legal form: {}", "除公司形式外名称相同：{}"),
    "inside": ("the name stands inside the other: {}", "名称写在另一名称之中：{}"),
    "place": (
        "same name but for place or group: {}",
        "除地名或集团字样外名称相同：{}",
    ),
    "words": ("same words in another order: {}", "词语相同、次序不同：{}"),
    "trade": ("same brand, trade left off: {}", "字号相同，行业用语有省略：{}"),
    "begins": ("one name begins with the other: {}", "一个名称以另一个开头：{}"),
    "initials": ("initials of the other name: {}", "是另一名称的首字母缩写：{}"),
    "short_for": ("short for the other name: {}", "是另一名称的简称：{}"),
    "sound": ("sounds the same in pinyin: {}", "拼音相同：{}"),
    "other_trade": ("same brand, another trade: {}", "字号相同，行业不同：{}"),
    "sound_initials": ("initials of the pinyin: {}", "是拼音首字母：{}"),
    "near": ("name nearly the same: {}", "名称相近：{}"),
    "none": ("", ""),
}
_NEAR = 0.9
UNDECIDED = frozenset({"form_latin"})


class Likeness(NamedTuple):
    """How much two names resemble each other.

    Attributes:
        score: from 0 to 1.
        kind: what it rests on, a key of ``SCORES``, or ``near`` or ``none``.
        shown: the words that are alike.
    """

    score: float
    kind: str
    shown: str

    @property
    def reason(self) -> tuple[str, str]:
        """What speaks for it, in English and Chinese."""
        english, chinese = _WHY[self.kind]
        return english.format(self.shown), chinese.format(self.shown)


NOTHING = Likeness(0.0, "none", "")


# -- comparing ------------------------------------------------------------------


def compare(one: str, other: str) -> Likeness:
    """How much two names resemble each other, and why."""
    return likeness(parts(one), parts(other))


def likeness(a: Name, b: Name) -> Likeness:
    """The same for names that are taken apart; the surest ground counts."""
    if not a.folded or not b.folded:
        return NOTHING
    if a.folded == b.folded:
        kind = "name" if len(a.folded) >= SHORT else "short"
        return Likeness(SCORES[kind], kind, a.text)
    if a.bare == b.bare and a.bare:
        kind = "form" if a.chinese else "form_latin"
        return Likeness(SCORES[kind], kind, b.text)
    found = _structural(a, b)
    if found.score >= SCORES["trade"]:
        return found
    near = _NEAR * fuzz.ratio(a.folded, b.folded) / 100
    if a.places == b.places and a.chinese == b.chinese:
        near = max(near, _NEAR * fuzz.ratio(a.bare, b.bare) / 100)
    return max(found, Likeness(near, "near", b.text), key=lambda found: found.score)


def _structural(a: Name, b: Name) -> Likeness:
    for kind, shown in _grounds(a, b):
        return Likeness(SCORES[kind], kind, shown)
    return NOTHING


def _grounds(a: Name, b: Name) -> Iterator[tuple[str, str]]:
    """What two names have in common, surest first."""
    placed = not (a.places and b.places) or bool(a.places & b.places)
    if placed and a.local == b.local and len(a.local) >= 2:
        yield "place", b.text
    if a.words and a.words == b.words:
        yield "words", b.text
    for short, long in ((a, b), (b, a)):
        if long.inside and long.inside in (short.folded, short.brand, short.inside):
            yield "inside", long.inside
    if not placed:
        return
    if a.chinese == b.chinese:
        yield from _same_brand(a, b)
    for short, long in ((a, b), (b, a)):
        yield from _shorter(short, long)
    if a.chinese != b.chinese:
        yield from _same_sound(*((a, b) if a.chinese else (b, a)))


def _same_brand(a: Name, b: Name) -> Iterator[tuple[str, str]]:
    if a.brand != b.brand or a.kind != b.kind or len(a.brand) < 2:
        return
    if a.trades == b.trades:
        yield "trade", a.brand
    elif a.chinese or len(a.brand) >= SHORTEST_BRAND:
        yield ("trade" if _agree(a, b) else "other_trade"), a.brand


def _shorter(short: Name, long: Name) -> Iterator[tuple[str, str]]:
    if short.capital and short.folded in long.initials:
        yield "initials", short.text
    if not (short.chinese and long.chinese):
        return
    brand = short.brand
    same_kind = short.kind == long.kind and _agree(short, long)
    if same_kind and len(brand) >= 2 and long.brand.startswith(brand):
        yield ("begins" if len(brand) >= SHORT else "short_for"), brand
    if _is_short_for(short, long):
        yield "short_for", short.text


def _same_sound(zh: Name, latin: Name) -> Iterator[tuple[str, str]]:
    same = zh.sound == latin.sound and len(zh.sound) >= SHORTEST_BRAND
    if same and _agree(zh, latin):
        yield "sound", zh.sound
    if len(latin.folded) < SHORT:
        return
    if latin.folded == pinyin(zh.folded):
        yield "sound", latin.text
    if latin.folded == pinyin_initials(zh.folded):
        yield "sound_initials", latin.text


def _agree(a: Name, b: Name) -> bool:
    """Whether one's trades are among the other's, so that some were left off."""
    return a.trades <= b.trades or b.trades <= a.trades


def _is_short_for(short: Name, long: Name) -> bool:
    """北生所 is 北京生命科学研究所: first and last character, and those between."""
    if short.inside or long.inside:
        return False
    if not SHORT <= len(short.folded) <= min(8, len(long.local) - 2):
        return False
    if len(short.local) < SHORT:
        return False
    for whole in (long.bare, long.local):
        if whole[0] == short.folded[0] and whole[-1] == short.folded[-1]:
            rest = iter(whole)
            if all(character in rest for character in short.folded):
                return True
    return False


def resemblance(one: str, other: str) -> float:
    """From 0 to 100, the score of ``compare``."""
    return 100 * compare(one, other).score


# -- finding --------------------------------------------------------------------


def keys(name: Name) -> set[tuple[str, str]]:
    """Kind and key: names that resemble each other have one in common."""
    found = {("n", part) for part in (name.folded, name.bare, name.local)}
    found.add(("w", name.words))
    found |= {("i", i) for i in (name.inside, *name.initials)}
    found |= {("b", name.brand), ("b", name.inside), ("s", name.sound)}
    if name.capital:
        found.add(("i", name.folded))
    if name.chinese:
        found.add(("p", name.brand[:2]))
        found |= {("a", w[0] + w[-1]) for w in (name.bare, name.local) if len(w) > 2}
    else:
        found |= {("f", name.local[:4]), ("l", name.local[-6:])}
    return {(kind, key) for kind, key in found if len(key) >= 2}


LEFT_OFF = {1: "form", 2: "place", 3: "trade"}


def shortened(name: str) -> Iterator[tuple[str, int]]:
    """Shorter forms of a name to look for, with what was left off.

    Yields:
        The form, folded, and how far it is from the name: a key of ``LEFT_OFF``.
    """
    whole = parts(name)
    last = whole.folded
    for distance, form in enumerate((whole.bare, whole.local, whole.brand), 1):
        if form not in ("", last) and len(form) >= 2:
            last = form
            yield form, distance
