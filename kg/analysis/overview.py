"""The whole graph at a glance: positions, communities and ranks of a generation.

Computed once for a generation and kept in a file; delivered as typed arrays, so
that 50,000 things open in seconds.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.analysis import communities, layout
from kg.analysis.communities import Community
from kg.analysis.measures import Measures, measure
from kg.model.groups import GROUPS
from kg.model.network import ACTUAL, INFERRED, TARGET, Network, Node

MAGIC = b"KGO1"
STATUSES = (ACTUAL, TARGET, INFERRED)


@dataclass(slots=True)
class Overview:
    """Every thing and stated link, with what was computed.

    Attributes:
        network: nodes in the order of the arrays.
        positions: float32, n × 2, x to the right, y up.
        member: community number of each node.
        communities: named, by number.
        modularity: how clear-cut they are, -0.5 to 1.
        measures: degree, rank, betweenness of each node.
    """

    network: Network
    index: dict[str, int]
    positions: NDArray[np.float32]
    member: NDArray[np.int64]
    communities: list[Community]
    modularity: float
    measures: Measures

    @property
    def nodes(self) -> list[Node]:
        """The nodes in the order of the arrays."""
        return list(self.network.nodes.values())


def overview(network: Network) -> Overview:
    """Compute the overview of a network."""
    nodes = list(network.nodes.values())
    index = {node.iri: i for i, node in enumerate(nodes)}
    ends = np.array(
        [(index[e.source], index[e.target]) for e in network.edges], dtype=np.int64
    ).reshape(-1, 2)
    member = communities.partition(len(nodes), ends)
    places = layout.force(
        network, {n.iri: int(m) for n, m in zip(nodes, member, strict=True)}
    )
    points = np.array([places[n.iri] for n in nodes], dtype=np.float32).reshape(-1, 2)
    return Overview(
        network,
        index,
        points,
        member,
        communities.named(nodes, network.edges, member),
        communities.modularity(len(nodes), ends, member),
        measure(len(nodes), ends),
    )


@dataclass(slots=True)
class Drawing:
    """What a browser is given of a network, in arrays of n things and m links.

    Attributes:
        nodes: the things, in the order of the arrays.
        member: place in ``communities`` of each thing.
        communities: with names in both languages.
        ends: numbers of source and target of each link, m × 2.
        status: of each link, a place in ``STATUSES``.
        relation: of each link, a place in ``relations``.
    """

    nodes: Sequence[Node]
    positions: NDArray[np.float32]
    measures: Measures
    member: NDArray[np.int64]
    communities: Sequence[Community]
    modularity: float
    ends: NDArray[np.int64]
    status: NDArray[np.uint8]
    relation: NDArray[np.int64]
    relations: Sequence[str]


def drawing(found: Overview) -> Drawing:
    """The whole of an overview."""
    edges = found.network.edges
    relations = sorted({e.predicate for e in edges})
    number = {iri: i for i, iri in enumerate(relations)}
    ends = [(found.index[e.source], found.index[e.target]) for e in edges]
    return Drawing(
        found.nodes,
        found.positions,
        found.measures,
        found.member,
        found.communities,
        found.modularity,
        np.array(ends, dtype=np.int64).reshape(-1, 2),
        np.array([STATUSES.index(e.status) for e in edges], dtype=np.uint8),
        np.array([number[e.predicate] for e in edges], dtype=np.int64),
        relations,
    )


def packed(drawn: Drawing, language: str, generation: str) -> bytes:
    """A drawing as bytes for a browser.

    ``KGO1``, uint32 length of the header, header (JSON, padded to 4 bytes), then
    little-endian: float32 x[n], float32 y[n], float32 rank[n], float32
    betweenness[n], float32 degree[n], uint16 community[n], uint8 group[n], pad to
    4, uint32 source[m], uint32 target[m], uint8 status[m], uint8 relation[m], pad
    to 4, then UTF-8: n lines of local ids, n lines of names.
    """
    nodes = drawn.nodes
    group = {g.key: i for i, g in enumerate(GROUPS)}
    header = {
        "generation": generation,
        "nodes": len(nodes),
        "edges": len(drawn.ends),
        "relations": list(drawn.relations),
        "groups": [g.key for g in GROUPS],
        "statuses": STATUSES,
        "modularity": round(drawn.modularity, 4),
        "communities": [
            {"name": c.zh if language == "zh" else c.en, "size": c.size}
            for c in drawn.communities
        ],
    }
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-(len(text) + 8) % 4)
    arrays = [
        drawn.positions[:, 0].astype("<f4").tobytes(),
        drawn.positions[:, 1].astype("<f4").tobytes(),
        drawn.measures.rank.astype("<f4").tobytes(),
        drawn.measures.betweenness.astype("<f4").tobytes(),
        drawn.measures.degree.astype("<f4").tobytes(),
        _padded(
            np.minimum(drawn.member, 65535).astype("<u2").tobytes()
            + bytes(group[n.group] for n in nodes)
        ),
        drawn.ends[:, 0].astype("<u4").tobytes(),
        drawn.ends[:, 1].astype("<u4").tobytes(),
        _padded(
            drawn.status.tobytes()
            + np.minimum(drawn.relation, 255).astype("u1").tobytes()
        ),
    ]
    lines = [n.iri for n in nodes] + [n.name(language) for n in nodes]
    names = "\n".join(line.replace("\n", " ") for line in lines).encode()
    return MAGIC + struct.pack("<I", len(text)) + text + b"".join(arrays) + names


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
