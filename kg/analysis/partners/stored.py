"""What partner advice needs of a large network, made once a generation on disk.

``kg prepare`` makes it; a service maps the files, so that it starts at once and its
memory does not grow with the graph.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from scipy import sparse

from kg.analysis.arrays import Kept, read_arrays, sweep_folders, write_arrays
from kg.analysis.compact import Compact
from kg.analysis.partners.complements import Complement
from kg.analysis.partners.links import CompactLinks
from kg.analysis.partners.network import GraphParts
from kg.model.network import Terms
from kg.shelf.keeper import file_name

LAYOUT = 1
_LINKS = "links "


def parts_folder(folder: Path, generation: str) -> Path:
    """Where the parts of a generation lie."""
    return folder / file_name("partners", generation, "arrays")


def write_parts(
    folder: Path, network: Compact, terms: Terms, complements: Sequence[Complement]
) -> GraphParts:
    """Make the parts of a network and write them, unless they are there."""
    if (kept := read_parts(folder, network, terms, complements)) is not None:
        return kept
    parts = GraphParts(network, terms, complements)
    if not isinstance(parts.links, CompactLinks):
        raise TypeError("only a network in arrays is written")
    arrays: dict[str, Kept] = {
        _LINKS + name: value for name, value in parts.links.arrays().items()
    }
    arrays |= {name: value for name, value in vars(parts).items() if _is_kept(value)}
    write_arrays(
        parts_folder(folder, network.generation),
        arrays,
        {"layout": LAYOUT, "rules": _mark(complements), "needs": parts.needed},
    )
    sweep_folders(folder, "partners")
    return parts


def read_parts(
    folder: Path, network: Compact, terms: Terms, complements: Sequence[Complement]
) -> GraphParts | None:
    """The parts of a network; none if they are not there or of other rules."""
    found = read_arrays(parts_folder(folder, network.generation))
    if found is None or found[1].get("layout") != LAYOUT:
        return None
    arrays, facts = found
    if facts["rules"] != _mark(complements):
        return None
    of_links = {
        name.removeprefix(_LINKS): arrays.pop(name)
        for name in [n for n in arrays if n.startswith(_LINKS)]
    }
    links = CompactLinks(network, terms, of_links)
    needs = [(int(a), int(b), float(weight)) for a, b, weight in facts["needs"]]
    return GraphParts.restored(links, needs, arrays)


def _is_kept(value: Any) -> bool:
    return isinstance(value, sparse.csr_array) or hasattr(value, "dtype")


def _mark(complements: Sequence[Complement]) -> str:
    told = repr([astuple(rule) for rule in complements])
    return hashlib.sha256(told.encode()).hexdigest()[:16]
