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
CREATE TABLE raw.statement (st TEXT, s TEXT, p TEXT, o TEXT, status TEXT,
  value TEXT, datatype TEXT, language TEXT);
CREATE TABLE raw.link (iri TEXT, relation TEXT, object TEXT);
CREATE TABLE raw.founded (iri TEXT, year TEXT);
CREATE TABLE raw.dataset (iri TEXT);
CREATE TABLE raw.basis (iri TEXT, text TEXT);
CREATE TABLE raw.label (iri TEXT, language TEXT, text TEXT);
CREATE TABLE raw.inferred (s TEXT, p TEXT, o TEXT);
"""
_CLASSES = """SELECT ?c ?parent WHERE {
  ?c a owl:Class . OPTIONAL { ?c rdfs:subClassOf ?parent } }"""
_STATEMENTS = """SELECT ?st ?s ?p ?o ?status WHERE {
  ?st rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; lv:status ?status {part} }"""
# Links that rules found, as ``kg.analysis.projection`` draws them.
_INFERRED = (
    "SELECT ?s ?p ?o WHERE { GRAPH <" + vocab.INFERRED_GRAPH + "> { ?s ?p ?o }"
    " FILTER(isIRI(?o) && ?p != rdf:type && ?s != ?o) {part} }"
)
_TITLES = ("schema:name", "dcterms:title")
_KNOWN = tuple(iri for name, iri in vars(vocab.lv).items() if name[0].isupper())
RELATIONS = ("lv:inTrack", "lv:focusesOn", "lv:locatedIn", "schema:location")


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

    def supers(self, iri: str) -> set[str]:
        """All classes above a class."""
        found, waiting = set[str](), [iri]
        while waiting:
            for above in self.parents.get(waiting.pop(), set()) - found - {iri}:
                found.add(above)
                waiting.append(above)
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
        insert(base, "type", ((str(r[0]), number, 0) for r in rows(store, asked)))
        stated = (
            f"SELECT DISTINCT ?s WHERE {{ GRAPH ?g {{ ?s a <{iri}> }} "
            f"FILTER(?g != <{vocab.INFERRED_GRAPH}>) {{part}} }}"
        )
        insert(base, "type", ((str(r[0]), number, 1) for r in rows(store, stated)))
    for preferred, label in ((1, "prefLabel"), (0, "altLabel")):
        named = f"SELECT ?s ?name WHERE {{ ?s skos:{label} ?name {{part}} }}"
        insert(base, "name", _names(store, named, preferred))
    insert(base, "statement", _statements(store))
    for named in RELATIONS:
        relation = named.partition(":")[2]
        linked = f"SELECT ?s ?o WHERE {{ ?s {named} ?o {{part}} }}"
        insert(
            base,
            "link",
            ((str(s), relation, str(o)) for s, o in rows(store, linked)),
        )
    _read_labels(base, store, classes)
    drawn = ((str(s), str(p), str(o)) for s, p, o in rows(store, _INFERRED))
    insert(base, "inferred", (t for t in drawn if t[2].startswith(vocab.ID)))
    founded = "SELECT ?s ?year WHERE { ?s lv:founded ?year {part} }"
    insert(base, "founded", ((str(s), str(y)) for s, y in rows(store, founded)))


def _read_labels(base: sqlite3.Connection, store: Store, classes: Classes) -> None:
    """Names by other properties, of what pages call by name; statements have none."""
    asked = [f"SELECT ?s ?name WHERE {{ ?s {p} ?name {{part}} }}" for p in _TITLES]
    of = [f"?s a <{iri}> ." for iri in classes.ours]
    of += ["?s a dcat:Dataset .", "?e oa:hasSource ?s .", "?e schema:publisher ?s ."]
    asked += [
        f"SELECT DISTINCT ?s ?name WHERE {{ {one} ?s rdfs:label ?name {{part}} }}"
        for one in of
    ]
    for query in asked:
        insert(base, "label", ((i, g, n) for i, g, n, _ in _names(store, query, 0)))
    listed = "SELECT ?s WHERE { ?s a dcat:Dataset {part} }"
    insert(base, "dataset", ((str(s),) for (s,) in rows(store, listed)))
    basis = "SELECT ?s ?basis WHERE { ?s lv:englishNameBasis ?basis {part} }"
    told = (
        (str(s), str(b).removeprefix(vocab.ONTOLOGY)) for s, b in rows(store, basis)
    )
    insert(base, "basis", told)


def _names(
    store: Store, query: str, preferred: int
) -> Iterator[tuple[str, str, str, int]]:
    for thing, name in rows(store, query):
        if isinstance(thing, Iri) and isinstance(name, Literal):
            yield thing.value, name.language, name.value, preferred


def _statements(store: Store) -> Iterator[tuple[str | None, ...]]:
    """Every statement; what is no thing stands as no object but as a value."""
    for st, s, p, o, status in rows(store, _STATEMENTS):
        said = (str(st), str(s), str(p))
        if isinstance(o, Iri):
            yield *said, o.value, str(status), None, None, None
        elif isinstance(o, Literal):
            yield *said, None, str(status), o.value, o.datatype, o.language
        else:  # a blank node has no datatype
            yield *said, None, str(status), str(o), "", ""


def insert(
    base: sqlite3.Connection, table: str, found: Iterable[tuple[object, ...]]
) -> None:
    """Put rows into a table of ``raw``."""
    rest = iter(found)
    while batch := list(islice(rest, _BATCH)):
        marks = ",".join("?" * len(batch[0]))
        base.executemany(f"INSERT INTO raw.{table} VALUES ({marks})", batch)  # noqa: S608 - own names
