"""Builds a generation from files at the engine's own speed.

The usual way to change a store compares before and after, so it costs what
changed and needs memory for it. For a graph of many millions of triples that is
loaded as a whole there is nothing to compare: files go into the named graphs
and into the default graph by the engine's bulk loader, which sorts on disk and
keeps each triple once, so that the default graph is the union by itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from kg import vocab
from kg.errors import DataError, StoreError
from kg.store.files import FORMATS, telling
from kg.store.generations import Generations
from kg.store.isolated import disk_error
from kg.store.staging import sync_folder

Progress = Callable[[str, int, int], None]
"""Told the step, and how much of how much is done (bytes, or triples of 0)."""
_EVERY_BYTES = 8 * 1024 * 1024
_EVERY_TRIPLES = 100_000


class _Counted:
    """A file whose reading is told."""

    def __init__(self, file: BinaryIO, told: Callable[[int], None]) -> None:
        self._file = file
        self._told = told
        self._done = self._last = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._file.read(size)
        self._done += len(data)
        if self._done - self._last >= _EVERY_BYTES or not data:
            self._last = self._done
            self._told(self._done)
        return data


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
    for path in (path for paths in graphs.values() for path in paths):
        if path.suffix in {".nq", ".trig"} or path.suffix not in FORMATS:
            raise DataError(
                f"{path.name}: bulk load takes files of triples, not of quads.",
                zh=f"{path.name}：批量加载只接受三元组文件。",
                hint="Use .nt or .ttl, one graph a file.",
                hint_zh="请使用 .nt 或 .ttl，每个图一个文件。",
            )
    generations = Generations(root)
    with generations.writing():
        generations.sweep_staging()
        name = generations.next_name()
        staged = generations.staging / name
        try:
            quads = _fill(staged, graphs, rules, inferred, progress)
            sync_folder(staged)
            sync_folder(staged.parent)
            generations.publish(staged, name, {"quads": quads})
        except OSError as exc:
            raise disk_error(exc) from exc
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    return name


def _fill(
    staged: Path,
    graphs: Mapping[str, Sequence[Path]],
    rules: Sequence[str],
    inferred: str,
    progress: Progress,
) -> int:
    store = ox.Store(str(staged))
    for graph, paths in graphs.items():
        for path in paths:
            _load(store, path, ox.NamedNode(graph), progress)
            if graph not in vocab.HIDDEN_GRAPHS:
                _load(store, path, ox.DefaultGraph(), progress)
    conclusions = staged.with_suffix(".nt")
    try:
        _conclude(store, rules, conclusions, progress)
        if conclusions.stat().st_size:
            _load(store, conclusions, ox.NamedNode(inferred), progress)
            _load(store, conclusions, ox.DefaultGraph(), progress)
    finally:
        conclusions.unlink(missing_ok=True)
    progress("merging tables", 0, 0)
    store.optimize()
    store.flush()
    progress("counting", 0, 0)
    return len(store)


def _load(
    store: ox.Store,
    path: Path,
    graph: ox.NamedNode | ox.DefaultGraph,
    progress: Progress,
) -> None:
    size = path.stat().st_size
    place = "graph" if isinstance(graph, ox.NamedNode) else "default graph"
    step = f"{path.name} -> {place}"
    with telling(path), path.open("rb") as file:
        counted = _Counted(file, lambda done: progress(step, done, size))
        store.bulk_load(counted, FORMATS[path.suffix], to_graph=graph)  # type: ignore[arg-type]


def _conclude(
    store: ox.Store, rules: Sequence[str], target: Path, progress: Progress
) -> None:
    """Write what the rules conclude and nobody asserts; memory stays flat."""
    count = 0
    with target.open("wb") as out:
        for number, rule in enumerate(rules, 1):
            found = store.query(rule)
            if not isinstance(found, ox.QueryTriples):
                raise StoreError("A rule must be a CONSTRUCT.")
            new = (
                triple
                for triple in found
                if ox.Quad(triple.subject, triple.predicate, triple.object) not in store
            )

            def told(triples: Iterable[ox.Triple], step: str) -> Iterable[ox.Triple]:
                nonlocal count
                for triple in triples:
                    count += 1
                    if count % _EVERY_TRIPLES == 0:
                        progress(step, count, 0)
                    yield triple

            ox.serialize(
                told(new, f"rule {number} of {len(rules)}"),
                out,
                ox.RdfFormat.N_TRIPLES,
            )
