"""The whole graph at a glance: positions, communities and ranks of a generation.

Computed once for a generation and kept in a file; delivered as typed arrays, so
that 50,000 things open in seconds.
"""

from __future__ import annotations

import json
import struct
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


def packed(found: Overview, language: str, generation: str) -> bytes:
    """The overview as bytes for a browser.

    ``KGO1``, uint32 length of the header, header (JSON, padded to 4 bytes), then
    little-endian: float32 x[n], float32 y[n], float32 rank[n], float32
    betweenness[n], float32 degree[n], uint16 community[n], uint8 group[n], pad to
    4, uint32 source[m], uint32 target[m], uint8 status[m], uint8 relation[m], pad
    to 4, then UTF-8: n lines of local ids, n lines of names.
    """
    nodes, edges = found.nodes, found.network.edges
    relations = sorted({e.predicate for e in edges})
    number = {iri: min(i, 255) for i, iri in enumerate(relations)}
    group = {g.key: i for i, g in enumerate(GROUPS)}
    header = {
        "generation": generation,
        "nodes": len(nodes),
        "edges": len(edges),
        "relations": relations,
        "groups": [g.key for g in GROUPS],
        "statuses": STATUSES,
        "modularity": round(found.modularity, 4),
        "communities": [
            {"name": c.zh if language == "zh" else c.en, "size": c.size}
            for c in found.communities
        ],
    }
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-(len(text) + 8) % 4)
    arrays = [
        found.positions[:, 0].astype("<f4").tobytes(),
        found.positions[:, 1].astype("<f4").tobytes(),
        found.measures.rank.astype("<f4").tobytes(),
        found.measures.betweenness.astype("<f4").tobytes(),
        found.measures.degree.astype("<f4").tobytes(),
        _padded(
            np.minimum(found.member, 65535).astype("<u2").tobytes()
            + bytes(group[n.group] for n in nodes)
        ),
        np.array([found.index[e.source] for e in edges], dtype="<u4").tobytes(),
        np.array([found.index[e.target] for e in edges], dtype="<u4").tobytes(),
        _padded(
            bytes(STATUSES.index(e.status) for e in edges)
            + bytes(number[e.predicate] for e in edges)
        ),
    ]
    lines = [n.iri for n in nodes] + [n.name(language) for n in nodes]
    names = "\n".join(line.replace("\n", " ") for line in lines).encode()
    return MAGIC + struct.pack("<I", len(text)) + text + b"".join(arrays) + names


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
