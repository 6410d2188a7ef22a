"""What else the network tells: hubs, brokers, holes, gaps, and what if.

Each answer is a reading of what is stated, with a method that fits in one
sentence; what nobody wrote down is missing here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from kg import vocab
from kg.analysis import communities
from kg.analysis.communities import Community
from kg.analysis.measures import measure
from kg.analysis.partners.advice import ANEW, Advisor
from kg.analysis.partners.network import WEIGHTS, GraphParts
from kg.analysis.partners.score import rank
from kg.errors import DataError
from kg.model.network import ACTUAL, Edge, Network, Node

MOST = 20
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
    """All that one generation tells, computed once."""

    generation: str
    things: int
    links: int
    hubs: list[Hub]
    communities: list[Community]
    modularity: float
    holes: list[Hole]
    gaps: list[Gap]


def told(advisor: Advisor) -> Told:
    """Hubs, communities, holes and gaps of the network as the advisor has it."""
    state = advisor.wait()
    named, modularity = groups(advisor)
    return Told(
        state.generation,
        len(state.network.nodes),
        stated(state.network.edges),
        hubs(advisor),
        named,
        modularity,
        holes(advisor),
        gaps(advisor),
    )


def hubs(advisor: Advisor) -> list[Hub]:
    """Organisations by the shortest paths that pass them."""
    links = advisor.state.parts.links
    between = measure(len(links), links.ends).betweenness
    agents = np.flatnonzero(advisor.state.parts.offered)
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


def groups(advisor: Advisor) -> tuple[list[Community], float]:
    """Communities of the actual links, named, and the modularity."""
    links = advisor.state.parts.links
    member = communities.partition(len(links), links.ends)
    named = communities.named(links.nodes, links.edges, member)
    return named, communities.modularity(len(links), links.ends, member)


def _constraint(ends: np.ndarray, wanted: Sequence[int]) -> dict[int, float]:
    """Burt's constraint of some things; none for large networks."""
    if len(ends) > LARGE:
        return {}
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edges_from(ends.tolist())
    there = [i for i in wanted if i in graph]
    found = nx.constraint(graph, nodes=there)
    return {i: float(v) for i, v in found.items() if not np.isnan(v)}


def _members(parts: GraphParts) -> tuple[list[int], np.ndarray]:
    """Tracks with at least ``FEWEST`` organisations, and who is in them."""
    links = parts.links
    tracks = np.flatnonzero(links.is_a(vocab.lv.Track))
    agents = np.flatnonzero(links.agent)
    inside = (parts.tracks[:, tracks][agents] > 0).toarray()
    kept = inside.sum(axis=0) >= FEWEST
    return tracks[kept].tolist(), inside[:, kept]


def holes(advisor: Advisor) -> list[Hole]:
    """Pairs of tracks with fewest links next to what their sizes would give."""
    parts = advisor.state.parts
    links = parts.links
    tracks, inside = _members(parts)
    if len(tracks) < 2:
        return []
    agents = np.flatnonzero(links.agent)
    # An investor is in the tracks of its holdings; it would bridge them all.
    inside[links.is_a(vocab.lv.Investor)[agents]] = False
    near = links.near[agents][:, agents]
    member = inside.astype(float)
    met = member.T @ (near @ member)
    size = member.sum(axis=0)
    both = member.T @ member
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


def gaps(advisor: Advisor) -> list[Gap]:
    """Each track with who is on record at each place of the value chain."""
    parts = advisor.state.parts
    links = parts.links
    tracks, inside = _members(parts)
    agents = np.flatnonzero(links.agent)
    kinds = [links.is_a(vocab.ONTOLOGY + name)[agents] for name, _, _ in CHAIN]
    found = [
        Gap(
            links.nodes[track],
            tuple(int((kind & inside[:, place]).sum()) for kind in kinds),
        )
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
    if len(state.network.edges) > ANEW:
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
    assumed = Network(state.network.nodes, [*state.network.edges, edge])
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


def stated(edges: Sequence[Edge]) -> int:
    """How many actual links all this rests on."""
    return sum(1 for e in edges if e.status == ACTUAL)
