"""All things of a class, by name, in pages."""

from __future__ import annotations

from collections.abc import Collection

from kg import vocab
from kg.model.pinyin import by_name
from kg.query.read.reader import Reader
from kg.query.read.text import PROLOGUE, values
from kg.shelf.lists import class_key

_COUNTS = """SELECT ?c (COUNT(DISTINCT ?s) AS ?n) WHERE {
  ?s lv:dataset ?d ; a ?c . FILTER(STRSTARTS(STR(?c), STR(lv:)))
} GROUP BY ?c"""
_ALL = """SELECT ?s (MIN(?called) AS ?name) WHERE {{
  {classes} ?s a ?c .
  OPTIONAL {{ ?s skos:prefLabel ?called FILTER(LANG(?called) = "{language}") }}
}} GROUP BY ?s"""


def class_counts(reader: Reader) -> dict[str, int]:
    """Our classes that things have, with how many; once per generation."""
    return reader.shelved("class counts", lambda: count_classes(reader), dict)


def count_classes(reader: Reader) -> dict[str, int]:
    """The same, counted now."""
    found = reader.store.select(PROLOGUE + _COUNTS)
    return {str(row["c"]): int(str(row["n"])) for row in found if "c" in row}


def page(
    reader: Reader, iri: str, language: str, window: tuple[int, int]
) -> tuple[list[str], int]:
    """Some things of a class or below it by name, and how many there are.

    Args:
        reader: the read model.
        iri: of the class.
        language: of the names to sort by.
        window: limit and offset.
    """
    limit, offset = window
    if (shelf := reader.shelf) is not None:
        key = class_key(iri)
        order = "zh" if language == "zh" else "en"
        return shelf.page(key, order, limit, offset), shelf.length(key)
    found = listed(reader, reader.terms.subs(iri), language)
    return found[offset : offset + limit], len(found)


def listed(reader: Reader, classes: Collection[str], language: str) -> list[str]:
    """Everything of these classes, by name; sorted once for the last few askers."""
    if not classes:
        return []
    query = query_of(classes, language)

    def read() -> list[str]:
        found = [
            (*by_name(str(row.get("name", "")), language), str(row["s"]))
            for row in reader.store.select(query)
            if "s" in row
        ]
        return [iri for *_, iri in sorted(found)]

    return reader.recent(query, read)


def query_of(classes: Collection[str], language: str) -> str:
    """The SPARQL of a list."""
    return vocab.prologue("lv", "skos") + _ALL.format(
        classes=values("c", sorted(classes)),
        language="zh" if language == "zh" else "en",
    )
