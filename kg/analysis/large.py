"""The picture of a large graph in files: made once, handed out as they are.

``picture-<generation>.json`` tells numbers and communities,
``picture-<generation>.<language>.bin.gz`` the arrays (``overview.packed``).
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.analysis import projection
from kg.analysis.overview import Overview, overview, packed
from kg.model.network import Node
from kg.shelf.keeper import file_name, sweep
from kg.store import Store

LANGUAGES = ("zh", "en")
_MEMBERS = 10
_COMMUNITIES = 200


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a generation.

    Attributes:
        facts: ``nodes_total``, ``edges_total``, ``modularity``, ``communities``
            (each with ``zh``, ``en``, ``size`` and ``members``, IRIs with degrees).
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


def prepare_picture(folder: Path, store: Store) -> int:
    """Compute the picture of a store and write it, unless it is there.

    The facts are written last, so that a reader finds all of it or nothing.

    Returns:
        The number of things.
    """
    generation = store.generation
    if (kept := read_picture(folder, generation)) is not None:
        return int(kept.facts["nodes_total"])
    terms = projection.read_terms(store)
    found = overview(projection.whole(store, terms))
    sizes = {}
    for language in LANGUAGES:
        data = gzip.compress(packed(found, language, generation), 6, mtime=0)
        sizes[language] = len(data)
        name = file_name("picture", generation, f"{language}.bin.gz")
        _write(folder / name, data)
    facts = _facts(found) | {"sizes": sizes}
    text = json.dumps(facts, ensure_ascii=False).encode()
    _write(folder / file_name("picture", generation, "json"), text)
    sweep(folder, "picture", keep=6)  # three files a generation
    return len(found.nodes)


def _facts(found: Overview) -> dict[str, Any]:
    best: list[list[dict[str, Any]]] = [[] for _ in found.communities]
    nodes = found.nodes
    order = sorted(range(len(nodes)), key=lambda i: (-nodes[i].degree, nodes[i].iri))
    for i in order:
        members = best[int(found.member[i])]
        if len(members) < _MEMBERS:
            members.append(_member(found, nodes[i], i))
    told = [
        {"zh": c.zh, "en": c.en, "size": c.size, "members": best[n]}
        for n, c in enumerate(found.communities)
    ]
    return {
        "nodes_total": len(nodes),
        "edges_total": len(found.network.edges),
        "modularity": round(found.modularity, 4),
        "communities": told[:_COMMUNITIES],
    }


def _member(found: Overview, node: Node, place: int) -> dict[str, Any]:
    return {
        "iri": node.iri,
        "zh": node.zh,
        "en": node.en,
        "type": node.type,
        "group": node.group,
        "degree": node.degree,
        "rank": round(float(found.measures.rank[place]), 6),
        "between": round(float(found.measures.betweenness[place]), 5),
        "community": int(found.member[place]),
    }


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
