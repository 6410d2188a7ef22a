"""What else the network tells: hubs, brokers, holes, gaps, and what if.

Each answer is a reading of what is stated, with a method that fits in one
sentence; what nobody wrote down is missing here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse

from kg import vocab
from kg.analysis import communities
from kg.analysis.communities import Community
from kg.analysis.compact import Compact
from kg.analysis.measures import betweenness
from kg.analysis.partners.advice import ANEW, Advisor
from kg.analysis.partners.links import CompactLinks
from kg.analysis.partners.network import WEIGHTS, GraphParts
from kg.analysis.partners.score import rank
from kg.analysis.partners.state import State
from kg.errors import DataError
from kg.model.network import ACTUAL, Edge, Network, Node

MOST = 20
COMMUNITIES = 16
KEY = "insights"
"""Where the shelf of a large network has them."""
FEWEST = 3  # organisations in a track before anything is said of it
LARGE = 20_000  # links beyond which constraint is left out
# Kinds of the value chain, in its order: class, Chinese, English.
CHAIN: tuple[tuple[str, str, str], ...] = (
    ("Lab", "研究", "research"),
    ("University", "高校", "university"),
    ("Incubator", "孵化", "incubation"),
    ("Platform", "平台与中试", "platform, pilot"),
    ("Company", "企业", "firm"),
    ("ServiceProvider", "外包服务", "contract service"),
    ("Hospital", "临床", "clinic"),
    ("GovernmentBody", "监管与政府", "regulator, government"),
    ("Investor", "投资", "investor"),
)


@dataclass(frozen=True, slots=True)
class Hub:
    """A well placed organisation.

    Attributes:
        links: statements that link it, either end.
        between: share of shortest paths that pass it, 0 to 1.
        constraint: Burt's constraint, low for a broker; ``None`` if unknown.
    """

    node: Node
    links: int
    between: float
    constraint: float | None


@dataclass(frozen=True, slots=True)
class Hole:
    """Two tracks that hardly meet.

    Attributes:
        links: links between organisations of one and of the other.
        both: organisations in both.
        expected: links if organisations of any two tracks met alike.
    """

    one: Node
    other: Node
    links: int
    both: int
    expected: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A track with the number of organisations at each place of the chain."""

    track: Node
    counts: tuple[int, ...]

    @property
    def missing(self) -> tuple[int, ...]:
        """Places in ``CHAIN`` where nobody is on record."""
        return tuple(i for i, n in enumerate(self.counts) if n == 0)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a link that does not exist would change.

    Attributes:
        before: steps between the two now; ``None`` when nothing joins them.
        known: whether the two are linked already.
        gained: for each of the two, who would newly be among its first ten.
    """

    one: Node
    other: Node
    before: int | None
    known: bool
    gained: tuple[tuple[Node, ...], tuple[Node, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """All that one generation tells, computed once.

    Attributes:
        communities: the largest first; of a large network ``COMMUNITIES`` of them.
        community_count: how many there are.
    """

    generation: str
    things: int
    links: int
    hubs: list[Hub]
    communities: list[Community]
    modularity: float
    holes: list[Hole]
    gaps: list[Gap]
    community_count: int = 0

    def __post_init__(self) -> None:
        """Count the communities, unless only the first are given."""
        if not self.community_count:
            object.__setattr__(self, "community_count", len(self.communities))


def told(advisor: Advisor) -> Told:
    """Hubs, communities, holes and gaps of the network as the advisor has it.

    Of a large network they lie on its shelf.

    Raises:
        PreparingError: if they are being computed for the first time.
    """
    state, shelf = advisor.wait(), advisor.shelf()
    if shelf is None:
        return told_of(state)
    kept = shelf.value(KEY)
    if kept is None:
        raise advisor.not_yet()
    return read(kept)


def told_of(state: State, step: Callable[[str], None] = lambda part: None) -> Told:
    """The same of a state, computed; ``step`` is told what begins."""
    step("communities")
    named, modularity = groups(state)
    step("shortest paths from some things")
    found = hubs(state)
    step("gaps")
    return Told(
        state.generation,
        len(state.network.nodes),
        stated(state.network),
        found,
        named,
        modularity,
        holes(state),
        gaps(state),
    )


def plain(found: Told) -> dict[str, Any]:
    """What was told as JSON's types, without what no page shows."""
    shown = replace(found, communities=found.communities[:COMMUNITIES])
    return asdict(shown) | {"community_count": len(found.communities)}


def read(kept: dict[str, Any]) -> Told:
    """What ``plain`` gave."""
    return Told(
        kept["generation"],
        kept["things"],
        kept["links"],
        [Hub(**one | {"node": Node(**one["node"])}) for one in kept["hubs"]],
        [Community(**one) for one in kept["communities"]],
        kept["modularity"],
        [
            Hole(**one | {"one": Node(**one["one"]), "other": Node(**one["other"])})
            for one in kept["holes"]
        ],
        [Gap(Node(**one["track"]), tuple(one["counts"])) for one in kept["gaps"]],
        kept["community_count"],
    )


def hubs(state: State) -> list[Hub]:
    """Organisations by the shortest paths that pass them."""
    links = state.parts.links
    between = betweenness(len(links), links.ends)
    agents = np.flatnonzero(state.parts.offered)
    best = agents[np.lexsort((agents, -between[agents]))[:MOST]].tolist()
    constraint = _constraint(links.ends, best)
    return [
        Hub(
            links.nodes[i],
            int(links.degree[i]),
            float(between[i]),
            constraint.get(i),
        )
        for i in best
    ]


def groups(state: State) -> tuple[list[Community], float]:
    """Communities of the actual links, named, and the modularity."""
    links, network = state.parts.links, state.network
    member = communities.partition(len(links), links.ends)
    modularity = communities.modularity(len(links), links.ends, member)
    if isinstance(network, Compact) and isinstance(links, CompactLinks):
        named = communities.named_of(network, member, network.degree, links.rows)
    else:
        named = communities.named(links.nodes, links.edges, member)
    return named, modularity


def _constraint(ends: np.ndarray, wanted: Sequence[int]) -> dict[int, float]:
    """Burt's constraint of some things; none for large networks."""
    if len(ends) > LARGE:
        return {}
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edges_from(ends.tolist())
    there = [i for i in wanted if i in graph]
    found = nx.constraint(graph, nodes=there)
    return {i: float(v) for i, v in found.items() if not np.isnan(v)}


def _members(parts: GraphParts) -> tuple[list[int], sparse.csr_array]:
    """Tracks with at least ``FEWEST`` organisations; agents x tracks, 1 for in it."""
    links = parts.links
    tracks = np.flatnonzero(links.is_a(vocab.lv.Track))
    agents = np.flatnonzero(links.agent)
    inside = sparse.csr_array(parts.tracks[agents][:, tracks]).sign()
    kept = np.asarray(inside.sum(axis=0)) >= FEWEST
    return tracks[kept].tolist(), sparse.csr_array(inside[:, np.flatnonzero(kept)])


def holes(state: State) -> list[Hole]:
    """Pairs of tracks with fewest links next to what their sizes would give."""
    parts = state.parts
    links = parts.links
    tracks, inside = _members(parts)
    if len(tracks) < 2:
        return []
    agents = np.flatnonzero(links.agent)
    # An investor is in the tracks of its holdings; it would bridge them all.
    others = ~links.is_a(vocab.lv.Investor)[agents]
    member = sparse.csr_array(sparse.diags_array(others.astype(float)) @ inside)
    near = links.near[agents][:, agents]
    met = (member.T @ (near @ member)).toarray()
    size = np.asarray(member.sum(axis=0))
    both = (member.T @ member).toarray()
    density = near.sum() / max(len(agents) * (len(agents) - 1), 1)
    up = parts.tracks[tracks][:, tracks].toarray()
    found = []
    for a in range(len(tracks)):
        for b in range(a + 1, len(tracks)):
            if up[a, b] or up[b, a]:
                continue
            expected = float(density * size[a] * size[b])
            found.append(
                Hole(
                    links.nodes[tracks[a]],
                    links.nodes[tracks[b]],
                    int(met[a, b]),
                    int(both[a, b]),
                    expected,
                )
            )
    found.sort(key=lambda h: (h.links + h.both - h.expected, h.one.iri, h.other.iri))
    return [h for h in found if h.links + h.both < h.expected + 1][:MOST]


def gaps(state: State) -> list[Gap]:
    """Each track with who is on record at each place of the value chain."""
    links = state.parts.links
    tracks, inside = _members(state.parts)
    agents = np.flatnonzero(links.agent)
    kinds = [links.is_a(vocab.ONTOLOGY + name)[agents] for name, _, _ in CHAIN]
    counts = inside.T @ np.stack(kinds, axis=1).astype(float)
    found = [
        Gap(links.nodes[track], tuple(int(n) for n in counts[place]))
        for place, track in enumerate(tracks)
    ]
    return sorted(found, key=lambda gap: (-sum(gap.counts), gap.track.iri))


def what_if(advisor: Advisor, one: str, other: str) -> WhatIf:
    """What would change if two organisations worked together.

    Raises:
        NotFoundError: if one of them is unknown.
        DataError: if the network is too large to compute it anew.
    """
    state = advisor.state
    network = state.network
    if isinstance(network, Compact) or len(network.edges) > ANEW:
        raise DataError(
            f"Above {ANEW} links no supposed link is computed.",
            zh=f"关联超过 {ANEW} 条时不计算假设的关联。",
            hint="Ask for the suggestions of either instead.",
            hint_zh="可分别查看两者的候选伙伴。",
        )
    a, b = advisor.number(one, state), advisor.number(other, state)
    links = state.parts.links
    edge = Edge(
        "what-if", links.nodes[a].iri, links.nodes[b].iri, vocab.lv.cooperatesWith
    )
    assumed = Network(network.nodes, [*network.edges, edge])
    changed = advisor.parts_of(assumed, state=state)
    return WhatIf(
        links.nodes[a],
        links.nodes[b],
        _steps(links.ends, a, b),
        bool(len(links.between(a, b))),
        (_gained(state.parts, changed, a), _gained(state.parts, changed, b)),
    )


def _gained(now: GraphParts, then: GraphParts, asker: int) -> tuple[Node, ...]:
    before = {one.number for one in rank(now, asker, WEIGHTS, top=10)}
    after = rank(then, asker, WEIGHTS, top=10)
    return tuple(
        now.links.nodes[one.number] for one in after if one.number not in before
    )


def _steps(ends: np.ndarray, one: int, other: int) -> int | None:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edges_from(ends.tolist())
    if one not in graph or other not in graph or not nx.has_path(graph, one, other):
        return None
    return int(nx.shortest_path_length(graph, one, other))


def stated(network: Network | Compact) -> int:
    """How many actual links all this rests on."""
    if isinstance(network, Compact):
        return int((~network.planned).sum())
    return sum(1 for e in network.edges if e.status == ACTUAL)
