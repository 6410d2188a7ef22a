"""Are two descriptions one body? Candidates with scores and reasons.

An identifier that both have and that proves itself decides; otherwise names do
(``kg.curate.comparing``). Only what is certain is linked; what is doubtful goes to
a person. Nothing is merged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kg.curate.comparing import (
    AHEAD,
    CERTAIN,
    DOUBTFUL,
    NOTHING,
    UNDECIDED,
    Likeness,
    keys,
    likeness,
)
from kg.curate.name_parts import parts
from kg.curate.naming import folded
from kg.model.facts import Entity

# A key that more bodies have tells nothing, but for a whole name.
_CROWD = 60
_NAMESAKES = 50
_OTHER_KIND = 0.9
_CONTRADICTED = 0.5
# People share names, so that a name alone never decides.
_SHARE_NAMES = frozenset({"Person"})
# A firm may be listed twice.
_SEVERAL = frozenset({"stockCode"})


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
        reasons: what speaks for it, in English and Chinese, surest first.
        kind: what the score rests on, a key of ``comparing.SCORES`` or ``near``.
        is_certain: whether it may be linked without a person.
    """

    id: str
    score: float
    reasons: tuple[tuple[str, str], ...]
    kind: str = ""
    is_certain: bool = False


def body_of(entity: Entity, identifiers: Mapping[str, Iterable[str]]) -> Body:
    """What is compared of an entity."""
    names = [entity.name_zh, entity.name_en, *entity.aliases_zh, *entity.aliases_en]
    if entity.english_basis == "romanised":
        names.remove(entity.name_en)
    return Body(
        entity.id,
        tuple(dict.fromkeys(n for n in names if n)),
        {k: frozenset(v) for k, v in identifiers.items()},
        frozenset(entity.types),
    )


def core(name: str) -> str:
    """A name without legal form, place in front, width, case and marks."""
    return parts(name).local or folded(name)


def is_decided(scores: Sequence[float], kind: str = "") -> bool:
    """Whether the first of some scores, best first, needs no person.

    Args:
        scores: of all candidates, from 0 to 1.
        kind: what the first rests on.
    """
    if kind in UNDECIDED:
        return False
    behind = scores[1] if len(scores) > 1 else 0.0
    return bool(scores) and scores[0] >= CERTAIN and scores[0] - behind >= AHEAD


class Matcher:
    """Finds candidates among known bodies.

    Args:
        bodies: that are known.
    """

    def __init__(self, bodies: Iterable[Body]) -> None:
        self._bodies = {body.id: body for body in bodies}
        self._keyed: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._identified: dict[tuple[str, str], set[str]] = defaultdict(set)
        for body in self._bodies.values():
            for key in {key for name in body.names for key in keys(parts(name))}:
                self._keyed[key].append(body.id)
            for scheme, values in body.identifiers.items():
                for value in values:
                    self._identified[scheme, value].add(body.id)

    def body(self, id_: str) -> Body | None:
        """What is known under an id."""
        return self._bodies.get(id_)

    def candidates(self, body: Body, limit: int = 5) -> list[Candidate]:
        """The bodies it may be, best first; never itself."""
        identified = self._by_identifier(body)
        near = set(identified) | self._near(body)
        found = [
            judged
            for other in near - {body.id}
            if (judged := self._judged(body, other, identified.get(other, [])))
        ]
        ranked = sorted(found, key=lambda c: (-c.score, c.id))[: max(limit, 2)]
        if ranked and self._may_decide(body, ranked):
            ranked[0] = replace(ranked[0], is_certain=True)
        return ranked[:limit]

    def compared(self, body: Body, other: str) -> Candidate | None:
        """How much a body resembles one that is known; ``None`` if too little."""
        if other not in self._bodies:
            return None
        return self._judged(body, other, self._by_identifier(body).get(other, []))

    def _by_identifier(self, body: Body) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for scheme, values in sorted(body.identifiers.items()):
            for value in sorted(values):
                for other in self._identified.get((scheme, value), ()):
                    said = (f"same {scheme} {value}", f"{scheme} 相同：{value}")
                    found[other].append(said)
        return found

    def _near(self, body: Body) -> set[str]:
        found: set[str] = set()
        for key in {key for name in body.names for key in keys(parts(name))}:
            ids = self._keyed.get(key, ())
            if key[0] == "n":
                found.update(ids[:_NAMESAKES])
            elif len(ids) <= _CROWD:
                found.update(ids)
        return found

    def _judged(
        self, body: Body, other: str, identified: list[tuple[str, str]]
    ) -> Candidate | None:
        known = self._bodies[other]
        alike = self._alike(body, known)
        score, kind = alike.score, alike.kind
        reasons = [*identified, *([alike.reason] if score >= DOUBTFUL else [])]
        if identified:
            score, kind = 1.0, "identifier"
        score = _weighed(body, known, score)
        if score < DOUBTFUL:
            return None
        return Candidate(other, score, tuple(reasons), kind)

    @staticmethod
    def _alike(body: Body, known: Body) -> Likeness:
        best = NOTHING
        others = [parts(name) for name in known.names]
        for name in body.names:
            mine = parts(name)
            for other in others:
                found = likeness(mine, other)
                if found.score > best.score:
                    best = found
            if best.score == 1.0:
                break
        return best

    def _may_decide(self, body: Body, ranked: Sequence[Candidate]) -> bool:
        known = self._bodies[ranked[0].id]
        if ranked[0].kind != "identifier" and known.types & _SHARE_NAMES:
            return False
        return is_decided([c.score for c in ranked], ranked[0].kind)


def _weighed(body: Body, known: Body, score: float) -> float:
    """Lower a score where identifiers or types speak against it."""
    for scheme, values in body.identifiers.items():
        others = known.identifiers.get(scheme)
        if others and values and not others & values and scheme not in _SEVERAL:
            return min(score, _CONTRADICTED)
    if body.types and known.types and not body.types & known.types:
        return score * _OTHER_KIND
    return score
