"""Fills an empty engine from files, with what follows from them.

Files go into their named graphs and into the default graph by the engine's bulk
loader, which sorts on disk and keeps each triple once: the default graph is the
union by itself, and nothing is compared. Small files are loaded together, since
each load makes, and syncs, a table file for each index of the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph as ox

from kg import vocab
from kg.errors import DataError
from kg.store.conclusions import all_that_follows
from kg.store.files import FORMATS, telling

Progress = Callable[[str, int, int], None]
"""Told the step, and how much of how much is done (bytes, or triples of 0)."""
_EVERY_BYTES = 8 * 1024 * 1024
_EVERY_TRIPLES = 100_000
_SMALL_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Filling:
    """What an empty store is filled with.

    Attributes:
        graphs: IRI of each named graph to its files, of triples.
        rules: CONSTRUCT texts; each sees what the files say, not what another
            rule concludes.
        inferred: IRI of the graph of the conclusions.
    """

    graphs: Mapping[str, Sequence[Path]]
    rules: Sequence[str] = ()
    inferred: str = ""

    def to_change(self) -> dict[str, Any]:
        """The same for a worker (``kg.store.staging``)."""
        self.check()
        graphs = {g: [str(p.resolve()) for p in ps] for g, ps in self.graphs.items()}
        return {
            "kind": "fill",
            "graphs": graphs,
            "rules": list(self.rules),
            "inferred": self.inferred,
        }

    def check(self) -> None:
        """Raise unless each file has a suffix of triples.

        Raises:
            DataError: if one has not.
        """
        for path in (path for paths in self.graphs.values() for path in paths):
            if path.suffix in {".nq", ".trig"} or path.suffix not in FORMATS:
                raise DataError(
                    f"{path.name}: bulk load takes files of triples, not of quads.",
                    zh=f"{path.name}：批量加载只接受三元组文件。",
                    hint="Use .nt or .ttl, one graph a file.",
                    hint_zh="请使用 .nt 或 .ttl，每个图一个文件。",
                )


def quiet(step: str, done: int, total: int) -> None:
    """Progress that nobody reads."""


def fill(
    store: ox.Store, filling: Filling, draft: Path, progress: Progress = quiet
) -> None:
    """Fill an empty store.

    Args:
        store: holds nothing yet.
        filling: with what.
        draft: a file for what is concluded; it is removed.
        progress: told how far it is.

    Raises:
        DataError: if a file does not parse.
    """
    load_files(store, filling.graphs, progress)
    try:
        _conclude(store, filling.rules, draft, progress)
        if draft.stat().st_size:
            load_files(store, {filling.inferred: [draft]}, progress)
    finally:
        draft.unlink(missing_ok=True)


def load_files(
    store: ox.Store, graphs: Mapping[str, Sequence[Path]], progress: Progress = quiet
) -> None:
    """Load files into their graphs and, but for hidden ones, the default graph."""
    small: list[tuple[str, Path]] = []
    for graph, paths in graphs.items():
        for path in paths:
            if path.stat().st_size <= _SMALL_BYTES:
                small.append((graph, path))
                continue
            _load(store, path, ox.NamedNode(graph), progress)
            if graph not in vocab.HIDDEN_GRAPHS:
                _load(store, path, ox.DefaultGraph(), progress)
    if small:
        lines = _Lines(_quads(small, progress))
        store.bulk_load(lines, ox.RdfFormat.N_QUADS)  # type: ignore[arg-type]


def _quads(files: Iterable[tuple[str, Path]], progress: Progress) -> Iterator[str]:
    """Each triple of the files as lines of N-Quads: its graph, the default graph."""
    for graph, path in files:
        ending = f" {ox.NamedNode(graph)} .\n"
        is_hidden = graph in vocab.HIDDEN_GRAPHS
        with telling(path):
            for quad in ox.parse(path=str(path), format=FORMATS[path.suffix]):
                triple = str(quad)
                yield triple + ending
                if not is_hidden:
                    yield triple + " .\n"
        size = path.stat().st_size
        progress(f"{path.name} -> graph", size, size)
        if not is_hidden:
            progress(f"{path.name} -> default graph", size, size)


class _Lines:
    """Text lines as a file to read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none at the end."""
        pieces, length = [self._rest], len(self._rest)
        while size < 0 or length < size:
            line = next(self._lines, None)
            if line is None:
                break
            pieces.append(line.encode())
            length += len(pieces[-1])
        data = b"".join(pieces)
        if size < 0:
            size = len(data)
        self._rest = data[size:]
        return data[:size]


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
            new = all_that_follows(store, [rule])

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
