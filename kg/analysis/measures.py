"""Who matters in a network: degree, PageRank, betweenness.

PageRank in numpy, betweenness by Brandes' algorithm, above ``LARGE`` links by
networkit on one thread; fixed seeds, so that the numbers are the same each time.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

SEED = 20231
LARGE = 10_000
VERY_LARGE = 100_000
SAMPLES = 400
FEWEST = 20
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Measures:
    """One number a node, in the order of the nodes.

    Attributes:
        degree: number of links, both ends.
        rank: PageRank, damping 0.85; sums to 1.
        betweenness: share of shortest paths that pass, 0 to 1; from ``SAMPLES``
            sources when there are more than ``LARGE`` links, from fewer above
            ``VERY_LARGE`` ones, so that the work stays the same.
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
    return Measures(degree, pagerank(count, ends), betweenness(count, ends))


def pagerank(count: int, ends: NDArray[np.int64], damping: float = 0.85) -> Floats:
    """PageRank over undirected links by power iteration, to 1e-10.

    Source: Brin, Page, The anatomy of a large-scale hypertextual web search
    engine, 1998; nodes without links give their rank to all alike.
    """
    one = np.concatenate((ends[:, 0], ends[:, 1]))
    two = np.concatenate((ends[:, 1], ends[:, 0]))
    degree = np.bincount(one, minlength=count).astype(float)
    share = np.divide(1.0, degree, out=np.zeros(count), where=degree > 0)
    rank = np.full(count, 1.0 / count)
    for _ in range(200):
        given = np.bincount(two, weights=(rank * share)[one], minlength=count)
        lost = rank[degree == 0].sum()
        new = (1 - damping) / count + damping * (given + lost / count)
        if np.abs(new - rank).sum() < 1e-10:
            break
        rank = new
    return np.asarray(rank, dtype=np.float32)


def betweenness(count: int, ends: NDArray[np.int64]) -> Floats:
    """Share of shortest paths that pass each node, 0 to 1; see ``Measures``.

    Own code up to ``LARGE`` links: importing networkit takes longer than it.
    """
    if count < 3 or not len(ends):
        return np.zeros(count, dtype=np.float32)
    if len(ends) <= LARGE:
        return brandes(count, ends)
    import networkit as nk

    samples = max(FEWEST, min(SAMPLES, SAMPLES * VERY_LARGE // len(ends)))
    found = nk.centrality.EstimateBetweenness(
        to_networkit(count, ends), samples, normalized=True
    )
    found.run()
    return np.array(found.scores(), dtype=np.float32)


def brandes(count: int, ends: NDArray[np.int64]) -> Floats:
    """Betweenness, normalised to 0-1; from ``SAMPLES`` sources above as many nodes.

    Source: Brandes, A faster algorithm for betweenness centrality, 2001.
    """
    near: list[list[int]] = [[] for _ in range(count)]
    for one, two in np.unique(np.sort(ends, axis=1), axis=0).tolist():
        if one != two:
            near[one].append(two)
            near[two].append(one)
    sources = np.arange(count)
    if count > SAMPLES:
        chosen = np.random.default_rng(SEED).permutation(count)[:SAMPLES]
        sources = np.sort(chosen)
    score = [0.0] * count
    for source in sources.tolist():
        _from_source(source, near, score)
    scale = 1 / ((count - 1) * (count - 2)) * count / len(sources)
    return np.array(score, dtype=np.float32) * np.float32(scale)


def _from_source(source: int, near: list[list[int]], score: list[float]) -> None:
    """Add what lies on the shortest paths from one source."""
    depth, ways = {source: 0}, {source: 1.0}
    order = [source]
    for node in order:
        for other in near[node]:
            if other not in depth:
                depth[other] = depth[node] + 1
                ways[other] = 0.0
                order.append(other)
            if depth[other] == depth[node] + 1:
                ways[other] += ways[node]
    owed = dict.fromkeys(order, 0.0)
    for node in reversed(order):
        for other in near[node]:
            if depth[other] == depth[node] - 1:
                owed[other] += ways[other] / ways[node] * (1 + owed[node])
        if node != source:
            score[node] += owed[node]


def to_networkit(count: int, ends: NDArray[np.int64]):  # type: ignore[no-untyped-def]
    """The same network for networkit, on one thread with the fixed seed."""
    import networkit as nk

    nk.setNumberOfThreads(1)
    nk.setSeed(SEED, False)
    # A pair as one number: sorting rows takes ten times as long.
    low, high = ends.min(axis=1).astype(np.int64), ends.max(axis=1).astype(np.int64)
    low, high = np.divmod(np.unique(low * count + high), count)
    graph = nk.Graph(count)
    graph.addEdges((low, high))
    return graph
