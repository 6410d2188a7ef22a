"""What all askers need, computed once a generation of the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kg import vocab
from kg.analysis import projection
from kg.analysis.partners.bulk import founded_in, read_network
from kg.analysis.partners.complements import Complement
from kg.analysis.partners.network import GraphParts
from kg.analysis.partners.reasons import Reasons
from kg.analysis.partners.score import Booleans
from kg.model.network import Edge, Network, Terms
from kg.store import Store

_ALIASES = """SELECT ?s ?name WHERE {{ VALUES ?s {{ {iris} }}
  ?s skos:prefLabel|skos:altLabel ?name }}"""
_PROLOGUE = vocab.prologue("lv", "skos")


@dataclass(slots=True)
class State:
    """Network and parts of one generation.

    Attributes:
        tracks: IRI of each track to its names and the other words for it.
        places: the same of places.
        plans: planned links by the things they join.
    """

    generation: str
    network: Network
    terms: Terms
    parts: GraphParts
    reasons: Reasons
    founded: dict[str, int]
    tracks: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    plans: dict[str, list[Edge]] = field(default_factory=dict)


def prepare(
    store: Store,
    generation: str,
    complements: Sequence[Complement],
    words: Mapping[str, Sequence[str]],
) -> State:
    """Read the store and compute what does not depend on who asks.

    Args:
        store: the graph.
        generation: its generation, kept as given.
        complements: rules of who needs whom.
        words: other words for tracks and places, by their local names.
    """
    terms = projection.read_terms(store)
    network = read_network(store, terms)
    founded = founded_in(store)
    parts = GraphParts(network, terms, complements, founded)
    links = parts.links
    state = State(generation, network, terms, parts, Reasons(links), founded)
    for names, kind in ((state.tracks, vocab.lv.Track), (state.places, vocab.lv.Area)):
        names.update(_names(store, state, links.is_a(kind)))
        for iri in names:
            names[iri] += words.get(iri.removeprefix(vocab.ID), ())
    plans = defaultdict(list)
    for edge in links.plans:
        plans[edge.source].append(edge)
        plans[edge.target].append(edge)
    state.plans = dict(plans)
    return state


def _names(store: Store, state: State, wanted: Booleans) -> dict[str, list[str]]:
    nodes = state.parts.links.nodes
    iris = [nodes[i].iri for i in np.flatnonzero(wanted)]
    found: dict[str, list[str]] = {iri: [] for iri in iris}
    for batch in projection.batches(iris):
        inside = " ".join(f"<{iri}>" for iri in batch if projection.is_iri(iri))
        query = _PROLOGUE + _ALIASES.format(iris=inside)
        for row in store.select(query):
            found[str(row["s"])].append(str(row["name"]))
    return found
