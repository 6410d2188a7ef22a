"""Reads every thing of a store into tables: names, classes, tracks, degrees.

Each query is about one class or one property, so that only what is asked for is
read and nothing is joined; the joins are made by SQLite, on disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

from kg import vocab
from kg.model import Iri, Literal
from kg.model.groups import group_of, main_type
from kg.shelf.stream import PROLOGUE, rows
from kg.store import Store

_BATCH = 5000
TABLES = """
CREATE TABLE raw.type (iri TEXT, class INTEGER, stated INTEGER);
CREATE TABLE raw.name (iri TEXT, language TEXT, text TEXT, preferred INTEGER);
CREATE TABLE raw.statement (st TEXT, s TEXT, p TEXT, o TEXT, status TEXT);
CREATE TABLE raw.link (iri TEXT, relation TEXT, object TEXT);
CREATE TABLE raw.founded (iri TEXT, year TEXT);
"""
_CLASSES = """SELECT ?c ?parent WHERE {
  ?c a owl:Class . OPTIONAL { ?c rdfs:subClassOf ?parent } }"""
_STATEMENTS = """SELECT ?st ?s ?p ?o ?status WHERE {
  ?st rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; lv:status ?status {part} }"""
_KNOWN = tuple(iri for name, iri in vars(vocab.lv).items() if name[0].isupper())
RELATIONS = ("inTrack", "focusesOn", "locatedIn")


class Classes:
    """The classes of our ontology, numbered, with their parents.

    Those of this release are known even where the store lacks the ontology.
    """

    def __init__(self, store: Store) -> None:
        self.parents: dict[str, set[str]] = {c: set() for c in _KNOWN}
        for row in store.select(PROLOGUE + _CLASSES):
            above = self.parents.setdefault(str(row["c"]), set())
            if "parent" in row:
                above.add(str(row["parent"]))
        self.ours = sorted(c for c in self.parents if c.startswith(vocab.ONTOLOGY))

    def subs(self, iri: str) -> set[str]:
        """A class and all below it."""
        found = {iri}
        grown = True
        while grown:
            more = {c for c, above in self.parents.items() if above & found} - found
            found |= more
            grown = bool(more)
        return found

    def group(self, types: Iterable[str]) -> str:
        """The group of a thing of these classes."""
        return group_of(types, self.parents)

    def main(self, types: Iterable[str]) -> str:
        """The class a thing of these classes is called by."""
        return main_type(types, self.parents)


def read_frame(base: sqlite3.Connection, store: Store, classes: Classes) -> None:
    """Fill the tables of ``raw``: every thing of our classes and what it has."""
    base.executescript(TABLES)
    for number, iri in enumerate(classes.ours):
        asked = f"SELECT ?s WHERE {{{{ ?s a <{iri}> {{part}} }}}}".format(part="{part}")
        _insert(base, "type", ((str(r[0]), number, 0) for r in rows(store, asked)))
        stated = (
            f"SELECT DISTINCT ?s WHERE {{ GRAPH ?g {{ ?s a <{iri}> }} "
            f"FILTER(?g != <{vocab.INFERRED_GRAPH}>) {{part}} }}"
        )
        _insert(base, "type", ((str(r[0]), number, 1) for r in rows(store, stated)))
    for preferred, label in ((1, "prefLabel"), (0, "altLabel")):
        named = f"SELECT ?s ?name WHERE {{ ?s skos:{label} ?name {{part}} }}"
        _insert(base, "name", _names(store, named, preferred))
    _insert(base, "statement", _statements(store))
    for relation in RELATIONS:
        linked = f"SELECT ?s ?o WHERE {{ ?s lv:{relation} ?o {{part}} }}"
        _insert(
            base,
            "link",
            ((str(s), relation, str(o)) for s, o in rows(store, linked)),
        )
    founded = "SELECT ?s ?year WHERE { ?s lv:founded ?year {part} }"
    _insert(base, "founded", ((str(s), str(y)) for s, y in rows(store, founded)))


def _names(
    store: Store, query: str, preferred: int
) -> Iterator[tuple[str, str, str, int]]:
    for thing, name in rows(store, query):
        if isinstance(thing, Iri) and isinstance(name, Literal):
            yield thing.value, name.language, name.value, preferred


def _statements(store: Store) -> Iterator[tuple[str, str, str, str | None, str]]:
    """Every statement; what is no thing stands as no object."""
    for st, s, p, o, status in rows(store, _STATEMENTS):
        ends = o.value if isinstance(o, Iri) else None
        yield str(st), str(s), str(p), ends, str(status)


def _insert(
    base: sqlite3.Connection, table: str, found: Iterable[tuple[object, ...]]
) -> None:
    rest = iter(found)
    while batch := list(islice(rest, _BATCH)):
        marks = ",".join("?" * len(batch[0]))
        base.executemany(f"INSERT INTO raw.{table} VALUES ({marks})", batch)  # noqa: S608 - own names
