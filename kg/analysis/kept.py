"""An overview in a file: arrays and names, no code, so any file is safe to read."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import zipfile
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import numpy as np

from kg.analysis.communities import Community
from kg.analysis.measures import Measures
from kg.analysis.overview import Overview
from kg.model.network import Edge, Network, Node

LOG = logging.getLogger(__name__)
LAYOUT = 2
_FIELDS = tuple(field.name for field in fields(Edge))


def write_overview(path: Path, found: Overview) -> None:
    """Write an overview; a reader sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = {
        "layout": LAYOUT,
        "nodes": [astuple(n) for n in found.nodes],
        "edges": [astuple(e) for e in found.network.edges],
        "communities": [astuple(c) for c in found.communities],
        "modularity": found.modularity,
    }
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        np.savez_compressed(
            file,
            texts=np.frombuffer(json.dumps(texts).encode(), dtype=np.uint8),
            positions=found.positions,
            member=found.member,
            degree=found.measures.degree,
            rank=found.measures.rank,
            betweenness=found.measures.betweenness,
        )
    Path(draft).replace(path)


def read_overview(path: Path) -> Overview | None:
    """The overview in a file; ``None`` if there is none that can be used."""
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            texts = json.loads(kept["texts"].tobytes())
            if texts["layout"] != LAYOUT:
                return None
            nodes = {row[0]: Node(*row) for row in texts["nodes"]}
            edges = [_edge(row) for row in texts["edges"]]
            return Overview(
                Network(nodes, edges),
                {iri: i for i, iri in enumerate(nodes)},
                kept["positions"],
                kept["member"],
                [Community(*row) for row in texts["communities"]],
                float(texts["modularity"]),
                Measures(kept["degree"], kept["rank"], kept["betweenness"]),
            )
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as exc:
        LOG.warning("the overview %s is unusable and is made anew: %s", path, exc)
        return None


def _edge(row: list[Any]) -> Edge:
    values: list[Any] = [tuple(v) if isinstance(v, list) else v for v in row]
    named: dict[str, Any] = dict(zip(_FIELDS, values, strict=True))
    return Edge(**named)
