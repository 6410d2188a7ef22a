"""All triples that describe one thing, in pages, for programs."""

from __future__ import annotations

from kg.model import Triple
from kg.query.read.text import PROLOGUE, batches, ref, values
from kg.store import Store

PAGE = 1000

_OWN = """CONSTRUCT {{ {thing} ?p ?o }} WHERE {{ {thing} ?p ?o }}"""
_NODES = """SELECT DISTINCT ?st WHERE {{
  {{ ?st rdf:subject {thing} }} UNION {{ ?st rdf:object {thing} }}
  UNION {{ ?st lv:refEntity {thing} }} UNION {{ ?st lv:indicator {thing} }}
  UNION {{ ?st oa:hasSource {thing} }}
}} ORDER BY ?st LIMIT {limit} OFFSET {offset}"""
_BULK = """CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {values} ?s ?p ?o }}"""
_BEHIND = """SELECT DISTINCT ?n WHERE {{
  {values} ?s prov:wasDerivedFrom|oa:hasSelector ?n }}"""


def describe(store: Store, iri: str, page: int) -> tuple[list[Triple], bool]:
    """The triples of a thing, its statements and figures and their evidence.

    Args:
        store: where to look.
        iri: of the thing.
        page: from 1; the thing's own triples are on the first page.

    Returns:
        The triples, and whether there is a further page.

    Raises:
        NotFoundError: if it is no IRI.
    """
    own = store.construct(PROLOGUE + _OWN.format(thing=ref(iri))) if page == 1 else []
    limits = {"limit": PAGE + 1, "offset": (page - 1) * PAGE}
    found = store.select(PROLOGUE + _NODES.format(thing=ref(iri), **limits))
    nodes = [str(row["st"]) for row in found]
    more, nodes = len(nodes) > PAGE, nodes[:PAGE]
    evidence = _behind(store, [*nodes, iri] if page == 1 else nodes)
    selectors = _behind(store, evidence)
    told = dict.fromkeys(own)
    for node in (nodes, evidence, selectors):
        told.update(dict.fromkeys(_bulk(store, node)))
    return list(told), more


def _behind(store: Store, nodes: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for batch in batches(nodes):
        query = PROLOGUE + _BEHIND.format(values=values("s", batch))
        found.update(dict.fromkeys(str(row["n"]) for row in store.select(query)))
    return list(found)


def _bulk(store: Store, nodes: list[str]) -> list[Triple]:
    return [
        triple
        for batch in batches(nodes)
        for triple in store.construct(
            PROLOGUE + _BULK.format(values=values("s", batch))
        )
    ]
