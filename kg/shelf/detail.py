"""What a statement rests on and when it held: periods, datasets, evidence, sources.

Also which figures are of which thing.

Pages show it of each fact, so it lies beside the links: a page of facts is a few
look-ups. What many statements share (a dataset, a place of a source) lies once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from kg.model import Iri
from kg.shelf.frame import insert
from kg.shelf.stream import rows
from kg.store import Store

TABLES = """
CREATE TABLE raw.detail (st TEXT, what INTEGER, text TEXT);
CREATE TABLE raw.proof (ev TEXT, what INTEGER, text TEXT);
CREATE TABLE raw.document (source TEXT, what INTEGER, text TEXT);
CREATE TABLE raw.figure (about TEXT, observation TEXT);
CREATE TABLE raw.extra (st TEXT PRIMARY KEY, start TEXT, "end" TEXT, period TEXT,
  datasets TEXT, evidence TEXT) WITHOUT ROWID;
"""
START, END, PERIOD, DATASET, EVIDENCE = range(5)
_DETAILS = {
    START: "?s lv:start ?o .",
    END: "?s lv:end ?o .",
    PERIOD: "?s lv:periodText ?o .",
    DATASET: "?s lv:dataset ?o .",
    EVIDENCE: "?s prov:wasDerivedFrom ?o .",
}
PROOF = ("source", "quote", "prefix", "suffix", "start", "end", "locator", "confidence")
_PROOFS = (
    "?s oa:hasSource ?o .",
    "?s oa:hasSource ?x ; oa:hasSelector ?q . ?q oa:exact ?o .",
    "?s oa:hasSource ?x ; oa:hasSelector ?q . ?q oa:exact ?e ; oa:prefix ?o .",
    "?s oa:hasSource ?x ; oa:hasSelector ?q . ?q oa:exact ?e ; oa:suffix ?o .",
    "?s oa:hasSource ?x ; oa:hasSelector ?q . ?q oa:end ?e ; oa:start ?o .",
    "?s oa:hasSource ?x ; oa:hasSelector ?q . ?q oa:start ?e ; oa:end ?o .",
    "?s oa:hasSource ?x ; lv:locator ?o .",
    "?s oa:hasSource ?x ; lv:confidence ?o .",
)
DOCUMENT = ("url", "date", "retrieved", "publisher", "is_iri", "class", "stored")
_PUBLISHER, _IS_IRI = 3, 4
_DOCUMENTS = {
    0: "?s schema:url ?o .",
    1: "?s schema:datePublished ?o .",
    2: "?s lv:retrieved ?o .",
    _PUBLISHER: "?s schema:publisher ?o .",
    5: "?s lv:sourceClass ?o .",
    6: "?s lv:sha256 ?o .",
}
_FIGURES = ("lv:refEntity", "lv:indicator", "lv:partOfTargetSet")


def read_details(base: sqlite3.Connection, store: Store) -> None:
    """Fill the tables of ``raw`` that this module has."""
    base.executescript(TABLES)
    for what, pattern in _DETAILS.items():
        insert(base, "detail", _told(store, what, pattern))
    for place, pattern in enumerate(_PROOFS):
        insert(base, "proof", _told(store, place, pattern))
    for what, pattern in _DOCUMENTS.items():
        insert(base, "document", _told(store, what, pattern))
    for named in _FIGURES:
        query = f"SELECT ?o ?s WHERE {{ ?s {named} ?o {{part}} }}"
        insert(base, "figure", ((str(o), str(s)) for o, s in rows(store, query)))
    query = "SELECT ?s ?o WHERE { ?s schema:publisher ?o FILTER(isIRI(?o)) {part} }"
    found = ((str(s), _IS_IRI, "1") for s, _ in rows(store, query))
    insert(base, "document", found)
    base.execute("CREATE INDEX raw.detail_st ON detail (st, what, text)")
    base.execute("CREATE INDEX raw.proof_ev ON proof (ev, what, text)")
    base.execute("CREATE INDEX raw.document_s ON document (source, what, text)")
    insert(base, "extra", _extras(base))


def _told(store: Store, what: int, pattern: str) -> Iterator[tuple[str, int, str]]:
    query = f"SELECT ?s ?o WHERE {{ {pattern} {{part}} }}"
    for s, o in rows(store, query):
        if isinstance(s, Iri):
            yield s.value, what, str(o)


def _extras(base: sqlite3.Connection) -> Iterator[tuple[str | None, ...]]:
    """Of each statement its period and, as JSON, its datasets and evidence."""
    found = base.execute(
        "SELECT DISTINCT st, what, text FROM raw.detail ORDER BY 1, 2, 3"
    )
    for st, told in groupby(found, key=lambda row: row[0]):
        texts: list[list[str]] = [[] for _ in _DETAILS]
        for _, what, text in told:
            texts[what].append(text)
        first = [t[0] if t else None for t in texts[:DATASET]]
        yield st, *first, _listed(texts[DATASET]), _listed(texts[EVIDENCE])


def _listed(texts: Iterable[str]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)


def write_details(base: sqlite3.Connection) -> None:
    """Evidence and sources, from ``raw`` to the tables that pages read."""
    _write(base, "evidence", "proof", "ev", PROOF)
    _write(base, "source", "document", "source", DOCUMENT)
    base.executescript(_FIGURED)
    base.executescript(_NAMED.read_text(encoding="utf-8"))


def _write(
    base: sqlite3.Connection, table: str, raw: str, key: str, columns: Iterable[str]
) -> None:
    names = list(columns)
    told = ", ".join(f'"{name}" TEXT' for name in names)
    base.execute(f"CREATE TABLE {table} (iri TEXT PRIMARY KEY, {told}) WITHOUT ROWID")
    values = ", ".join(
        f"min(CASE WHEN what = {place} THEN text END)" for place in range(len(names))
    )
    base.execute(
        f"INSERT INTO {table} SELECT {key}, {values} FROM raw.{raw} GROUP BY {key}"  # noqa: S608 - own names
    )


_FIGURED = """
CREATE TABLE figure (about TEXT, observation TEXT, PRIMARY KEY (about, observation))
  WITHOUT ROWID;
INSERT INTO figure SELECT DISTINCT about, observation FROM raw.figure ORDER BY 1, 2;
"""
_NAMED = Path(__file__).with_name("names.sql")
