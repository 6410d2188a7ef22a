"""The network as arrays: things by number, links both ways, quick to step along.

Only what is actual is here. Plans are kept aside and never counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy import sparse

from kg import vocab
from kg.analysis.partners.score import Booleans, Floats, Integers
from kg.model.network import ACTUAL, TARGET, Edge, Network, Node, Terms

AGENTS = (vocab.lv.Organization, vocab.lv.Platform)
# Sharing one of these is no reason to meet: nearly everybody does.
# Saying so joins nobody.
NO_LINK = frozenset(
    vocab.ONTOLOGY + name for name in ("possiblySameAs", "endedPartnershipWith")
)
NO_BRIDGE = ("StockExchange", "Role", "Stage", "Indicator", "AdministrativeArea")


class Links:
    """Things and actual links of a network.

    Attributes:
        nodes: the things; their place is their number.
        edges: actual links between two different things; place is number.
        plans: links that are only planned.
        near: n x n, 1 where a link joins two things, either way.
    """

    def __init__(
        self, network: Network, terms: Terms, without: frozenset[str] = frozenset()
    ) -> None:
        self.terms = terms
        self.nodes: list[Node] = list(network.nodes.values())
        self.number = {node.iri: i for i, node in enumerate(self.nodes)}
        self.edges = [
            e
            for e in network.edges
            if e.status == ACTUAL
            and e.statement not in without
            and e.predicate not in NO_LINK
        ]
        self.apart = _apart(network.edges, self.number)
        self.plans = [e for e in network.edges if e.status == TARGET]
        pairs = [(self.number[e.source], self.number[e.target]) for e in self.edges]
        self.ends: Integers = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        self._index()
        self.supers = _all_supers(self.nodes, terms)
        self.agent: Booleans = self.is_a(*AGENTS)

    def _index(self) -> None:
        n, m = len(self.nodes), len(self.edges)
        both = np.concatenate([self.ends, self.ends[:, ::-1]])
        order = np.argsort(both[:, 0], kind="stable")
        self._to = both[order, 1]
        self._edge = np.concatenate([np.arange(m), np.arange(m)])[order]
        self._from = np.searchsorted(both[order, 0], np.arange(n + 1))
        ones = np.ones(len(both))
        near = sparse.csr_array((ones, (both[:, 0], both[:, 1])), shape=(n, n))
        self.near = near.sign()
        self.degree: Floats = np.asarray(self.near.sum(axis=1), dtype=float)

    def __len__(self) -> int:
        return len(self.nodes)

    def is_a(self, *classes: str) -> Booleans:
        """For each thing whether it is of one of these classes, or of a sub-class."""
        wanted = set(classes)
        by_type = {t: bool(wanted & s) for t, s in self.supers.items()}
        return np.array([by_type[node.type] for node in self.nodes], dtype=bool)

    def nearest(self, kind: str, names: Sequence[str]) -> set[str]:
        """Which of these classes (local names) is nearest above a class, or it."""
        level = {kind}
        while level:
            found = {vocab.ONTOLOGY + name for name in names} & level
            if found:
                return {iri.removeprefix(vocab.ONTOLOGY) for iri in found}
            level = {up for one in level for up in self.terms.parents.get(one, ())}
        return set()

    def neighbours(self, number: int) -> Integers:
        """Numbers of what a thing is linked with, each once."""
        row = self.near.indptr[number : number + 2]
        return np.asarray(self.near.indices[row[0] : row[1]], dtype=np.int64)

    def between(self, one: int, other: int) -> list[Edge]:
        """The links that join two things."""
        first, last = self._from[one], self._from[one + 1]
        there = np.flatnonzero(self._to[first:last] == other) + first
        return [self.edges[i] for i in dict.fromkeys(self._edge[there].tolist())]

    def out(self, predicates: Iterable[str]) -> Integers:
        """Ends (subject, object) of the links of these relations."""
        wanted = {vocab.ONTOLOGY + p for p in predicates}
        keep = [i for i, e in enumerate(self.edges) if e.predicate in wanted]
        return self.ends[keep].reshape(-1, 2)

    def bridges(self) -> Booleans:
        """Things that may stand in the middle of a reason."""
        return ~self.is_a(*(vocab.ONTOLOGY + name for name in NO_BRIDGE))


def _apart(edges: Iterable[Edge], number: dict[str, int]) -> dict[int, set[int]]:
    """Who is not to be suggested to whom: perhaps the same, or partners once."""
    found: dict[int, set[int]] = {}
    for edge in edges:
        if edge.predicate in NO_LINK:
            one, other = number[edge.source], number[edge.target]
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return found


def _all_supers(nodes: Iterable[Node], terms: Terms) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for kind in {node.type for node in nodes}:
        seen, waiting = set[str](), [kind]
        while waiting:
            one = waiting.pop()
            if one and one not in seen:
                seen.add(one)
                waiting += terms.parents.get(one, ())
        found[kind] = seen
    return found
