"""The whole network in a few plain scans, for graphs of any size.

``kg.analysis.projection`` reads a link with its dates, datasets and sources in
one query, which a large store does not answer in time. Advice needs none of
that: here a link is read relation by relation, each query short, so that a
worker is never held for long and the store may serve others between them.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from kg import vocab
from kg.model import Literal
from kg.model.groups import group_of, main_type
from kg.model.network import Edge, Network, Node, Terms
from kg.store import Store

TIMEOUT_S = 300.0  # of one scan; 100,000 organisations need about 4 s
_PROLOGUE = vocab.prologue("lv", "rdf", "skos", "schema")
_RELATIONS = "SELECT DISTINCT ?p WHERE { ?st rdf:predicate ?p }"
_LINKS = """SELECT ?st ?s ?o ?status WHERE {{
  ?st rdf:predicate <{predicate}> ; rdf:subject ?s ; rdf:object ?o ; lv:status ?status .
  FILTER(isIRI(?o)) }}"""
_NAMES = "SELECT ?s ?name WHERE { ?s skos:prefLabel|schema:name ?name }"
_TYPES = f"""SELECT DISTINCT ?s ?type WHERE {{ GRAPH ?g {{ ?s a ?type }}
  FILTER(?g != <{vocab.INFERRED_GRAPH}> &&
         STRSTARTS(STR(?type), "{vocab.ONTOLOGY}")) }}"""
_FOUNDED = "SELECT ?s ?year WHERE { ?s lv:founded ?year }"


def read_network(store: Store, terms: Terms) -> Network:
    """Things and the statements that join two of them, in a stable order.

    Edges carry no dates, datasets or sources; a thing's degree is the number of
    these statements, either end.
    """
    edges = sorted(_links(store), key=lambda e: e.key)
    degree = Counter(end for e in edges for end in (e.source, e.target))
    names = _names(store)
    types: dict[str, set[str]] = defaultdict(set)
    for s, kind in store.select(_PROLOGUE + _TYPES, timeout_s=TIMEOUT_S).rows:
        types[str(s)].add(str(kind))
    told: dict[frozenset[str], tuple[str, str]] = {}
    nodes = {}
    for iri in sorted({*degree, *(i for i in types if i.startswith(vocab.ID))}):
        kinds = frozenset(types.get(iri, ()))
        if kinds not in told:
            told[kinds] = (
                main_type(set(kinds), terms.parents),
                group_of(set(kinds), terms.parents),
            )
        zh, en = names.get(iri, ("", ""))
        nodes[iri] = Node(iri, zh, en, *told[kinds], degree.get(iri, 0))
    return Network(nodes, edges)


def founded_in(store: Store) -> dict[str, int]:
    """Year of foundation of those of whom it is stated, the earliest of several."""
    found: dict[str, int] = {}
    for s, year in store.select(_PROLOGUE + _FOUNDED, timeout_s=TIMEOUT_S).rows:
        text = str(year)[:4]
        if text.isdigit():
            found[str(s)] = min(int(text), found.get(str(s), 9999))
    return found


def _links(store: Store) -> list[Edge]:
    relations = store.select(_PROLOGUE + _RELATIONS, timeout_s=TIMEOUT_S).rows
    same: dict[str, str] = {}  # one copy of each text that is told often
    found: dict[str, Edge] = {}
    for predicate in sorted(str(row[0]) for row in relations):
        query = _PROLOGUE + _LINKS.format(predicate=predicate)
        for st, s, o, status in store.select(query, timeout_s=TIMEOUT_S).rows:
            source, target = str(s), str(o)
            if source != target:
                found[str(st)] = Edge(
                    str(st),
                    same.setdefault(source, source),
                    same.setdefault(target, target),
                    predicate,
                    str(status).rpartition("#")[2],
                )
    return list(found.values())


def _names(store: Store) -> dict[str, tuple[str, str]]:
    """Chinese and English name of each thing, the first in code-point order."""
    found: dict[str, tuple[str, str]] = {}
    plain: dict[str, str] = {}
    for s, name in store.select(_PROLOGUE + _NAMES, timeout_s=TIMEOUT_S).rows:
        if not isinstance(name, Literal):
            continue
        iri, language = str(s), name.language[:2]
        zh, en = found.get(iri, ("", ""))
        if language == "zh":
            found[iri] = (min(zh or name.value, name.value), en)
        elif language == "en":
            found[iri] = (zh, min(en or name.value, name.value))
        elif not language:
            plain.setdefault(iri, name.value)
    for iri, name_ in plain.items():
        zh, en = found.get(iri, ("", ""))
        found[iri] = (zh, en or name_)
    return found
