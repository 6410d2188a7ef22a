"""Are two descriptions one body? Candidates with scores and reasons.

An identifier that both have and that proves itself decides; otherwise names do,
compared without legal form, place and marks. Only what is certain is linked;
what is doubtful goes to a person. Nothing is merged.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from kg.curate.assertion import CHINESE
from kg.curate.naming import folded
from kg.model.facts import Entity

CERTAIN = 0.95
DOUBTFUL = 0.80
_BY_NAME = 0.96
_BY_SHORT_NAME = 0.92
_SHORT = 3
_LONGEST_BRAND = 6

# Measured by bench/matching.py; docs/matching.md has the figures.
_LEGAL_ZH = re.compile(
    r"(股份有限公司|有限责任公司|集团有限公司|控股有限公司|有限公司|股份公司|公司|集团)$"
)
_LEGAL_EN = re.compile(
    r"\b(co|company|corp|corporation|inc|incorporated|ltd|limited|llc|plc|gmbh|ag|sa"
    r"|group|holdings?)\b\.?"
)
_PLACE_ZH = re.compile(r"^(北京市?|上海市?|中国)")
_PLACE_EN = re.compile(r"^(the )?(beijing|shanghai|china)\b")


@dataclass(frozen=True)
class Body:
    """What is compared of an organisation.

    Attributes:
        names: every name it has, in any language.
        identifiers: local name of the property to its values.
        types: local names of its classes.
    """

    id: str
    names: tuple[str, ...]
    identifiers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A body that another may be.

    Attributes:
        score: from 0 to 1.
        reasons: what speaks for it, in English and Chinese.
    """

    id: str
    score: float
    reasons: tuple[tuple[str, str], ...]

    @property
    def is_certain(self) -> bool:
        """Whether it may be linked without a person."""
        return self.score >= CERTAIN


def body_of(entity: Entity, identifiers: Mapping[str, Iterable[str]]) -> Body:
    """What is compared of an entity."""
    names = (entity.name_zh, entity.name_en, *entity.aliases_zh, *entity.aliases_en)
    return Body(
        entity.id,
        tuple(dict.fromkeys(n for n in names if n)),
        {k: frozenset(v) for k, v in identifiers.items()},
        frozenset(entity.types),
    )


def core(name: str) -> str:
    """A name without legal form, place in front, width, case and marks."""
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    text = re.sub(r"[（(].*?[）)]", "", text)
    text = _LEGAL_EN.sub(" ", _PLACE_EN.sub("", text))
    text = _LEGAL_ZH.sub("", _PLACE_ZH.sub("", text.strip()))
    return folded(text) or folded(name)


class Matcher:
    """Finds candidates among known bodies.

    Args:
        bodies: that are known.
    """

    def __init__(self, bodies: Iterable[Body]) -> None:
        self._bodies = {body.id: body for body in bodies}
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._cores: dict[str, set[str]] = defaultdict(set)
        self._identified: dict[tuple[str, str], set[str]] = defaultdict(set)
        for body in self._bodies.values():
            for name in body.names:
                self._exact[folded(name)].add(body.id)
                self._cores[core(name)].add(body.id)
            for scheme, values in body.identifiers.items():
                for value in values:
                    self._identified[scheme, value].add(body.id)
        self._list = list(self._cores)
        self._brands: dict[str, set[str]] = defaultdict(set)
        for known, ids in self._cores.items():
            for length in range(2, min(len(known), _LONGEST_BRAND + 1)):
                if CHINESE.match(known):
                    self._brands[known[:length]] |= ids

    def candidates(self, body: Body, limit: int = 5) -> list[Candidate]:
        """The bodies it may be, best first; never itself."""
        found: dict[str, tuple[float, list[tuple[str, str]]]] = {}

        def add(other: str, score: float, reason: tuple[str, str]) -> None:
            known, reasons = found.get(other, (0.0, []))
            found[other] = (max(known, score), [*reasons, reason])

        for scheme, values in body.identifiers.items():
            for value in sorted(values):
                for other in self._identified[scheme, value]:
                    add(
                        other,
                        1.0,
                        (f"same {scheme} {value}", f"{scheme} 相同：{value}"),
                    )
        for name in body.names:
            self._by_name(name, add)
        ranked = [
            Candidate(other, self._weighed(body, other, score), tuple(reasons))
            for other, (score, reasons) in found.items()
            if other != body.id
        ]
        ranked = [c for c in ranked if c.score >= DOUBTFUL]
        return sorted(ranked, key=lambda c: (-c.score, c.id))[:limit]

    def _by_name(self, name: str, add) -> None:  # type: ignore[no-untyped-def]
        exact = self._exact.get(folded(name), set())
        for other in exact:
            score = _BY_NAME if len(folded(name)) >= _SHORT else _BY_SHORT_NAME
            add(
                other,
                score if len(exact) == 1 else DOUBTFUL,
                (f"same name {name}", f"名称相同：{name}"),
            )
        wanted = core(name)
        for other in self._cores.get(wanted, set()) - exact:
            reason = f"same name but for form or place: {name}"
            add(other, 0.9, (reason, f"除公司形式或地名外名称相同：{name}"))
        for other, brand in self._brand_of(wanted):
            reason = f"one name begins with the other: {brand}"
            score = 0.88 if len(brand) > _SHORT - 1 else 0.82
            add(other, score, (reason, f"一个名称以另一个开头：{brand}"))
        if len(wanted) < _SHORT:
            return
        close = process.extract(
            wanted, self._list, scorer=fuzz.ratio, score_cutoff=86.0, limit=5
        )
        for near, score, _ in close:
            if near != wanted:
                for other in self._cores[near]:
                    reason = f"name nearly the same: {near}"
                    add(other, score / 100 - 0.05, (reason, f"名称相近：{near}"))

    def _brand_of(self, wanted: str) -> Iterator[tuple[str, str]]:
        """Registered names begin with the brand: 百普赛斯生物科技 and 百普赛斯."""
        if not CHINESE.match(wanted):
            return
        for other in self._brands.get(wanted, set()):
            yield other, wanted
        for length in range(2, min(len(wanted), _LONGEST_BRAND + 1)):
            for other in self._cores.get(wanted[:length], set()):
                yield other, wanted[:length]

    def _weighed(self, body: Body, other: str, score: float) -> float:
        """Lower a score where identifiers or types speak against it."""
        known = self._bodies[other]
        for scheme, values in body.identifiers.items():
            others = known.identifiers.get(scheme)
            if others and values and not others & values and scheme != "stockCode":
                return min(score, 0.5)
        if body.types and known.types and not body.types & known.types:
            return min(score, 0.9)
        return score
