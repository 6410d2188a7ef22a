"""What all askers need, computed once a generation of the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from kg import vocab
from kg.analysis import projection
from kg.analysis.compact import Compact, read_compact
from kg.analysis.partners.bulk import founded_in, read_network
from kg.analysis.partners.complements import Complement
from kg.analysis.partners.network import GraphParts
from kg.analysis.partners.reasons import Reasons
from kg.analysis.partners.score import Booleans
from kg.analysis.partners.stored import read_parts
from kg.model.network import Edge, Network, Terms
from kg.shelf import Shelf
from kg.store import Store

_ALIASES = """SELECT ?s ?name WHERE {{ VALUES ?s {{ {iris} }}
  ?s skos:prefLabel|skos:altLabel ?name }}"""
_PROLOGUE = vocab.prologue("lv", "skos")


class Plans(Protocol):
    """Planned links of things, by IRI."""

    def get(self, iri: str, default: list[Edge], /) -> list[Edge]:
        """Those of a thing, else ``default``."""


@dataclass(slots=True)
class State:
    """Network and parts of one generation.

    Attributes:
        tracks: IRI of each track to its names and the other words for it.
        places: the same of places.
        founded: year of foundation by IRI; of a large network its parts know.
        plans: planned links by the things they join.
    """

    generation: str
    network: Network | Compact
    terms: Terms
    parts: GraphParts
    reasons: Reasons
    founded: dict[str, int] = field(default_factory=dict)
    tracks: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    plans: Plans = field(default_factory=dict[str, list[Edge]])


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
    _name(state, store, words)
    plans = defaultdict(list)
    for edge in links.plans:
        plans[edge.source].append(edge)
        plans[edge.target].append(edge)
    state.plans = dict(plans)
    return state


def read_state(
    store: Store,
    folder: Path,
    shelf: Shelf,
    complements: Sequence[Complement],
    words: Mapping[str, Sequence[str]],
) -> State | None:
    """The state of a large network as it was prepared; none if it was not.

    Args:
        store: for the names of tracks and places.
        folder: where the arrays lie.
        shelf: of the generation.
        complements: rules of who needs whom.
        words: other words for tracks and places, by their local names.
    """
    terms = projection.read_terms(store)
    network = read_compact(folder, shelf)
    if network is None:
        return None
    parts = read_parts(folder, network, terms, complements)
    if parts is None:
        return None
    links = parts.links
    state = State(shelf.generation, network, terms, parts, Reasons(links))
    _name(state, store, words)
    state.plans = _ArrayPlans(network)
    return state


class _ArrayPlans:
    """Planned links of things of a network in arrays."""

    def __init__(self, network: Compact) -> None:
        self._network = network
        rows = np.flatnonzero(network.planned)
        ends = np.concatenate((network.source[rows], network.target[rows]))
        order = np.lexsort((np.tile(rows, 2), ends))
        self._rows, self._ends = np.tile(rows, 2)[order], ends[order]

    def get(self, iri: str, default: list[Edge], /) -> list[Edge]:
        """Those of a thing, else ``default``."""
        number = self._network.numbers.get(iri, -1)
        first, last = np.searchsorted(self._ends, (number, number + 1))
        if number < 0 or first == last:
            return default
        return self._network.edges_of(self._rows[first:last].tolist())


def _name(state: State, store: Store, words: Mapping[str, Sequence[str]]) -> None:
    """Tell the state what its tracks and places are called."""
    links = state.parts.links
    for names, kind in ((state.tracks, vocab.lv.Track), (state.places, vocab.lv.Area)):
        names.update(_names(store, state, links.is_a(kind)))
        for iri in names:
            names[iri] += words.get(iri.removeprefix(vocab.ID), ())


def _names(store: Store, state: State, wanted: Booleans) -> dict[str, list[str]]:
    nodes = state.parts.links.nodes
    iris = [nodes[int(i)].iri for i in np.flatnonzero(wanted)]
    found: dict[str, list[str]] = {iri: [] for iri in iris}
    for batch in projection.batches(iris):
        inside = " ".join(f"<{iri}>" for iri in batch if projection.is_iri(iri))
        query = _PROLOGUE + _ALIASES.format(iris=inside)
        for row in store.select(query):
            found[str(row["s"])].append(str(row["name"]))
    return found
