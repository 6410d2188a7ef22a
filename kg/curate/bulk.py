"""Loads data sets of any size into an embedded store, inference included."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from kg import vocab
from kg.curate.files import ontology_files
from kg.curate.infer import read_rules
from kg.curate.publication import graph_of
from kg.store.bulk import build_generation
from kg.store.files import FileTriples
from kg.store.filling import Progress
from kg.store.scratch import ScratchStore


def load_in_bulk(
    root: Path, files: Sequence[Path], ontology: Path, progress: Progress
) -> str:
    """Make a generation of these data sets and the ontology, and nothing else.

    Args:
        root: folder of the store.
        files: one data set each; it says its graph (``lv:graph``) early on.
        ontology: folder of the ontology.
        progress: told how far it is.

    Returns:
        The new generation.

    Raises:
        DataError: if a file names no graph or does not parse.
    """
    terms = FileTriples(tuple(ontology_files(ontology)))
    rules = [rule.construct for rule in read_rules(ScratchStore(terms))]
    with tempfile.TemporaryDirectory(prefix="kg-load-") as folder:
        # One file: each file that is loaded costs a table of the engine.
        whole = Path(folder) / "ontology.nt"
        with whole.open("w", encoding="utf-8") as out:
            out.writelines(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in terms)
        graphs: dict[str, list[Path]] = {vocab.ONTOLOGY_GRAPH: [whole]}
        for path in files:
            graphs.setdefault(graph_of(path), []).append(path)
        return build_generation(root, graphs, rules, vocab.INFERRED_GRAPH, progress)
