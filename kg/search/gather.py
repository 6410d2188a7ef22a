"""Reads from a store what the name index holds, in a few plain queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from kg import vocab
from kg.model import Literal
from kg.model.groups import group_of, main_type
from kg.search.build import Entry
from kg.shelf import Shelf
from kg.store import Store

TIMEOUT_S = 600.0
_BATCH = 500
_PROLOGUE = vocab.prologue("lv", "rdf", "rdfs", "skos", "owl")

_NAMES = """SELECT ?s ?name WHERE { ?s skos:%s ?name }"""
_TYPES = """SELECT DISTINCT ?s ?type WHERE {
  GRAPH ?g { ?s a ?type }
  FILTER(?g != <%s> && STRSTARTS(STR(?type), "%s"))
}"""
_PARENTS = "SELECT ?c ?parent WHERE { ?c rdfs:subClassOf ?parent }"
_TRACKS = "SELECT ?s ?track WHERE { ?s lv:inTrack ?track }"
_DEGREES = "SELECT ?s (COUNT(*) AS ?n) WHERE { ?st rdf:%s ?s } GROUP BY ?s"


def _pairs(store: Store, query: str) -> list[tuple[str, object]]:
    rows = store.select(_PROLOGUE + query, timeout_s=TIMEOUT_S).rows
    return [(str(row[0]), row[1]) for row in rows if row[0] is not None]


def _names(store: Store) -> tuple[dict[str, dict[str, str]], dict[str, list[str]]]:
    """Preferred name by language, and every other name, for each thing of ours."""
    preferred: dict[str, dict[str, str]] = defaultdict(dict)
    others: dict[str, list[str]] = defaultdict(list)
    for iri, name in sorted(
        _pairs(store, _NAMES % "prefLabel"), key=lambda p: (p[0], str(p[1]))
    ):
        if not iri.startswith(vocab.ID) or not isinstance(name, Literal):
            continue
        language = name.language[:2] if name.language else "en"
        if language in {"zh", "en"} and language not in preferred[iri]:
            preferred[iri][language] = name.value
        else:
            others[iri].append(name.value)
    for iri, name in _pairs(store, _NAMES % "altLabel"):
        if iri in preferred:
            others[iri].append(str(name))
    return preferred, others


def read_entries(store: Store) -> list[Entry]:
    """Everything of ours that has a name and a class of the ontology.

    Statements, evidence, selectors and sources have no ``skos:prefLabel`` and so
    stay out.
    """
    preferred, others = _names(store)
    types: dict[str, set[str]] = defaultdict(set)
    for iri, type_ in _pairs(store, _TYPES % (vocab.INFERRED_GRAPH, vocab.ONTOLOGY)):
        types[iri].add(str(type_))
    parents: dict[str, set[str]] = defaultdict(set)
    for iri, parent in _pairs(store, _PARENTS):
        parents[iri].add(str(parent))
    tracks: dict[str, set[str]] = defaultdict(set)
    for iri, track in _pairs(store, _TRACKS):
        tracks[iri].add(str(track))
    weight: dict[str, int] = defaultdict(int)
    for end in ("subject", "object"):
        for iri, n in _pairs(store, _DEGREES % end):
            weight[iri] += int(str(n))

    def told(track: str) -> tuple[str, str, str]:
        name = preferred.get(track, {})
        return track, name.get("zh", ""), name.get("en", "")

    entries = [
        Entry(
            iri=iri,
            type=main_type(types[iri], parents),
            group=group_of(types[iri], parents),
            zh=name.get("zh", ""),
            en=name.get("en", ""),
            aliases=tuple(sorted(set(others[iri]))),
            tracks=tuple(told(t) for t in sorted(tracks[iri])),
            weight=weight[iri],
        )
        for iri, name in preferred.items()
        if types[iri]
    ]
    return sorted(entries, key=lambda e: (-e.weight, e.iri))


def entries_of(shelf: Shelf) -> Iterator[Entry]:
    """The same from a large graph's shelf, a few at a time, by falling weight."""
    things = shelf.stream(
        "SELECT t.id, t.iri, k.type, k.grp, t.degree FROM thing t"
        " JOIN kind k ON k.thing = t.id ORDER BY t.degree DESC, t.iri"
    )

    @lru_cache(maxsize=100_000)
    def told(track: str) -> tuple[str, str, str]:
        number = shelf.numbers_of([track]).get(track)
        found = shelf.rows(
            "SELECT language, text FROM name WHERE thing = ? AND preferred = 1",
            (number,),
        )
        preferred, _ = _sorted_out(found)
        return track, preferred.get("zh", ""), preferred.get("en", "")

    while batch := list(islice(things, _BATCH)):
        marks = ",".join("?" * len(batch))
        numbers = [row[0] for row in batch]
        names: dict[int, list[tuple[str, str]]] = defaultdict(list)
        others: dict[int, list[str]] = defaultdict(list)
        tracks: dict[int, list[str]] = defaultdict(list)
        for thing, language, text, preferred in shelf.rows(
            "SELECT thing, language, text, preferred FROM name"  # noqa: S608 - marks
            f" WHERE thing IN ({marks})",
            numbers,
        ):
            if preferred:
                names[thing].append((language, text))
            else:
                others[thing].append(text)
        for thing, track in shelf.rows(
            f"SELECT thing, track FROM in_track WHERE thing IN ({marks})",  # noqa: S608
            numbers,
        ):
            tracks[thing].append(track)
        for number, iri, type_, group, degree in batch:
            if number not in names or not iri.startswith(vocab.ID):
                continue
            preferred_, more = _sorted_out(names[number])
            yield Entry(
                iri=iri,
                type=type_,
                group=group,
                zh=preferred_.get("zh", ""),
                en=preferred_.get("en", ""),
                aliases=tuple(sorted({*more, *others[number]})),
                tracks=tuple(told(t) for t in sorted(tracks[number])),
                weight=degree,
            )


def _sorted_out(
    names: Iterable[tuple[str, str]],
) -> tuple[dict[str, str], list[str]]:
    """The name of each language, the first by code points, and the other names."""
    preferred: dict[str, str] = {}
    others: list[str] = []
    for language, text in sorted(names, key=lambda name: name[1]):
        short = language[:2] or "en"
        if short in {"zh", "en"} and short not in preferred:
            preferred[short] = text
        else:
            others.append(text)
    return preferred, others
