"""The tree of tracks, who is in each, and how many.

Counts are of what is asserted as reached; planned membership is never counted.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg import vocab
from kg.errors import NotFoundError
from kg.model.groups import group_of
from kg.model.pinyin import by_name, sort_key
from kg.query.read.names import Name
from kg.query.read.reader import Reader
from kg.query.read.text import PROLOGUE, ref, values
from kg.shelf import Shelf
from kg.shelf.lists import KINDS, focus_key, track_key

FOCUS = "focus"
_EITHER = 4  # lists that are kept while a file is made of them
ALL = "all"

_TREE = """SELECT ?t ?parent WHERE {
  ?t a lv:Track . OPTIONAL { ?t lv:subTrackOf ?parent }
}"""
_DIRECT = """SELECT ?t ?k (COUNT(DISTINCT ?s) AS ?n) WHERE {{
  ?s {relation} ?t . ?s a ?c . VALUES (?c ?k) {{ {classes} }}
}} GROUP BY ?t ?k"""
_DIRECT_ALL = """SELECT ?t (COUNT(DISTINCT ?s) AS ?n) WHERE {
  ?s lv:inTrack ?t
} GROUP BY ?t"""
_ROLLED_ALL = """SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {
  {tracks} ?s lv:inTrack ?t
}"""
_ROLLED = """SELECT ?k (COUNT(DISTINCT ?s) AS ?n) WHERE {{
  {tracks} ?s {relation} ?t . ?s a ?c . VALUES (?c ?k) {{ {classes} }}
}} GROUP BY ?k"""


@dataclass(slots=True)
class Track:
    """A track in its tree.

    Attributes:
        direct: number of members by kind (``KINDS``), of all (``ALL``; one body
            may be of two kinds), and of what focuses on it (``FOCUS``).
        rolled: the same with all sub-tracks, each thing counted once.
    """

    iri: str
    name: Name
    parents: tuple[str, ...] = ()
    children: list[str] = field(default_factory=list)
    depth: int = 0
    direct: dict[str, int] = field(default_factory=dict)
    rolled: dict[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id as the address has it: ``cgt`` of ``id:track-cgt``."""
        return self.iri.removeprefix(vocab.ID).removeprefix("track-")

    @property
    def members(self) -> int:
        """How many are in it or below."""
        return self.rolled.get(ALL, 0)


@dataclass(slots=True)
class Tree:
    """All tracks.

    Attributes:
        order: IRIs as a tree is read: each track, then what is below it.
    """

    tracks: dict[str, Track]
    order: list[str] = field(default_factory=list)

    def __getitem__(self, iri: str) -> Track:
        return self.tracks[iri]

    def get(self, iri: str) -> Track:
        """A track.

        Raises:
            NotFoundError: if there is no such track.
        """
        if iri not in self.tracks:
            raise NotFoundError(
                f"There is no track {iri.removeprefix(vocab.ID)!r}.",
                zh=f"没有名为 {iri.removeprefix(vocab.ID)!r} 的赛道。",
                hint="See /tracks for all of them.",
                hint_zh="全部赛道见 /tracks。",
            )
        return self.tracks[iri]

    def below(self, iri: str) -> list[str]:
        """A track and all its sub-tracks, each once."""
        found: dict[str, None] = {}
        waiting = [iri]
        while waiting:
            current = waiting.pop(0)
            if current not in found:
                found[current] = None
                waiting.extend(self.tracks[current].children)
        return list(found)

    def path(self, iri: str) -> list[str]:
        """The tracks above a track, from the top."""
        found: list[str] = []
        current = self.tracks[iri].parents
        while current and current[0] not in found:
            found.insert(0, current[0])
            current = self.tracks[current[0]].parents
        return found


def tree(reader: Reader) -> Tree:
    """The tree with its counts, computed once per generation."""
    shelf = reader.shelf
    mark = f" of {shelf.generation}" if shelf else ""
    return reader.kept("tracks" + mark, lambda: _tree(reader, shelf))


def kind_of(reader: Reader, types: Iterable[str]) -> str:
    """The kind of a member by its classes."""
    kind = group_of(types, reader.terms.parents)
    return kind if kind in KINDS else "other"


def classes_of(reader: Reader, kind: str) -> list[str]:
    """Our classes of a kind."""
    return [
        c
        for c in reader.terms.classes
        if c.startswith(vocab.ONTOLOGY) and kind_of(reader, [c]) == kind
    ]


def _tree(reader: Reader, shelf: Shelf | None) -> Tree:
    parents: dict[str, set[str]] = {}
    for row in reader.store.select(PROLOGUE + _TREE):
        above = parents.setdefault(str(row["t"]), set())
        if "parent" in row:
            above.add(str(row["parent"]))
    called = reader.names(parents)
    found = Tree(
        {
            iri: Track(
                iri, called[iri], tuple(sorted(a for a in above if a in parents))
            )
            for iri, above in parents.items()
        }
    )
    for iri, track in found.tracks.items():
        for parent in track.parents:
            found[parent].children.append(iri)
    if shelf is None:
        _count(reader, found)
    else:
        _look_up(shelf, found)
    _order(found)
    return found


def _order(found: Tree) -> None:
    def place(iri: str) -> tuple[int, str]:
        return (-found[iri].members, sort_key(found[iri].name.text("zh")))

    for track in found.tracks.values():
        track.children.sort(key=place)
    waiting = sorted((i for i, t in found.tracks.items() if not t.parents), key=place)
    seen: set[str] = set()
    stack = [(iri, 0) for iri in reversed(waiting)]
    while stack:
        iri, depth = stack.pop()
        if iri in seen:
            continue
        seen.add(iri)
        found.order.append(iri)
        found[iri].depth = depth
        stack.extend((child, depth + 1) for child in reversed(found[iri].children))
    found.order.extend(sorted(found.tracks.keys() - seen))  # a ring has no top


def _class_table(reader: Reader) -> str:
    return " ".join(
        f'({ref(c)} "{kind_of(reader, [c])}")'
        for c in reader.terms.classes
        if c.startswith(vocab.ONTOLOGY)
    )


def _count(reader: Reader, found: Tree) -> None:
    classes = _class_table(reader)
    asked = [(ALL, _DIRECT_ALL, _ROLLED_ALL)]
    if classes:
        asked += [("", *_by_kind("lv:inTrack", classes))]
        asked += [(FOCUS, *_by_kind("lv:focusesOn", classes))]
    for key, direct, rolled in asked:
        for row in reader.store.select(PROLOGUE + direct):
            track = found.tracks.get(str(row.get("t", "")))
            if track is not None:
                _add(track.direct, key, row)
                if not track.children:
                    _add(track.rolled, key, row)
        for iri, track in found.tracks.items():
            if track.children:
                query = rolled.replace("{tracks}", values("t", found.below(iri)))
                for row in reader.store.select(PROLOGUE + query):
                    _add(track.rolled, key, row)


def _look_up(shelf: Shelf, found: Tree) -> None:
    """The counts as the shelf has them: the lengths of its lists."""
    for rolled in (False, True):
        wanted: dict[str, tuple[str, str]] = {}
        for iri in found.tracks:
            wanted[track_key(iri, rolled=rolled)] = (iri, ALL)
            for kind in KINDS:
                wanted[track_key(iri, kind, rolled=rolled)] = (iri, kind)
                wanted[focus_key(iri, kind, rolled=rolled)] = (iri, FOCUS)
        for key, n in shelf.lengths(wanted).items():
            iri, kind = wanted[key]
            track = found[iri]
            counts = track.rolled if rolled else track.direct
            counts[kind] = counts.get(kind, 0) + n


def _by_kind(relation: str, classes: str) -> tuple[str, str]:
    """The queries of direct and rolled-up counts; the second lacks its tracks."""
    return (
        _DIRECT.format(relation=relation, classes=classes),
        _ROLLED.format(relation=relation, classes=classes, tracks="{tracks}"),
    )


def _add(counts: dict[str, int], key: str, row: Mapping[str, object]) -> None:
    kind = key or str(row.get("k", ""))
    if kind:
        counts[kind] = counts.get(kind, 0) + int(str(row["n"]))


_MEMBERS = """SELECT DISTINCT ?s ?name WHERE {{
  {tracks} ?s lv:inTrack ?t .
  {kind}
  OPTIONAL {{ ?s skos:prefLabel ?name FILTER(LANG(?name) = "{language}") }}
}}"""


def members(
    reader: Reader,
    tracks: Sequence[str],
    kind: str,
    language: str,
    window: tuple[int, int],
) -> list[str]:
    """Who is in a track or below it, by name; sorted once for its pages.

    Args:
        reader: the read model.
        tracks: IRIs: a track, then all below it.
        kind: one of ``KINDS``, or "" for all.
        language: of the names to sort by.
        window: limit and offset.
    """
    limit, offset = window
    if (shelf := reader.shelf) is not None:
        order = "zh" if language == "zh" else "en"
        return shelf.page(track_key(tracks[0], kind), order, limit, offset)
    query = PROLOGUE + _MEMBERS.format(
        tracks=values("t", tracks),
        kind=_kind_filter(reader, kind),
        language="zh" if language == "zh" else "en",
    )

    def read() -> list[str]:
        found = reader.store.select(query)
        called = sorted(
            (*by_name(str(row.get("name", "")), language), str(row["s"]))
            for row in found
        )
        return list(dict.fromkeys(iri for *_, iri in called))

    return reader.recent(query, read)[offset : offset + limit]


def either(
    reader: Reader,
    one: Sequence[str],
    other: Sequence[str],
    language: str,
    window: tuple[int, int],
) -> list[str]:
    """Who is in one of two tracks, each a track and then all below it, by name."""
    limit, offset = window
    if (shelf := reader.shelf) is None:
        both = list(dict.fromkeys([*one, *other]))
        return members(reader, both, "", language, window)
    found = reader.recent(
        f"either {one[0]} {other[0]} {language} of {shelf.generation}",
        lambda: _either(shelf, one[0], other[0], language),
        among="either",
        most=_EITHER,
    )
    return shelf.iris(found[offset : offset + limit])


def _either(shelf: Shelf, one: str, other: str, language: str) -> array[int]:
    import numpy as np

    found = np.union1d(*(shelf.members(track_key(t)) for t in (one, other)))
    if language != "zh":  # things are numbered by their Chinese names
        place = np.frombuffer(shelf.array("place en"), dtype=np.uint32)
        found = found[np.argsort(place[found])]
    return array("I", found.astype(np.uint32).tobytes())


def _kind_filter(reader: Reader, kind: str) -> str:
    if not kind:
        return ""
    listed = ", ".join(map(ref, classes_of(reader, kind)))
    return f"FILTER EXISTS {{ ?s a ?c FILTER(?c IN ({listed})) }}"


def shared(
    reader: Reader, one: Sequence[str], other: Sequence[str], *, both: bool, limit: int
) -> tuple[int, list[str]]:
    """Members of the tracks ``one`` that are, or are not, in ``other`` as well.

    Each is a track, then all below it.

    Returns:
        How many, and the first ``limit`` of them.
    """
    if (shelf := reader.shelf) is not None:
        return _shared(shelf, one[0], other[0], both=both, limit=limit)
    negation = "" if both else "NOT "
    where = (
        f"{{ {values('t', one)} ?s lv:inTrack ?t . FILTER {negation}EXISTS"
        f" {{ ?s lv:inTrack ?u FILTER(?u IN ({', '.join(map(ref, other))})) }} }}"
    )
    store = reader.store
    counted = store.select(f"{PROLOGUE}SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {where}")
    found = store.select(
        f"{PROLOGUE}SELECT DISTINCT ?s WHERE {where} ORDER BY ?s LIMIT {int(limit)}"
    )
    total = next((int(str(row["n"])) for row in counted), 0)
    return total, [str(row["s"]) for row in found]


def _shared(
    shelf: Shelf, one: str, other: str, *, both: bool, limit: int
) -> tuple[int, list[str]]:
    import numpy as np

    mine, theirs = (
        np.frombuffer(shelf.members(track_key(t)), dtype=np.uint32)
        for t in (one, other)
    )
    common = np.isin(mine, theirs, assume_unique=True)
    found = mine[common if both else ~common]
    spelt = np.frombuffer(shelf.array("place iri"), dtype=np.uint32)[found]
    first = np.arange(len(found))
    if len(found) > limit:  # all need not be in order to find the first
        first = np.argpartition(spelt, limit)[:limit]
    ordered = found[first[np.argsort(spelt[first])]]
    return len(found), shelf.iris(ordered.tolist())
