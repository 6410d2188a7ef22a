"""Builds a generation from files at the engine's own speed.

The usual way to change a store compares before and after, so it costs what
changed and needs memory for it. For a graph of many millions of triples that is
loaded as a whole there is nothing to compare (``kg.store.filling``).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from kg.store.engine import graph_sizes
from kg.store.filling import Filling, Progress, fill
from kg.store.generations import Generations
from kg.store.staging import sync_folder
from kg.store.writing import disk_error


def build_generation(
    root: Path,
    graphs: Mapping[str, Sequence[Path]],
    rules: Sequence[str],
    inferred: str,
    progress: Progress,
) -> str:
    """Make a generation of these graphs and what follows from them.

    Args:
        root: folder of the store; what it held before stays as an older
            generation.
        graphs: IRI of each named graph to its files, of triples.
        rules: CONSTRUCT texts; each sees what the files say, not what another
            rule concludes.
        inferred: IRI of the graph of the conclusions.
        progress: told how far it is.

    Returns:
        The new generation.

    Raises:
        DataError: if a file is of quads, or does not parse.
        StoreUnreachableError: if the disk refuses. The old generation counts.
    """
    filling = Filling(graphs, rules, inferred)
    filling.check()
    generations = Generations(root)
    with generations.writing():
        generations.sweep_staging()
        name = generations.next_name()
        staged = generations.staging / name
        try:
            quads, sizes = _filled(staged, filling, progress)
            sync_folder(staged)
            sync_folder(staged.parent)
            facts = {
                "quads": quads,
                "is_concluded": bool(rules),
                "graphs": sizes,
                "all_counted": True,
            }
            generations.publish(staged, name, facts)
        except OSError as exc:
            raise disk_error(exc) from exc
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return name


def _filled(
    staged: Path, filling: Filling, progress: Progress
) -> tuple[int, dict[str, int]]:
    store = ox.Store(str(staged))
    fill(store, filling, staged.with_suffix(".nt"), progress)
    progress("merging tables", 0, 0)
    store.optimize()
    store.flush()
    progress("counting", 0, 0)
    return len(store), graph_sizes(store)
