"""Who matters in a network: degree, PageRank, betweenness.

networkx for what a reader looks at, networkit above ``LARGE`` links; one thread and
a fixed seed, so that the numbers are the same each time.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

SEED = 20231
LARGE = 5_000
SAMPLES = 200
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Measures:
    """One number a node, in the order of the nodes.

    Attributes:
        degree: number of links, both ends.
        rank: PageRank, damping 0.85; sums to 1.
        betweenness: share of shortest paths that pass, 0 to 1; from ``SAMPLES``
            sources when there are more than ``LARGE`` links.
    """

    degree: Floats
    rank: Floats
    betweenness: Floats


def simple(count: int, ends: NDArray[np.int64]) -> nx.Graph[int]:
    """An undirected graph of the numbers 0 to count - 1, each pair once."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(ends.tolist())
    return graph


def measure(count: int, ends: NDArray[np.int64]) -> Measures:
    """Measure a network of ``count`` nodes with links ``ends`` (shape m × 2)."""
    degree = np.bincount(ends.ravel(), minlength=count).astype(np.float32)
    if count == 0:
        return Measures(degree, degree, degree)
    if len(ends) > LARGE:
        return _large(count, ends, degree)
    graph = simple(count, ends)
    rank = nx.pagerank(graph)
    between = nx.betweenness_centrality(
        graph, k=min(count, SAMPLES) if count > 2000 else None, seed=SEED
    )
    return Measures(
        degree,
        np.array([rank[i] for i in range(count)], dtype=np.float32),
        np.array([between[i] for i in range(count)], dtype=np.float32),
    )


def to_networkit(count: int, ends: NDArray[np.int64]):  # type: ignore[no-untyped-def]
    """The same network for networkit, on one thread with the fixed seed."""
    import networkit as nk

    nk.setNumberOfThreads(1)
    nk.setSeed(SEED, False)
    pairs = np.unique(np.sort(ends, axis=1), axis=0)
    graph = nk.Graph(count)
    graph.addEdges((pairs[:, 0].copy(), pairs[:, 1].copy()))
    return graph


def _large(count: int, ends: NDArray[np.int64], degree: Floats) -> Measures:
    import networkit as nk

    graph = to_networkit(count, ends)
    rank = nk.centrality.PageRank(graph, damp=0.85, tol=1e-8)
    rank.run()
    between = nk.centrality.EstimateBetweenness(graph, SAMPLES, normalized=True)
    between.run()
    return Measures(
        degree,
        np.array(rank.scores(), dtype=np.float32),
        np.array(between.scores(), dtype=np.float32),
    )
