"""From the graph to networks of things and links, by plain SPARQL 1.1.

A link is a statement node that joins two things, reached or planned. Inferred
triples are read from their own graph and never repeat a stated link.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from kg import vocab
from kg.model import Iri, Literal, Triple
from kg.model.groups import group_of, main_type
from kg.model.network import INFERRED, Edge, Network, Node, Terms
from kg.store import Solutions, Store

BATCH = 400
TIMEOUT_S = 60.0
PROLOGUE = vocab.prologue(
    "lv", "rdf", "rdfs", "skos", "owl", "schema", "dcterms", "prov", "oa"
)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")

_LINKS = """SELECT ?st ?s ?p ?o ?status ?start ?end ?dataset ?source WHERE {{
  {where}
  ?st rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; lv:status ?status .
  FILTER(isIRI(?o))
  OPTIONAL {{ ?st lv:start ?start }}
  OPTIONAL {{ ?st lv:end ?end }}
  OPTIONAL {{ ?st lv:dataset ?dataset }}
  {sources}
}}"""
_SOURCES = "OPTIONAL { ?st prov:wasDerivedFrom ?ev . ?ev oa:hasSource ?source }"
_INFERRED = """SELECT ?s ?p ?o WHERE {{
  {where} GRAPH <{graph}> {{ ?s ?p ?o }}
  FILTER(isIRI(?o) && ?p != rdf:type && ?s != ?o)
}}"""
_NAMES = """SELECT ?s ?name WHERE {{ {where} ?s {properties} ?name }}"""
# Statements have labels too: for the whole graph only what things are called by.
_ALL_NAMES = "skos:prefLabel|schema:name"
_ANY_NAME = "skos:prefLabel|rdfs:label|schema:name|dcterms:title"
_TYPES = """SELECT DISTINCT ?s ?type WHERE {{ {where}
  GRAPH ?g {{ ?s a ?type }}
  FILTER(?g != <{graph}> && STRSTARTS(STR(?type), "{ours}")) }}"""
_DEGREES = """SELECT ?s (COUNT(*) AS ?n) WHERE {{ {where}
  ?st rdf:{end} ?s }} GROUP BY ?s"""
_TERMS = """SELECT ?t ?label ?inverse ?parent ?symmetric WHERE {
  VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty }
  ?t a ?kind .
  { ?t rdfs:label ?label }
  UNION { ?t lv:inverseLabel ?inverse }
  UNION { ?t rdfs:subClassOf ?parent }
  UNION { ?t a owl:SymmetricProperty BIND(true AS ?symmetric) }
}"""


def is_iri(text: str) -> bool:
    """Whether the text may stand in angle brackets in a query."""
    return _IRI.fullmatch(text) is not None


def values(variable: str, iris: Iterable[str]) -> str:
    """``VALUES ?variable { <a> <b> }`` of what are IRIs; others are left out."""
    inside = " ".join(f"<{iri}>" for iri in iris if is_iri(iri))
    return f"VALUES ?{variable} {{ {inside} }}"


def batches(iris: Iterable[str], size: int = BATCH) -> Iterator[Sequence[str]]:
    """The IRIs in lists of at most ``size``, each once."""
    wanted = list(dict.fromkeys(iris))
    for start in range(0, len(wanted), size):
        yield wanted[start : start + size]


def _select(store: Store, query: str) -> Solutions:
    return store.select(PROLOGUE + query, timeout_s=TIMEOUT_S)


def _wheres(variable: str, iris: Iterable[str] | None) -> Iterator[str]:
    """One ``VALUES`` a batch; one empty text for the whole graph."""
    if iris is None:
        yield ""
        return
    for batch in batches(iris):
        yield values(variable, batch)


def links(
    store: Store, iris: Iterable[str] | None, *, end: str = "s"
) -> dict[str, Edge]:
    """The statements that link these things to others, by statement IRI.

    Args:
        store: where the statements are.
        iris: the things; ``None`` for every statement of the graph.
        end: ``s`` for statements about them, ``o`` for those that point to them,
            ``st`` when the IRIs are the statements' own.
    """
    found: dict[str, dict[str, str]] = {}
    several: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    sources = "" if iris is None else _SOURCES
    for where in _wheres(end, iris):
        for row in _select(store, _LINKS.format(where=where, sources=sources)):
            st = str(row["st"])
            found.setdefault(st, {}).update({n: str(t) for n, t in row.items()})
            for name in ("dataset", "source"):
                if name in row:
                    several[st][name].add(str(row[name]))
    return {
        st: Edge(
            st,
            row["s"],
            row["o"],
            row["p"],
            row["status"].rpartition("#")[2],
            row.get("start", ""),
            row.get("end", ""),
            tuple(sorted(several[st]["dataset"])),
            tuple(sorted(several[st]["source"])),
        )
        for st, row in found.items()
        if row["s"] != row["o"]
    }


def stated(store: Store, statements: Sequence[str]) -> dict[str, Edge]:
    """The links that these statements make, by statement IRI."""
    return links(store, statements, end="st")


def inferred(
    store: Store, iris: Iterable[str] | None, stated: Iterable[Edge]
) -> list[Edge]:
    """Inferred links from these things, but for pairs that a statement links."""
    return unstated(inferred_triples(store, iris), stated)


def inferred_triples(
    store: Store, iris: Iterable[str] | None, *, end: str = "s"
) -> Iterator[tuple[str, str, str]]:
    """Inferred triples from these things (``end`` ``o``: to them) to things of ours."""
    for where in _wheres(end, iris):
        query = _INFERRED.format(where=where, graph=vocab.INFERRED_GRAPH)
        for row in _select(store, query):
            s, p, o = str(row["s"]), str(row["p"]), str(row["o"])
            if o.startswith(vocab.ID):
                yield s, p, o


def inferred_between(
    store: Store, iris: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Inferred triples between two of these few things, asked pair by pair."""
    pairs = [(s, o) for s in iris for o in iris if s != o and is_iri(s) and is_iri(o)]
    for start in range(0, len(pairs), BATCH):
        told = " ".join(f"(<{s}> <{o}>)" for s, o in pairs[start : start + BATCH])
        where = f"VALUES (?s ?o) {{ {told} }}"
        query = _INFERRED.format(where=where, graph=vocab.INFERRED_GRAPH)
        for row in _select(store, query):
            s, p, o = str(row["s"]), str(row["p"]), str(row["o"])
            if o.startswith(vocab.ID):
                yield s, p, o


def unstated(
    triples: Iterable[tuple[str, str, str]], stated: Iterable[Edge]
) -> list[Edge]:
    """One link for each pair of things that no statement links."""
    pairs = {frozenset((e.source, e.target)) for e in stated}
    found: dict[frozenset[str], Edge] = {}
    for s, p, o in triples:
        pair = frozenset((s, o))
        edge = Edge("", s, o, p, INFERRED)
        old = found.get(pair)
        if pair not in pairs and (old is None or edge.key < old.key):
            found[pair] = edge
    return list(found.values())


def among(store: Store, iris: Iterable[str], *, with_inferred: bool) -> list[Edge]:
    """Every link between two of these things, in a stable order."""
    wanted = set(iris)
    stated = [e for e in links(store, sorted(wanted)).values() if e.target in wanted]
    edges = list(stated)
    if with_inferred:
        drawn = inferred(store, sorted(wanted), stated)
        edges += [e for e in drawn if e.target in wanted]
    return sorted(edges, key=lambda e: e.key)


Degrees = Callable[[Sequence[str]], dict[str, int]]
"""Gives the number of statements about each of some things; 0 may be left out."""


def describe(
    store: Store,
    iris: Iterable[str] | None,
    terms: Terms,
    counted: Degrees | None = None,
) -> dict[str, Node]:
    """Names, class and degree of these things (``None``: of all of ours).

    What the graph says nothing of is left out.

    Args:
        store: where they are.
        iris: the things.
        terms: of the ontology.
        counted: tells degrees; without it the store is asked to count.
    """
    iris = None if iris is None else list(dict.fromkeys(iris))
    names: dict[str, dict[str, str]] = defaultdict(dict)
    types: dict[str, set[str]] = defaultdict(set)
    for where in _wheres("s", iris):
        properties = _ALL_NAMES if iris is None else _ANY_NAME
        for row in _select(store, _NAMES.format(where=where, properties=properties)):
            name = row["name"]
            if isinstance(name, Literal):
                _keep_name(names[str(row["s"])], name)
        query = _TYPES.format(
            where=where, graph=vocab.INFERRED_GRAPH, ours=vocab.ONTOLOGY
        )
        for row in _select(store, query):
            types[str(row["s"])].add(str(row["type"]))
    degree = degrees(store, iris) if counted is None or iris is None else counted(iris)
    known = sorted(set(types) | set(names)) if iris is None else iris
    return {
        iri: Node(
            iri,
            names[iri].get("zh", ""),
            names[iri].get("en", ""),
            main_type(types[iri], terms.parents),
            group_of(types[iri], terms.parents),
            degree.get(iri, 0),
        )
        for iri in known
        if iri in names or iri in types or iri in degree
    }


def _keep_name(names: dict[str, str], name: Literal) -> None:
    """Keep the first name of each language in code-point order."""
    language = name.language[:2]
    if language in {"zh", "en"}:
        names[language] = min(names.get(language, name.value), name.value)
    elif not language:
        names.setdefault("en", name.value)


def degrees(store: Store, iris: Iterable[str] | None) -> dict[str, int]:
    """Number of statements about each thing, either end."""
    count: dict[str, int] = defaultdict(int)
    wanted = None if iris is None else list(iris)
    for end in ("subject", "object"):
        for where in _wheres("s", wanted):
            for row in _select(store, _DEGREES.format(where=where, end=end)):
                if isinstance(row.get("s"), Iri):
                    count[str(row["s"])] += int(str(row["n"]))
    return dict(count)


def size(store: Store) -> int:
    """Number of statements."""
    query = "SELECT (COUNT(?st) AS ?n) WHERE { ?st rdf:predicate ?p }"
    return int(str(next(iter(_select(store, query)))["n"]))


def read_terms(store: Store) -> Terms:
    """Labels of classes and relations, as far as the store holds the ontology."""
    terms = Terms()
    for row in _select(store, _TERMS):
        iri = str(row["t"])
        for name, table in (("label", terms.names), ("inverse", terms.inverse)):
            label = row.get(name)
            if isinstance(label, Literal):
                zh, en = table.get(iri, ("", ""))
                if label.language[:2] == "zh":
                    zh = label.value
                else:
                    en = label.value
                table[iri] = (zh, en)
        if "parent" in row:
            terms.parents.setdefault(iri, set()).add(str(row["parent"]))
        if "symmetric" in row:
            terms.symmetric.add(iri)
    return terms


def network(
    store: Store, iris: Iterable[str], terms: Terms, *, with_inferred: bool = True
) -> Network:
    """These things and every link between them."""
    nodes = describe(store, iris, terms)
    edges = among(store, nodes, with_inferred=with_inferred)
    return Network(nodes, edges)


def whole(store: Store, terms: Terms) -> Network:
    """Every thing that a statement links, and every statement that links two."""
    edges = sorted(links(store, None).values(), key=lambda e: e.key)
    ends = {e.source for e in edges} | {e.target for e in edges}
    known = describe(store, None, terms)
    nodes = {iri: node for iri, node in known.items() if iri in ends or _is_thing(node)}
    for iri in sorted(ends - set(nodes)):
        nodes[iri] = Node(iri)
    return Network(dict(sorted(nodes.items())), edges)


def things_of(store: Store, datasets: Iterable[str]) -> set[str]:
    """IRIs of what some datasets speak of, statements and evidence with them."""
    listed = " ".join(f"<{iri}>" for iri in sorted(datasets) if is_iri(iri))
    query = f"SELECT ?s WHERE {{ VALUES ?d {{ {listed} }} ?s lv:dataset ?d }}"
    return {str(row["s"]) for row in _select(store, query)}


def _is_thing(node: Node) -> bool:
    return bool(node.type) and node.iri.startswith(vocab.ID)


def from_triples(store: Store, triples: Iterable[Triple], terms: Terms) -> Network:
    """The network that a CONSTRUCT describes.

    A triple between two IRIs is a link; where the graph has a statement for it,
    the link carries its status. ``rdf:type`` and links to classes only describe.
    """
    drawn: dict[tuple[str, str, str], None] = {}
    for s, p, o in triples:
        ends = isinstance(s, Iri) and isinstance(o, Iri)
        if ends and p.value != vocab.expand("rdf:type"):
            drawn[str(s), str(p), str(o)] = None
    iris = {end for s, _, o in drawn for end in (s, o)}
    iris |= {str(s) for s, _, _ in triples if isinstance(s, Iri)}
    nodes = describe(store, sorted(iris), terms)
    for iri in sorted(iris - set(nodes)):
        nodes[iri] = Node(iri)
    stated: dict[tuple[str, str, str], Edge] = {}
    for edge in links(store, sorted({s for s, _, _ in drawn})).values():
        triple = (edge.source, edge.predicate, edge.target)
        if triple not in stated or edge.key < stated[triple].key:
            stated[triple] = edge
    edges = [
        stated.get((s, p, o)) or Edge("", s, o, p, INFERRED)
        for s, p, o in sorted(drawn)
        if s != o
    ]
    return Network(nodes, edges)
