"""The network as arrays: things by number, links both ways, quick to step along.

Only what is actual is here. Plans are kept aside and never counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kg import vocab
from kg.analysis.compact import Compact, Edges
from kg.analysis.partners.score import Booleans, Floats, Integers
from kg.model.network import ACTUAL, TARGET, Edge, Network, Node, Terms

Codes = NDArray[np.integer[Any]]
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
        kinds: IRIs of classes; ``kind`` has the place of each thing's in it.
        relations: IRIs; ``relation`` has the place of each link's in it.
    """

    nodes: Sequence[Node]
    number: Mapping[str, int]
    edges: Sequence[Edge]
    plans: Sequence[Edge]
    kinds: list[str]
    kind: Codes
    relations: list[str]
    relation: Codes

    def __init__(
        self, network: Network, terms: Terms, without: frozenset[str] = frozenset()
    ) -> None:
        self.terms = terms
        self.nodes = nodes = list(network.nodes.values())
        self.number = number = {node.iri: i for i, node in enumerate(nodes)}
        self.edges = edges = [
            e
            for e in network.edges
            if e.status == ACTUAL
            and e.statement not in without
            and e.predicate not in NO_LINK
        ]
        self.apart = _apart(
            (number[e.source], number[e.target])
            for e in network.edges
            if e.predicate in NO_LINK
        )
        self.plans = [e for e in network.edges if e.status == TARGET]
        self.kinds, self.kind = coded([node.type for node in nodes])
        self.relations, self.relation = coded([e.predicate for e in edges])
        pairs = [(number[e.source], number[e.target]) for e in edges]
        self.ends: Integers = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        self._index()
        self._classify()

    def _classify(self) -> None:
        self.supers = _all_supers(self.kinds, self.terms)
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

    def is_a(self, *classes: str, of: Integers | None = None) -> Booleans:
        """For each thing whether it is of one of these classes, or of a sub-class.

        Args:
            classes: their IRIs.
            of: numbers of the things; all if left out.
        """
        wanted = set(classes)
        fits = [bool(wanted & self.supers[kind]) for kind in self.kinds]
        kinds = self.kind if of is None else self.kind[of]
        return np.asarray(np.array(fits, dtype=bool)[kinds])

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
        fits = np.array([iri in wanted for iri in self.relations], dtype=bool)
        return np.asarray(self.ends[fits[self.relation]].reshape(-1, 2))

    def bridges(self) -> Booleans:
        """Things that may stand in the middle of a reason."""
        return ~self.is_a(*(vocab.ONTOLOGY + name for name in NO_BRIDGE))


class CompactLinks(Links):
    """The same of a large network, names looked up when they are shown.

    Args:
        network: in arrays.
        terms: names of classes and relations, and the tree of classes.
        kept: what ``arrays`` gave, to have it from disk; made anew if left out.

    Attributes:
        rows: place of each link among those of the network.
    """

    def __init__(
        self, network: Compact, terms: Terms, kept: Mapping[str, Any] | None = None
    ) -> None:
        self.terms = terms
        self.nodes, self.number = network.nodes, network.numbers
        self.kinds, self.kind = network.kinds, network.kind
        self.relations = network.relations
        apart = np.array([iri in NO_LINK for iri in self.relations], dtype=bool)
        rows = np.flatnonzero(apart[network.relation])
        self.apart = _apart(
            zip(network.source[rows], network.target[rows], strict=True)
        )
        self.plans = Edges(network, np.flatnonzero(network.planned))
        if kept is None:
            is_link = ~network.planned & ~apart[network.relation]
            rows = np.flatnonzero(is_link).astype(np.int32)
            self.edges = Edges(network, rows)
            self.relation = network.relation[rows]
            ends = (network.source[rows], network.target[rows])
            self.ends = np.stack(ends, axis=1)
            self._index()
            # Ones need no eight bytes each; and half of what is read is this.
            self.near = sparse.csr_array(self.near.astype(np.int8))
            self.rows = rows
        else:
            self.edges = Edges(network, kept["rows"])
            self.relation, self.ends = kept["relation"], kept["ends"]
            self._to, self._edge = kept["to"], kept["edge"]
            self._from, self.near = kept["from"], kept["near"]
            self.degree, self.rows = kept["degree"], kept["rows"]
        self._classify()

    def arrays(self) -> dict[str, Any]:
        """What takes long to make, by name."""
        return {
            "rows": self.rows,
            "relation": self.relation,
            "ends": self.ends,
            "to": self._to.astype(np.int32),
            "edge": self._edge.astype(np.int32),
            "from": self._from,
            "near": self.near,
            "degree": self.degree,
        }


def coded(texts: Sequence[str]) -> tuple[list[str], Integers]:
    """The different texts in order, and the place of each text among them."""
    names = sorted(set(texts))
    place = {name: i for i, name in enumerate(names)}
    return names, np.array([place[text] for text in texts], dtype=np.int64)


def _apart(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """Who is not to be suggested to whom: perhaps the same, or partners once."""
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        found.setdefault(int(one), set()).add(int(other))
        found.setdefault(int(other), set()).add(int(one))
    return found


def _all_supers(kinds: Iterable[str], terms: Terms) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for kind in kinds:
        seen, waiting = set[str](), [kind]
        while waiting:
            one = waiting.pop()
            if one and one not in seen:
                seen.add(one)
                waiting += terms.parents.get(one, ())
        found[kind] = seen
    return found
