"""Candidates for a reconciliation query, with a score and its reasons.

Names come from the name index, identifiers and values from the graph; what they are
worth is told by ``kg.curate.comparing``, as at import. A batch asks the store four
questions at most, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg import vocab
from kg.curate.comparing import (
    CERTAIN,
    LEFT_OFF,
    NOTHING,
    SCORES,
    compare,
    resemblance,
    shortened,
)
from kg.curate.matching import is_decided
from kg.model import Literal
from kg.query.read import Reader
from kg.query.read.values import Called, Value, holders, names_of, values_of
from kg.search import Names, Wish
from kg.search.keys import fold

LOOKED_AT = 40
_OTHER_TYPE = 0.6
_FITS = 100 * CERTAIN
_SOUNDS = frozenset({"sound", "sound_initials"})
_SHORTENED = frozenset({"form", "form_latin", "place", "trade", "begins", "short_for"})


@dataclass(frozen=True, slots=True)
class Condition:
    """What a property of a candidate should be.

    Attributes:
        property: IRI.
        values: texts, or IRIs of things.
        required: whether a candidate without it is left out.
        quantifier: ``any``, ``all`` or ``none`` of the values.
    """

    property: str
    values: tuple[str, ...]
    required: bool = False
    quantifier: str = "any"


@dataclass(frozen=True, slots=True)
class Question:
    """One reconciliation query.

    Attributes:
        texts: names or identifiers, any of which may fit.
        ids: identifiers of entities, any of which is meant.
        types: IRIs of classes; empty for any.
        limit: number of candidates.
    """

    texts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    limit: int = 5


@dataclass(slots=True)
class Candidate:
    """One answer to a question.

    Attributes:
        score: 0 to 100.
        features: what led to the score, by name: numbers 0 to 100 and booleans.
        certain: whether it may be taken without a person.
        ground: what its name's score rests on, a key of ``comparing.SCORES``.
    """

    iri: str
    called: Called
    types: tuple[str, ...]
    score: float = 0.0
    features: dict[str, float | bool] = field(default_factory=dict)
    certain: bool = False
    ground: str = ""


class Matcher:
    """Answers batches of questions.

    Args:
        reader: the read model.
        names: the name index.
    """

    def __init__(self, reader: Reader, names: Names) -> None:
        self._reader = reader
        self._names = names

    def answer(self, questions: Sequence[Question]) -> list[list[Candidate]]:
        """Candidates for each question, best first, each judged by itself."""
        store = self._reader.store
        texts = {t for q in questions for t in (*q.texts, *q.ids)}
        held = holders(store, texts)
        found = [self._found(question, held) for question in questions]
        things = {iri for one in found for iri in one}
        called = names_of(store, things)
        types = self._reader.types(called)
        properties = {c.property for q in questions for c in q.conditions}
        values = values_of(store, called, properties)
        made = []
        for question, one in zip(questions, found, strict=True):
            candidates = [
                Candidate(iri, called[iri], types.get(iri, ()), features=dict(said))
                for iri, said in one.items()
                if iri in called
            ]
            judged = [
                c for c in candidates if self._judge(c, question, values.get(c.iri, {}))
            ]
            made.append(_best(judged, question.limit))
        return made

    # -- finding -----------------------------------------------------------------

    def _found(
        self, question: Question, held: dict[str, list[str]]
    ) -> dict[str, dict[str, float | bool]]:
        """IRIs to look at, with what the finding itself tells."""
        found: dict[str, dict[str, float | bool]] = {}
        for text in (*question.texts, *question.ids):
            for iri in held.get(text, ()):
                found.setdefault(iri, {})["identifier"] = True
            found.setdefault(iri_of(text), {})["id"] = True
        for text in question.texts:
            for iri, said in self._named(text, question.types).items():
                known = found.setdefault(iri, {})
                for name, value in said.items():
                    known[name] = max(value, known.get(name, 0))
        return found

    def _named(
        self, text: str, types: Iterable[str]
    ) -> dict[str, dict[str, float | bool]]:
        found: dict[str, dict[str, float | bool]] = {}
        wishes = [Wish(text, limit=LOOKED_AT)]
        classes = sorted({s for t in types for s in self._reader.terms.subs(t)})
        wishes += [Wish(text, type=c, limit=10) for c in classes[:12]]
        for wish in wishes:
            for match in self._names.search(wish):
                said = found.setdefault(match.iri, {})
                said["statements"] = match.weight
                if match.kind in {"pinyin", "initials"}:
                    ground = "sound" if match.kind == "pinyin" else "sound_initials"
                    sound = 100 * SCORES[ground]
                    said["sound"] = sound / 2 if match.forgiven else sound
        for form, distance in shortened(text):
            for match in self._names.search(Wish(form, limit=LOOKED_AT)):
                if fold(match.matched) == fold(form):
                    said = found.setdefault(match.iri, {})
                    said["statements"] = match.weight
                    said["form"] = max(
                        said.get("form", 0.0), 100 * SCORES[LEFT_OFF[distance]]
                    )
        return found

    # -- judging -----------------------------------------------------------------

    def _judge(
        self, candidate: Candidate, question: Question, said: dict[str, list[Value]]
    ) -> bool:
        """Set score and features; ``False`` if it is no candidate at all."""
        features = candidate.features
        name = self._name_score(candidate, question.texts)
        candidate.score = name
        told: list[float] = []
        for condition in question.conditions:
            score = _condition_score(condition, said.get(condition.property, []))
            if condition.required and score < _FITS:
                return False
            key = f"property:{condition.property.removeprefix(vocab.ONTOLOGY)}"
            features[key] = round(score, 1)
            told.append(score)
        if told:
            average = sum(told) / len(told)
            named = bool(question.texts or question.ids)
            candidate.score = 0.75 * name + 0.25 * average if named else average
        if question.types:
            features["type"] = self._is_of(candidate, question.types)
            if not features["type"]:
                candidate.score *= _OTHER_TYPE
        return candidate.score > 0

    def _name_score(self, candidate: Candidate, texts: Sequence[str]) -> float:
        features = candidate.features
        alike = NOTHING
        for text in texts:
            for name in candidate.called.all():
                alike = max(alike, compare(text, name), key=lambda found: found.score)
        features["name"] = round(100 * alike.score, 1)
        features["name_exact"] = alike.kind in {"name", "short"}
        sound, form = (float(features.pop(k, 0.0)) for k in ("sound", "form"))
        if alike.kind in _SOUNDS:
            sound = max(sound, 100 * alike.score)
        if alike.kind in _SHORTENED:
            form = max(form, 100 * alike.score)
        if sound:
            features["pinyin"] = round(sound, 1)
        if form:
            features["short_form"] = round(form, 1)
        if features.get("id") or features.get("identifier"):
            candidate.ground = "identifier"
            return 100.0
        candidate.ground = alike.kind
        return max(100 * alike.score, sound, form)

    def _is_of(self, candidate: Candidate, types: Iterable[str]) -> bool:
        wanted = set(types)
        return any(self._reader.terms.supers(t) & wanted for t in candidate.types)


def _best(candidates: list[Candidate], limit: int) -> list[Candidate]:
    """In order of score; the first is certain if no other comes near."""
    ordered = sorted(
        candidates,
        key=lambda c: (-c.score, -float(c.features.get("statements", 0)), c.iri),
    )
    for candidate in ordered:
        candidate.score = round(candidate.score, 1)
    if ordered:
        first = ordered[0]
        first.certain = (
            is_decided([c.score / 100 for c in ordered], first.ground)
            and first.features.get("type", True) is not False
        )
    return ordered[:limit]


def _condition_score(condition: Condition, values: Sequence[Value]) -> float:
    """0 to 100: how well the values of a candidate fit a condition."""
    scores = [
        max((_value_score(wanted, value) for value in values), default=0.0)
        for wanted in condition.values
    ]
    if condition.quantifier == "all":
        return min(scores, default=0.0)
    best = max(scores, default=0.0)
    if condition.quantifier == "none":
        return 0.0 if best >= _FITS else 100.0
    return best


def _value_score(wanted: str, value: Value) -> float:
    text = str(value.term)
    if iri_of(wanted) == text or wanted == text:
        return 100.0
    if isinstance(value.term, Literal):
        date = text[:4].isdigit() and wanted[:4].isdigit()
        if date and (text.startswith(wanted) or wanted.startswith(text)):
            return 100.0
        return resemblance(wanted, text)
    return max((resemblance(wanted, str(name)) for name in value.names), default=0.0)


def iri_of(text: str) -> str:
    """The IRI of an entity from its id; an IRI stays."""
    text = text.strip()
    for prefix, base in (("id:", vocab.ID), ("lv:", vocab.ONTOLOGY)):
        if text.startswith(prefix):
            return base + text.removeprefix(prefix)
    return text if "://" in text else vocab.ID + text


def id_of(iri: str) -> str:
    """The id that this service gives a thing: local for ours, ``lv:…`` for terms."""
    if iri.startswith(vocab.ID):
        return iri.removeprefix(vocab.ID)
    return vocab.shorten(iri)


def json_number(value: float | bool) -> Any:
    """A feature's value for JSON: whole numbers without a point."""
    if isinstance(value, bool):
        return value
    return int(value) if float(value).is_integer() else value
