"""Facts, names, evidence and sources from a large graph's shelf.

The same values as ``facts``, ``names``, ``thing`` and ``evidence`` read from a store,
without a query to it; what a shelf does not know is left out and asked of the store.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from kg import vocab
from kg.model import Blank, Iri, Literal, Term
from kg.query.read.evidence import Evidence, Source
from kg.query.read.facts import Fact, Relation
from kg.query.read.names import Name
from kg.query.read.text import BATCH, local
from kg.shelf import Shelf
from kg.shelf.links import STATUSES, Said

_FACTS = """SELECT e.id, e.iri, a.iri, t.iri, b.iri, e.value, f.datatype, f.language,
  e.status, e.start, e."end", e.period, g.datasets, g.evidence
FROM json_each(?) j CROSS JOIN statement e ON e.id = j.value
JOIN thing a ON a.id = e.s JOIN term t ON t.id = e.p
LEFT JOIN thing b ON b.id = e.o LEFT JOIN form f ON f.id = e.form
LEFT JOIN origin g ON g.id = e.origin"""
_NAMED = """SELECT t.iri, t.zh, t.en, t.basis FROM json_each(?) j
CROSS JOIN thing t ON t.iri = j.value WHERE t.is_named"""
_LABELS = """SELECT l.iri, l.page_zh, l.page_en, l.basis FROM json_each(?) j
CROSS JOIN label l ON l.iri = j.value"""
_CLASSES = """SELECT t.iri, k.classes FROM json_each(?) j
CROSS JOIN thing t ON t.iri = j.value LEFT JOIN typing y ON y.thing = t.id
LEFT JOIN typed k ON k.id = y.typed WHERE t.is_named"""
_EVIDENCE = """SELECT e.* FROM json_each(?) j
CROSS JOIN evidence e ON e.iri = j.value WHERE e.source IS NOT NULL"""
_SOURCES = """SELECT s.* FROM json_each(?) j CROSS JOIN source s ON s.iri = j.value"""
_MEMBERSHIPS = """SELECT e.id FROM json_each(?) j CROSS JOIN thing a ON a.iri = j.value
CROSS JOIN statement e ON e.s = a.id WHERE e.p = (SELECT id FROM term WHERE iri = ?)"""
_LINKED = {
    "lv:inTrack": "SELECT t.iri, x.track FROM json_each(?) j CROSS JOIN thing t"
    " ON t.iri = j.value CROSS JOIN in_track x ON x.thing = t.id ORDER BY 1, 2",
    "lv:locatedIn": "SELECT t.iri, x.place FROM json_each(?) j CROSS JOIN thing t"
    " ON t.iri = j.value CROSS JOIN in_place x ON x.thing = t.id ORDER BY 1, 2",
}


def _asked(shelf: Shelf, query: str, wanted: Collection[object]) -> list[Any]:
    """The rows about some IRIs or numbers, given as one list."""
    return shelf.rows(query, (json.dumps(list(wanted)),)) if wanted else []


def names(shelf: Shelf, iris: Collection[str]) -> dict[str, Name]:
    """Names, as ``names.names``; what the shelf does not know is left out."""
    found = {
        iri: Name(iri, zh or "", en or "", basis or "")
        for iri, zh, en, basis in _asked(shelf, _NAMED, iris)
    }
    for row in _asked(shelf, _LABELS, iris):
        found[row[0]] = Name(*row)
    return found


def classes(shelf: Shelf, iris: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The most specific of our classes that each of these things is stated to have."""
    return {
        iri: tuple(json.loads(told)) if told else ()
        for iri, told in _asked(shelf, _CLASSES, iris)
    }


def relations(shelf: Shelf, iri: str) -> list[Relation]:
    """The relations of a thing both ways, with their counts."""
    number = shelf.numbers_of([iri]).get(iri)
    if number is None:
        return []
    return [Relation(*told) for told in Said(shelf, number).relations()]


def facts_of(
    shelf: Shelf, iri: str, relations: Iterable[Relation], limit: int, offset: int = 0
) -> list[Fact]:
    """The facts of a thing under these relations, a page of each, by IRI."""
    number = shelf.numbers_of([iri]).get(iri)
    if number is None:
        return []
    said = Said(shelf, number)
    found = [
        st
        for r in relations
        for st in said.numbers((r.predicate, r.direction, r.status), limit, offset)
    ]
    return facts(shelf, found)


def facts_under(shelf: Shelf, iri: str, relation: Relation) -> Iterator[Fact]:
    """All facts of a thing under a relation by IRI, some at a time."""
    number = shelf.numbers_of([iri]).get(iri)
    if number is None:
        return
    said, last = Said(shelf, number), -1
    kind = (relation.predicate, relation.direction, relation.status)
    while found := said.numbers(kind, BATCH, after=last):
        yield from facts(shelf, found)
        last = found[-1]


def memberships(shelf: Shelf, things: Collection[str]) -> list[Fact]:
    """The facts that put these things in a track, reached or planned."""
    asked = (json.dumps(list(things)), vocab.ONTOLOGY + "inTrack")
    return facts(shelf, sorted(st for (st,) in shelf.rows(_MEMBERSHIPS, asked)))


def linked(
    shelf: Shelf, things: Collection[str], predicate: str
) -> dict[str, list[str]] | None:
    """What ``lv:inTrack`` or ``lv:locatedIn`` gives for things; ``None`` of others."""
    if predicate not in _LINKED:
        return None
    found: dict[str, list[str]] = defaultdict(list)
    for thing, other in _asked(shelf, _LINKED[predicate], things):
        found[thing].append(other)
    return dict(found)


def facts(shelf: Shelf, numbers: Iterable[int]) -> list[Fact]:
    """The facts with these numbers, each once, in their order."""
    return [_fact(row) for row in _asked(shelf, _FACTS, list(dict.fromkeys(numbers)))]


def _fact(row: Sequence[Any]) -> Fact:
    _, iri, s, p, o, value, datatype, language, status, *when, datasets, proofs = row
    thing: Term = Iri(o) if o is not None else Literal(value, datatype, language)
    if o is None and not datatype:
        thing = Blank(value)
    start, end, period = (text or "" for text in when)
    return Fact(
        iri,
        s,
        p,
        thing,
        STATUSES[status],
        start,
        end,
        period,
        tuple(json.loads(datasets)) if datasets else (),
        tuple(json.loads(proofs)) if proofs else (),
    )


def observations(shelf: Shelf, iri: str, limit: int) -> list[str]:
    """Observations of a thing, an indicator or a target set, by IRI."""
    query = "SELECT observation FROM figure WHERE about = ? ORDER BY 1 LIMIT ?"
    return [one for (one,) in shelf.rows(query, (iri, limit))]


def evidence(shelf: Shelf, iris: Collection[str]) -> dict[str, Evidence]:
    """The evidence with these IRIs, each with its source."""
    rows = _asked(shelf, _EVIDENCE, sorted(set(iris)))
    known = sources(shelf, {row[1] for row in rows})
    return {row[0]: _evidence(row, known[row[1]]) for row in rows}


def _evidence(row: Sequence[str | None], source: Source) -> Evidence:
    iri, _, quote, prefix, suffix, start, end, locator, confidence = row
    whole = quote is not None  # a context belongs to a quote
    return Evidence(
        iri=str(iri),
        source=source,
        quote=quote or "",
        prefix=(prefix or "") if whole else "",
        suffix=(suffix or "") if whole else "",
        start=-1 if start is None else int(start),
        end=-1 if end is None else int(end),
        locator=locator or "",
        confidence=local(confidence or "high"),
    )


def sources(shelf: Shelf, iris: Collection[str]) -> dict[str, Source]:
    """The sources with these IRIs; of one that says nothing the IRI alone."""
    rows = {row[0]: row for row in _asked(shelf, _SOURCES, sorted(iris))}
    publishers = {row[4] for row in rows.values() if row[5]}
    called = names(shelf, {*iris, *publishers})
    return {iri: _source(iri, rows.get(iri), called) for iri in sorted(iris)}


def _source(
    iri: str, row: Sequence[str | None] | None, called: dict[str, Name]
) -> Source:
    name = called.get(iri, Name(iri))
    if row is None:
        return Source(iri, name)
    _, url, date, retrieved, publisher, _, kind, stored = row
    who = called[publisher].text("zh") if publisher in called else publisher
    return Source(
        iri=iri,
        name=name,
        url=url or "",
        date=date or "",
        retrieved=retrieved or "",
        publisher=who or "",
        kind=kind or "",
        stored=stored is not None,
    )
