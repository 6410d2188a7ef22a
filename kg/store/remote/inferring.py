"""What the rules conclude, for a store on a server: from a copy of its claims.

A server is not asked for conclusions: engines differ in how they walk property
paths, and none can be asked about a state that is not published yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from kg import vocab
from kg.model import Triple
from kg.store.scratch import ScratchStore

if TYPE_CHECKING:
    from kg.store.remote.store import RemoteStore

Content = Iterable[Triple] | None

_DERIVED = frozenset({vocab.INFERRED_GRAPH, *vocab.HIDDEN_GRAPHS})
_DOMAIN = vocab.prologue("lv") + "SELECT ?p WHERE { ?p a lv:DomainProperty }"
# What rules look at, but for the ontology: claims, and what they are about.
_PREMISES = (
    vocab.prologue("lv", "owl", "rdf", "rdfs")
    + f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ GRAPH <%(graph)s> {{ ?s rdf:type ?o }}
     FILTER(!STRSTARTS(STR(?s), "{vocab.ID}ev-"))
     FILTER(!STRSTARTS(STR(?s), "{vocab.ID}st-"))
     BIND(rdf:type AS ?p) }}
  UNION
  {{ VALUES ?p {{ %(claims)s rdfs:subClassOf rdfs:subPropertyOf owl:inverseOf
                 lv:inverseSubPropertyOf }}
     GRAPH <%(graph)s> {{ ?s ?p ?o }} }}
}}
"""
)


def concluded(store: RemoteStore, changes: Mapping[str, Content]) -> list[Triple]:
    """What follows once these graphs are what they are to be.

    Args:
        store: as it is published now.
        changes: IRI to new content, ``None`` for removed; each is iterated.

    Returns:
        Conclusions that nobody asserts, in a fixed order; none without rules.
    """
    stay = set(store.graphs()) - set(changes) - _DERIVED
    scratch = ScratchStore()
    for graph, content in changes.items():
        if content is not None and graph not in _DERIVED:
            scratch.add(content)
    if vocab.ONTOLOGY_GRAPH in stay:
        scratch.add(store.download(vocab.ONTOLOGY_GRAPH))
    claims = " ".join(row["p"].n3() for row in scratch.select(_DOMAIN))
    for graph in sorted(stay - {vocab.ONTOLOGY_GRAPH}):
        query = _PREMISES % {"graph": graph, "claims": claims}
        scratch.add(store.construct(query, timeout_s=store.options.write_timeout_s))
    return scratch.conclusions()


def to_read_twice(graphs: Mapping[str, Content]) -> dict[str, Content]:
    """The same, so that each content can be iterated again."""
    return {
        graph: list(content) if isinstance(content, Iterator) else content
        for graph, content in graphs.items()
    }
