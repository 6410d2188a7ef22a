"""The picture of a large graph in files: made once, handed out as they are.

``picture-<generation>.json`` tells numbers and communities,
``picture-<generation>.<language>.bin.gz`` the arrays (``overview.packed``).
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.analysis import communities
from kg.analysis.communities import Community
from kg.analysis.compact import Compact
from kg.analysis.layout import placed, rounded
from kg.analysis.measures import Measures, measure
from kg.analysis.overview import STATUSES, Drawing, packed
from kg.model.network import ACTUAL, TARGET
from kg.shelf.keeper import file_name, sweep

Integers = NDArray[np.int64]
DRAWN = 50_000
LINKS_DRAWN = 250_000
"""What a browser draws quickly (docs/explorer.md); the rest is found by search."""
TOLD = 2000
"""Communities that a picture names; the largest come first."""
DISCS = 400
"""Communities with a disc of their own: packing them costs the square."""

LANGUAGES = ("zh", "en")
_MEMBERS = 10
_COMMUNITIES = 200


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a generation.

    Attributes:
        facts: ``nodes_total``, ``edges_total``, ``nodes_drawn``, ``modularity``,
            ``communities`` (each with ``zh``, ``en``, ``size`` and ``members``, IRIs
            with degrees).
    """

    facts: dict[str, Any]
    folder: Path
    generation: str

    def arrays(self, language: str) -> bytes:
        """The arrays for a browser, as gzip."""
        name = file_name("picture", self.generation, f"{language}.bin.gz")
        return (self.folder / name).read_bytes()


def read_picture(folder: Path, generation: str) -> Picture | None:
    """The picture of a generation; none if it is not there or damaged."""
    path = folder / file_name("picture", generation, "json")
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        whole = all(
            (folder / file_name("picture", generation, f"{language}.bin.gz"))
            .stat()
            .st_size
            == facts["sizes"][language]
            for language in LANGUAGES
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Picture(facts, folder, generation) if whole else None


def prepare_picture(
    folder: Path, network: Compact, told: Callable[[str], None] = lambda part: None
) -> int:
    """Compute the picture of a network and write it, unless it is there.

    Communities and ranks are those of the whole; drawn are the ``DRAWN`` things
    with the most statements and at most ``LINKS_DRAWN`` links between them. The
    facts are written last, so that a reader finds all of it or nothing.

    Args:
        folder: where the files lie.
        network: of one generation.
        told: called with what begins.

    Returns:
        The number of things.
    """
    generation = network.generation
    if (kept := read_picture(folder, generation)) is not None:
        return int(kept.facts["nodes_total"])
    ends = np.stack((network.source, network.target), axis=1).astype(np.int64)
    told("communities")
    member = communities.partition(len(network), ends)
    told("shortest paths from some things")
    measured = measure(len(network), ends)
    modularity = communities.modularity(len(network), ends, member)
    told("names of communities")
    named = communities.named_of(network, member, network.counted)
    told("positions")
    drawn = _drawing(network, ends, member, measured, named)
    drawn.modularity = modularity
    sizes = {}
    for language in LANGUAGES:
        data = gzip.compress(packed(drawn, language, generation), 6, mtime=0)
        sizes[language] = len(data)
        name = file_name("picture", generation, f"{language}.bin.gz")
        _write(folder / name, data)
    largest = _communities(network, member, measured, named)
    facts = {
        "nodes_total": len(network),
        "edges_total": len(ends),
        "nodes_drawn": len(drawn.nodes),
        "modularity": round(modularity, 4),
        "communities": largest,
        "sizes": sizes,
    }
    text = json.dumps(facts, ensure_ascii=False).encode()
    _write(folder / file_name("picture", generation, "json"), text)
    sweep(folder, "picture", keep=6)  # three files a generation
    return len(network)


def _drawing(
    network: Compact,
    ends: Integers,
    member: Integers,
    measured: Measures,
    named: list[Community],
) -> Drawing:
    """The most important things, in the order of the network, and their links."""
    chosen, rows = _chosen(network)
    place = np.full(len(network), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    inside = place[ends[rows]]
    home = _homes(member[chosen])
    points = rounded(placed(inside, home))
    nodes = network.nodes.many(chosen)
    told = np.minimum(member[chosen], TOLD)
    if len(named) > TOLD:
        size = sum(one.size for one in named[TOLD:])
        named = [*named[:TOLD], Community("其余", "The rest", size, "")]
    relation, relations = network.relation[rows], network.relations
    used = np.unique(relation)
    code = np.zeros(len(relations), dtype=np.int64)
    code[used] = np.arange(len(used))
    return Drawing(
        nodes,
        np.array(points, dtype=np.float32).reshape(-1, 2),
        Measures(
            measured.degree[chosen], measured.rank[chosen], measured.betweenness[chosen]
        ),
        told,
        named,
        0.0,
        inside,
        np.where(
            network.planned[rows], STATUSES.index(TARGET), STATUSES.index(ACTUAL)
        ).astype(np.uint8),
        code[relation],
        [relations[i] for i in used],
    )


def _chosen(network: Compact) -> tuple[Integers, Integers]:
    """Numbers of what is drawn, ascending, and places of the links between it."""
    number = np.arange(len(network))
    best = np.lexsort((number, -network.counted.astype(np.int64)))
    most = min(DRAWN, len(network))
    while True:
        is_drawn = np.zeros(len(network), dtype=bool)
        is_drawn[best[:most]] = True
        rows = np.flatnonzero(is_drawn[network.source] & is_drawn[network.target])
        if len(rows) <= LINKS_DRAWN or most <= 1:
            return np.flatnonzero(is_drawn), rows
        most = most * 3 // 4


def _homes(member: Integers) -> Integers:
    """The discs of the drawing: the largest communities, and one for the rest."""
    _, inverse, sizes = np.unique(member, return_inverse=True, return_counts=True)
    place = np.empty(len(sizes), dtype=np.int64)
    place[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.minimum(place[inverse], DISCS)


def _communities(
    network: Compact, member: Integers, measured: Measures, named: list[Community]
) -> list[dict[str, Any]]:
    """The largest communities, each with its members of most statements."""
    number = np.arange(len(network))
    order = np.lexsort((number, -network.counted.astype(np.int64), member))
    first = np.searchsorted(member[order], np.arange(len(named) + 1))
    told = []
    for n, one in enumerate(named[:_COMMUNITIES]):
        best = order[first[n] : min(first[n] + _MEMBERS, first[n + 1])].tolist()
        members = [
            {
                "iri": node.iri,
                "zh": node.zh,
                "en": node.en,
                "type": node.type,
                "group": node.group,
                "degree": int(network.counted[i]),
                "rank": round(float(measured.rank[i]), 6),
                "between": round(float(measured.betweenness[i]), 5),
                "community": n,
            }
            for i, node in zip(best, network.nodes.many(best), strict=True)
        ]
        told.append({"zh": one.zh, "en": one.en, "size": one.size, "members": members})
    return told


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
