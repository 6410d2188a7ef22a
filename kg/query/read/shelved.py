"""What pages ask of the whole graph and a large graph's shelf keeps as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from kg import vocab
from kg.query import description
from kg.query.read import indicators, listing, overview, sources, values
from kg.query.read.reader import Reader
from kg.shelf.links import uses
from kg.shelf.lists import class_key

_CLASSES = """
SELECT ?term (COUNT(?thing) AS ?n)
WHERE { ?term a owl:Class . ?thing a ?term } GROUP BY ?term"""
_USES = """
SELECT ?term (COUNT(?statement) AS ?n)
WHERE { ?statement rdf:predicate ?term } GROUP BY ?term"""


def term_uses(reader: Reader) -> dict[str, int]:
    """How often each term is used: things of a class, statements of a property."""
    found: dict[str, int] = {}
    for query in (_CLASSES, _USES):
        for row in reader.store.select(vocab.prologue("owl", "rdf") + query):
            found[str(row["term"])] = int(str(row["n"]))
    return found


def property_uses(reader: Reader, type_: str = "") -> dict[str, int]:
    """How many statements use each property, about things of a class if given.

    What is of a class below it counts too.
    """
    if not type_:
        used: dict[str, int] = reader.shelved(
            "term uses", lambda: term_uses(reader), dict
        )
        return {iri: n for iri, n in used.items() if iri not in reader.terms.classes}
    if type_ not in reader.terms.classes:
        return {}
    if (shelf := reader.shelf) is not None:
        return uses(shelf, shelf.members(class_key(type_)))
    return values.property_uses(reader.store, reader.terms.subs(type_))


FILLERS: dict[str, Callable[[Reader], Any]] = {
    "overview": overview.filler,
    "class counts": listing.count_classes,
    "sources": sources.list_sources,
    "term uses": term_uses,
    "graphs": lambda reader: reader.store.graphs(),
    "void": lambda reader: description.count(reader.store),
    "indicators": lambda reader: [
        (asdict(name), n) for name, n in indicators.list_indicators(reader)
    ],
}
