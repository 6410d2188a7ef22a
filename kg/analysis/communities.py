"""Communities, and what to call them: by what their members share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from kg import vocab
from kg.analysis.compact import Compact
from kg.analysis.measures import LARGE, SEED, simple, to_networkit
from kg.model.network import Edge, Node

_SHARED = {
    vocab.ONTOLOGY + name: weight
    for name, weight in (
        ("inTrack", 1.3),
        ("locatedIn", 1.0),
        ("partOf", 1.0),
        ("focusesOn", 0.9),
        ("memberOf", 0.9),
        ("subTrackOf", 1.0),
    )
}


@dataclass(frozen=True, slots=True)
class Community:
    """A group of nodes that are linked more with each other than with the rest.

    Attributes:
        zh: its name in Chinese.
        en: its name in English.
        size: number of its members.
        shared: IRI of what gave the name.
    """

    zh: str
    en: str
    size: int
    shared: str


def partition(count: int, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of each node's community, 0 the largest; the same each time.

    Louvain for what a reader looks at, Leiden above ``LARGE`` links: label
    propagation collapses on hubs. Nodes without links share the last number.
    """
    degree = np.bincount(ends.ravel(), minlength=count)
    if len(ends) > LARGE:
        import networkit as nk

        found = nk.community.ParallelLeiden(
            to_networkit(count, ends), randomize=False, iterations=3
        )
        found.run()
        labels = np.array(found.getPartition().getVector(), dtype=np.int64)
    else:
        labels = np.zeros(count, dtype=np.int64)
        graph = simple(count, ends)
        graph.remove_nodes_from(np.flatnonzero(degree == 0).tolist())
        parts = nx.community.louvain_communities(graph, seed=SEED) if len(ends) else []
        for number, part in enumerate(parts):
            labels[list(part)] = number
    labels[degree == 0] = labels.max(initial=0) + 1
    return by_size(labels, degree == 0)


def by_size(labels: NDArray[np.int64], alone: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Number the communities by falling size; those ``alone`` come last."""
    names, inverse, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    first = np.full(len(names), len(labels))
    np.minimum.at(first, inverse, np.arange(len(labels)))
    lonely = np.zeros(len(names), dtype=bool)
    lonely[inverse[alone]] = True
    order = np.lexsort((first, -sizes, lonely))
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    return np.asarray(place[inverse])


def modularity(count: int, ends: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """Newman's modularity of a partition, -0.5 to 1.

    Source: Newman, Girvan, Finding and evaluating community structure, 2004.
    """
    if not len(ends):
        return 0.0
    degree = np.bincount(ends.ravel(), minlength=count).astype(float)
    inside = (labels[ends[:, 0]] == labels[ends[:, 1]]).mean()
    share = np.bincount(labels, weights=degree) / degree.sum()
    return float(inside - (share**2).sum())


def named(
    nodes: Sequence[Node], edges: Sequence[Edge], labels: NDArray[np.int64]
) -> list[Community]:
    """A name for each community, from what its members share.

    A track or place counts by the share of members linked to it times the share
    of its links that come from here; without one that two members share, the most
    linked member gives its name.
    """
    place = {node.iri: i for i, node in enumerate(nodes)}
    here: list[Counter[str]] = [
        Counter() for _ in range(int(labels.max(initial=-1)) + 1)
    ]
    total: Counter[str] = Counter()
    for edge in edges:
        weight = _SHARED.get(edge.predicate)
        if weight and edge.source in place:
            here[int(labels[place[edge.source]])][edge.target] += 1
            total[edge.target] += 1
    known = {node.iri: node for node in nodes}
    members: list[list[Node]] = [[] for _ in here]
    for node, label in zip(nodes, labels, strict=True):
        members[int(label)].append(node)
    taken: set[str] = set()
    return [
        _named(members[n], counts, total, taken, known) for n, counts in enumerate(here)
    ]


def _named(
    members: Sequence[Node],
    counts: Counter[str],
    total: Counter[str],
    taken: set[str],
    known: dict[str, Node],
) -> Community:
    size = len(members)
    if all(node.degree == 0 for node in members):
        return Community("未关联", "Unlinked", size, "")
    worth = {
        iri: n / size * n / total[iri]
        for iri, n in counts.items()
        if n > 1 and iri in known and iri not in taken
    }
    if worth:
        best = max(sorted(worth), key=lambda iri: worth[iri])
        node = known[best]
    else:
        free = [m for m in members if m.iri not in taken] or list(members)
        node = max(free, key=lambda m: (m.degree, m.iri))
    taken.add(node.iri)
    return Community(node.name("zh"), node.name("en"), size, node.iri)


def named_of(
    network: Compact,
    labels: NDArray[np.int64],
    degrees: NDArray[np.integer[Any]],
    rows: NDArray[np.integer[Any]] | slice = slice(None),
) -> list[Community]:
    """What ``named`` gives, of a network in arrays: numbers are in order of IRI.

    Args:
        network: the things and links.
        labels: community of each thing.
        degrees: of each thing.
        rows: places of the links that count.
    """
    count, groups = len(network), int(labels.max(initial=-1)) + 1
    weights = np.array([iri in _SHARED for iri in network.relations], dtype=bool)
    rows = np.arange(len(network.source))[rows]
    rows = rows[weights[network.relation[rows]]]
    target = network.target[rows].astype(np.int64)
    total = np.bincount(target, minlength=count)
    pair, times = np.unique(
        labels[network.source[rows]] * count + target, return_counts=True
    )
    pair, times = pair[times > 1], times[times > 1]
    home, thing = np.divmod(pair, max(count, 1))
    size = np.bincount(labels, minlength=groups)
    worth = times / size[home] * times / total[thing]
    best = np.lexsort((thing, -worth, home))
    first = np.searchsorted(home, np.arange(groups + 1))
    counted = degrees.astype(np.int64)
    members = np.lexsort((-np.arange(count), -counted, labels))
    start = np.searchsorted(labels[members], np.arange(groups + 1))
    taken: set[int] = set()
    found = []
    for n in range(groups):
        mine = members[start[n] : start[n + 1]]
        if not len(mine) or counted[mine[0]] == 0:
            found.append(Community("未关联", "Unlinked", len(mine), ""))
            continue
        shared = (int(thing[i]) for i in best[first[n] : first[n + 1]])
        chosen = next((one for one in shared if one not in taken), None)
        if chosen is None:
            chosen = next((one for one in mine.tolist() if one not in taken), mine[0])
        taken.add(int(chosen))
        node = network.nodes[int(chosen)]
        found.append(Community(node.name("zh"), node.name("en"), len(mine), node.iri))
    return found
