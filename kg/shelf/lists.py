"""Puts things in order and writes the lists that pages leaf through.

A list is the members of a class or a track, as numbers of things, four bytes
each, once in the order of Chinese names and once in that of English ones: a page
of it is one read of a few thousand bytes, its length is known, and what two lists
share is found by comparing numbers.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from kg.model.groups import GROUPS
from kg.model.pinyin import NAMELESS, sort_key
from kg.shelf.frame import Classes
from kg.shelf.packed import TABLE, pack

# The kinds of members of a track, as pages count them.
KINDS = tuple(g.key for g in GROUPS if g.key not in {"track", "area"})

# Names are numbered by their order; where several are given the first one counts.
_SQL = Path(__file__).with_name("things.sql")


def put_in_order(base: sqlite3.Connection, classes: Classes) -> None:
    """From the tables of ``raw`` to things, lists and arrays."""
    text = _SQL.read_text(encoding="utf-8")
    base.create_function("spell", 1, _spelt, deterministic=True)
    base.executescript(TABLE + text.replace(":NAMELESS", NAMELESS))
    _write_kinds(base, classes)
    keys = _Keys()
    base.executemany(
        "INSERT INTO raw.member VALUES (?, ?)", _members(base, classes, keys)
    )
    base.execute("CREATE INDEX raw.member_list ON member (list, thing)")
    _write_lists(base, keys)
    _write_arrays(base)


def _spelt(name: str | None) -> str | None:
    return None if name is None else sort_key(name)


def _write_kinds(base: sqlite3.Connection, classes: Classes) -> None:
    """The classes and group each thing is called by, from what is stated of it."""
    known: dict[frozenset[int], int] = {}

    def numbered() -> Iterator[tuple[int, int]]:
        rows = base.execute(
            "SELECT t.id, r.class FROM raw.type r JOIN thing t ON t.iri = r.iri"
            " WHERE r.stated = 1 ORDER BY t.id"
        )
        for thing, stated in groupby(rows, key=lambda row: row[0]):
            types = frozenset(row[1] for row in stated)
            yield thing, known.setdefault(types, len(known))

    base.executemany("INSERT INTO typing VALUES (?, ?)", numbered())
    for types, number in known.items():
        iris = [classes.ours[t] for t in types]
        general = {s for i in iris for s in classes.supers(i)}
        told = json.dumps(sorted(set(iris) - general))
        row = (number, classes.main(iris), classes.group(iris), told)
        base.execute("INSERT INTO typed VALUES (?, ?, ?, ?)", row)


class _Keys:
    """A number for each list, in the order they were met."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __getitem__(self, key: str) -> int:
        return self.numbers.setdefault(key, len(self.numbers))


def class_key(iri: str) -> str:
    """The list of everything of a class or one below it."""
    return f"class {iri}"


def track_key(iri: str, kind: str = "", *, rolled: bool = True) -> str:
    """The list of a track's members, of a kind if given, with sub-tracks or not."""
    return f"{'below' if rolled else 'track'} {kind} {iri}"


def focus_key(iri: str, kind: str, *, rolled: bool = True) -> str:
    """The list of what focuses on a track, of a kind, with sub-tracks or not."""
    return f"{'focus-below' if rolled else 'focus'} {kind} {iri}"


def _members(
    base: sqlite3.Connection, classes: Classes, keys: _Keys
) -> Iterator[tuple[int, int]]:
    """Each list with each thing on it, once."""
    supers = _supers(classes)
    kinds = {n: _kind(classes, iri) for n, iri in enumerate(classes.ours)}
    above = _above(base)
    links = groupby(
        base.execute(
            "SELECT thing, relation, object FROM raw.linked"
            " WHERE relation IN ('inTrack', 'focusesOn') ORDER BY thing"
        ),
        key=lambda row: row[0],
    )
    waiting = next(links, None)
    has = groupby(
        base.execute("SELECT thing, class FROM raw.has ORDER BY thing, class"),
        key=lambda row: row[0],
    )
    for thing, rows in has:
        types = [row[1] for row in rows]
        for iri in {s for t in types for s in supers[t]}:
            yield keys[class_key(iri)], thing
        if waiting is not None and waiting[0] == thing:
            mine = {kinds[t] for t in types}
            for key in _track_keys(waiting[1], mine, above):
                yield keys[key], thing
            waiting = next(links, None)


def _track_keys(
    links: Iterable[tuple[int, str, str]], kinds: set[str], above: dict[str, set[str]]
) -> set[str]:
    found: set[str] = set()
    for _, relation, track in links:
        rolled = {track} | above.get(track, set())
        if relation == "focusesOn":
            for kind in kinds:
                found.add(focus_key(track, kind, rolled=False))
                found |= {focus_key(t, kind) for t in rolled}
            continue
        for kind in ("", *kinds):
            found.add(track_key(track, kind, rolled=False))
            found |= {track_key(t, kind) for t in rolled}
    return found


def _kind(classes: Classes, iri: str) -> str:
    kind = classes.group([iri])
    return kind if kind in KINDS else "other"


def _supers(classes: Classes) -> list[set[str]]:
    """The classes of ours that each class is one of, by its number."""
    found: list[set[str]] = [set() for _ in classes.ours]
    for iri in classes.parents:
        under = classes.subs(iri)
        for number, own in enumerate(classes.ours):
            if own in under:
                found[number].add(iri)
    return found


def _above(base: sqlite3.Connection) -> dict[str, set[str]]:
    """The tracks above each track, however far."""
    parents: dict[str, set[str]] = {}
    for child, parent in base.execute("SELECT track, parent FROM raw.tree"):
        parents.setdefault(child, set()).add(parent)
    found: dict[str, set[str]] = {}
    for track in parents:
        reached, front = set[str](), {track}
        while front:
            front = {p for t in front for p in parents.get(t, ())} - reached
            reached |= front
        found[track] = reached
    return found


def _write_lists(base: sqlite3.Connection, keys: _Keys) -> None:
    names = {number: key for key, number in keys.numbers.items()}
    by_zh = base.execute("SELECT list, thing FROM raw.member ORDER BY list, thing")
    by_en = base.execute(
        "SELECT list, thing FROM raw.member m JOIN raw.place p ON p.id = m.thing"
        " ORDER BY list, place"
    )
    one = groupby(by_zh, key=lambda row: row[0])
    other = groupby(by_en, key=lambda row: row[0])
    for (number, rows), (_, ordered) in zip(one, other, strict=True):
        zh = array("I", (row[1] for row in rows))
        en = array("I", (row[1] for row in ordered))
        base.execute(
            "INSERT INTO list VALUES (?, ?, ?, ?)",
            (names[number], len(zh), pack(base, zh), pack(base, en)),
        )


def _write_arrays(base: sqlite3.Connection) -> None:
    """Of each thing, by its number: place among English names and IRIs, year."""
    place, spelt = (
        array(
            "I",
            (p for (p,) in base.execute(f"SELECT place FROM raw.{table} ORDER BY id")),  # noqa: S608
        )
        for table in ("place", "spelt")
    )
    years = array("I", (_year(y) for (y,) in base.execute(_YEARS)))
    arrays = {"place en": place, "place iri": spelt, "founded": years}
    for key, numbers in arrays.items():
        row = (key, len(numbers), pack(base, numbers))
        base.execute("INSERT INTO numbers VALUES (?, ?, ?)", row)


_YEARS = "SELECT founded FROM thing ORDER BY id"


def _year(text: str | None) -> int:
    year = (text or "")[:4]
    return int(year) if year.isascii() and year.isdigit() else 0


TREE = "SELECT ?s ?parent WHERE { ?s lv:subTrackOf ?parent {part} }"
