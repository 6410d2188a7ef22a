"""Asks the name index: exact, then beginning, then inside, then forgiven."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from kg.search import keys
from kg.search.build import LAYOUT, SHORT_CHINESE, SHORT_LATIN
from kg.shelf.file import ReadOnlyFile

# A query looks at this many names at most, the most linked ones first.
CANDIDATES = 200
FILTERED_CANDIDATES = 4000
TRACK_CANDIDATES = 20_000
HOLDING_CANDIDATES = 600
LONGEST_QUERY = 100
_KIND = {"zh": 6, "en": 6, "alias": 4, "pinyin": 2, "initials": 0}
_EXACT, _START, _INSIDE, _SOUND, _SLIP = 100.0, 80.0, 60.0, 50.0, 30.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader asks for.

    Attributes:
        text: what was typed.
        type: IRI of a class or key of a group; ``""`` for any.
        track: IRI of a track; ``""`` for any.
        limit: number of results, 1-100.
    """

    text: str
    type: str = ""
    track: str = ""
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Match:
    """One result.

    Attributes:
        matched: the name that fitted.
        kind: how it fitted: ``zh``, ``en``, ``alias``, ``pinyin``, ``initials``.
        forgiven: whether a typo or a wrong character was forgiven.
        score: only for comparing results of one query.
    """

    iri: str
    type: str
    group: str
    zh: str
    en: str
    tracks: tuple[tuple[str, str, str], ...]
    weight: int
    matched: str
    kind: str
    forgiven: bool
    score: float = field(compare=False)


@dataclass(slots=True)
class _Found:
    name: int
    entity: int
    key: str
    kind: str
    text: str
    score: float
    forgiven: bool


class NameIndex(ReadOnlyFile):
    """A name index on disk, read-only; safe to share between threads.

    Args:
        path: the file that ``write_index`` made.

    Raises:
        DataError: if it is not such a file, or of another layout.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, LAYOUT, "name index")

    def search(self, wish: Wish) -> list[Match]:
        """The entities that fit, best first.

        An empty query gives the most linked ones, so that a list is never empty
        without reason.
        """
        key = keys.fold(wish.text[:LONGEST_QUERY])
        if not key:
            return self._most_linked(wish)
        found = _Best()
        found.add(self._exact(key, wish), _EXACT)
        found.add(self._starting(key, wish), _START)
        if len(found) < wish.limit:
            found.add(self._holding(key, wish), _INSIDE)
        if not len(found):
            self._forgive(key, wish, found)
        return self._matches(found.best(key, wish.limit), key)

    def _most_linked(self, wish: Wish) -> list[Match]:
        where, values = _filter(wish)
        rows = self.rows(
            f"SELECT e.id FROM entity e WHERE 1 {where} ORDER BY e.id LIMIT ?",  # noqa: S608 - fixed texts
            (*values, wish.limit),
        )
        found = [_Found(0, row[0], "", "zh", "", 0.0, False) for row in rows]
        return self._matches(found, "")

    def _select(
        self, source: str, values: Iterable[object], wish: Wish, depth: int = CANDIDATES
    ) -> list[_Found]:
        """Names from a sub-query that gives their numbers, filtered.

        A filter looks at more names, and stops when enough of them fit.
        """
        where, more = _filter(wish)
        looked = FILTERED_CANDIDATES if more else depth
        join = "JOIN entity e ON e.id = n.entity" if wish.type else ""
        rows = self.rows(
            "SELECT n.id, n.entity, n.key, n.kind, n.text "  # noqa: S608 - fixed texts
            f"FROM ({source} LIMIT {looked}) f JOIN name n ON n.id = f.id "
            f"{join} WHERE 1 {where.replace('e.id', 'n.entity')} LIMIT {depth}",
            (*values, *more),
        )
        return [_Found(n, e, k, kind, text, 0.0, False) for n, e, k, kind, text in rows]

    def _exact(self, key: str, wish: Wish) -> list[_Found]:
        return self._select("SELECT id FROM name WHERE key = ?", (key,), wish)

    def _starting(self, key: str, wish: Wish) -> list[_Found]:
        longest = SHORT_CHINESE if keys.is_chinese(key[:SHORT_CHINESE]) else SHORT_LATIN
        if len(key) <= longest and not (wish.type or wish.track):
            source = "SELECT name AS id FROM short WHERE prefix = ?"
            return self._select(source, (key,), wish)
        ends = (key, key + "\U0010ffff")
        source = "SELECT id FROM name WHERE key >= ? AND key < ?"
        if wish.track and not wish.type:
            # Track and entity are told by the index of keys alone: no name is read
            # before it is known to fit.
            source = (
                "SELECT id FROM (SELECT id, entity FROM name"  # noqa: S608 - a number
                f" WHERE key >= ? AND key < ? LIMIT {TRACK_CANDIDATES}) WHERE entity"
                " IN (SELECT entity FROM track WHERE track = ?)"
            )
            return self._select(source, (*ends, wish.track), Wish(""))
        return self._select(source, ends, wish)

    def _holding(self, key: str, wish: Wish) -> list[_Found]:
        """Names that hold the key: those with its rarest grams, then looked at.

        A phrase of all grams reads the long lists of common ones: 160 ms at
        300,000 names where three rare ones take 2.
        """
        pieces = {g for piece in keys.grams(key) for g in piece}
        counts = self._counts(pieces)
        if not pieces or len(counts) < len(pieces):
            return []
        match = " AND ".join(f'"{term}"' for term in counts[:3])
        source = "SELECT rowid AS id FROM grams WHERE grams MATCH ?"
        found = self._select(source, (match,), wish, depth=HOLDING_CANDIDATES)
        return [f for f in found if key in f.key]

    def _counts(self, pieces: set[str]) -> list[str]:
        """Those of the grams that occur, the rarest first."""
        if not pieces:
            return []
        marks = ",".join("?" * len(pieces))
        rows = self.rows(
            f"SELECT term FROM gram WHERE term IN ({marks}) ORDER BY names, term",  # noqa: S608 - only marks
            sorted(pieces),
        )
        return [term for (term,) in rows]

    def _forgive(self, key: str, wish: Wish, found: _Best) -> None:
        """Sound first (百计 is 百济), then slips, then what shares rare grams."""
        if keys.is_chinese(key):
            for full, _ in keys.pinyin(key)[:2]:
                found.add(self._exact(full, wish), _SOUND + 10, forgiven=True)
                found.add(self._starting(full, wish), _SOUND, forgiven=True)
        elif 3 <= len(key) <= 6:
            # Initials are too short for slips: everything is near everything.
            near = [f for f in self._slipped(key, wish) if f.kind != "initials"]
            found.add(near, _SLIP, forgiven=True)
        if not len(found):
            near = [f for f in self._sharing(key, wish) if _is_near(key, f.key)]
            found.add(near, _SLIP, forgiven=True)

    def _slipped(self, key: str, wish: Wish) -> list[_Found]:
        forms = sorted({form for form in keys.slips(key) if len(form) > 1})
        marks = ",".join("?" * len(forms))
        source = f"SELECT id FROM name WHERE key IN ({marks})"  # noqa: S608 - only marks
        whole = self._select(source, forms, wish)
        source = f"SELECT name AS id FROM short WHERE prefix IN ({marks})"  # noqa: S608 - only marks
        return whole + (self._select(source, forms, wish) if len(key) > 3 else [])

    def _sharing(self, key: str, wish: Wish) -> list[_Found]:
        found: list[_Found] = []
        for term in self._counts({g for piece in keys.grams(key) for g in piece})[:4]:
            source = "SELECT rowid AS id FROM grams WHERE grams MATCH ?"
            found += self._select(source, (f'"{term}"',), wish)
        return found

    def _matches(self, found: list[_Found], key: str) -> list[Match]:
        if not found:
            return []
        marks = ",".join("?" * len(found))
        rows = self.rows(
            "SELECT id, iri, type, grp, zh, en, tracks, weight "  # noqa: S608 - only marks
            f"FROM entity WHERE id IN ({marks})",
            [f.entity for f in found],
        )
        by_id = {row[0]: row[1:] for row in rows}
        matches = []
        for f in found:
            iri, type_, group, zh, en, tracks, weight = by_id[f.entity]
            matches.append(
                Match(
                    iri,
                    type_,
                    group,
                    zh,
                    en,
                    tuple(tuple(t) for t in json.loads(tracks)),
                    weight,
                    f.text or zh or en,
                    f.kind,
                    f.forgiven,
                    f.score + min(5.0, math.log2(1 + weight) / 2),
                )
            )
        return sorted(matches, key=lambda m: (-m.score, -m.weight, m.iri))


class _Best:
    """The best name of each entity so far."""

    def __init__(self) -> None:
        self._by_entity: dict[int, _Found] = {}

    def __len__(self) -> int:
        return len(self._by_entity)

    def add(
        self, names: Iterable[_Found], base: float, *, forgiven: bool = False
    ) -> None:
        for name in names:
            name.score = base + _KIND[name.kind]
            name.forgiven = forgiven
            old = self._by_entity.get(name.entity)
            if old is None or old.score < name.score:
                self._by_entity[name.entity] = name

    def best(self, key: str, limit: int) -> list[_Found]:
        for name in self._by_entity.values():
            near = fuzz.ratio(key, name.key) / 100
            name.score += (20 if name.forgiven else 8) * near
        ordered = sorted(self._by_entity.values(), key=lambda f: (-f.score, f.entity))
        return ordered[:limit]


def _filter(wish: Wish) -> tuple[str, list[object]]:
    where, values = "", list[object]()
    if wish.type:
        where += " AND (e.type = ? OR e.grp = ?)"
        values += [wish.type, wish.type]
    if wish.track:
        where += " AND e.id IN (SELECT entity FROM track WHERE track = ?)"
        values.append(wish.track)
    return where, values


def _is_near(key: str, other: str) -> bool:
    """One slip for a short query, two for a long one, against the beginning too."""
    allowed = 1 if len(key) < 6 else 2
    return (
        OSA.distance(key, other, score_cutoff=allowed) <= allowed
        or OSA.distance(key, other[: len(key)], score_cutoff=allowed) <= allowed
    )
