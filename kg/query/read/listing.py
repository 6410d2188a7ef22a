"""All things of a class, by name, in pages."""

from __future__ import annotations

from collections.abc import Collection

from kg import vocab
from kg.query.read.reader import Reader
from kg.query.read.text import PROLOGUE, values

_COUNTS = """SELECT ?c (COUNT(DISTINCT ?s) AS ?n) WHERE {
  ?s lv:dataset ?d ; a ?c . FILTER(STRSTARTS(STR(?c), STR(lv:)))
} GROUP BY ?c"""
_ALL = """SELECT ?s (MIN(?called) AS ?name) WHERE {{
  {classes} ?s a ?c .
  OPTIONAL {{ ?s skos:prefLabel ?called FILTER(LANG(?called) = "{language}") }}
}} GROUP BY ?s"""


def class_counts(reader: Reader) -> dict[str, int]:
    """Our classes that things have, with how many; once per generation."""

    def read() -> dict[str, int]:
        found = reader.store.select(PROLOGUE + _COUNTS)
        return {str(row["c"]): int(str(row["n"])) for row in found if "c" in row}

    return reader.kept("class counts", read)


def listed(reader: Reader, classes: Collection[str], language: str) -> list[str]:
    """Everything of these classes, by name; sorted once for the last few askers."""
    if not classes:
        return []
    query = query_of(classes, language)

    def read() -> list[str]:
        found = [
            (str(row.get("name", "\uffff")), str(row["s"]))
            for row in reader.store.select(query)
            if "s" in row
        ]
        return [iri for _, iri in sorted(found)]

    return reader.recent(query, read)


def query_of(classes: Collection[str], language: str) -> str:
    """The SPARQL of a list."""
    return vocab.prologue("lv", "skos") + _ALL.format(
        classes=values("c", sorted(classes)),
        language="zh" if language == "zh" else "en",
    )
