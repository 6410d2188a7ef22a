"""What pages ask of the whole graph and a large graph's shelf keeps as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from kg import vocab
from kg.query import description
from kg.query.read import indicators, listing, overview, sources
from kg.query.read.reader import Reader

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
