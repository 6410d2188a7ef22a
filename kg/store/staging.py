"""How a new generation is made: copied by hard links, changed, made durable.

A generation is a folder of RocksDB files that nobody writes any more. A change
starts from a copy (table files are immutable and are hard-linked; the rest is
copied), is carried out on it by a worker that may fail or be killed, and counts
only when the service points at the finished copy. So a change is there as a
whole or not at all, and readers never see a store that is being written.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg import vocab
from kg.errors import StoreError
from kg.store import engine, sandbox, transport
from kg.store.base import GraphWrite, UserUpdate
from kg.store.files import FORMATS
from kg.store.filling import Filling, fill
from kg.store.following import Basis, Followed, follow_change, only_compared
from kg.store.terms import document_error
from kg.store.union import put, remove_graph

_NOT_COPIED: Final = {"LOCK", "LOG"}
COMPACT_AT_TABLES: Final = 120
_SMALL_TABLE_BYTES: Final = 4 * 1024 * 1024
_LARGE_FILE_BYTES: Final = 32 * 1024 * 1024


def clone(source: Path, target: Path) -> None:
    """Copy a generation; table files are shared.

    Raises:
        OSError: if the disk is full, or ``target`` is there already.
    """
    target.mkdir(parents=True)
    for file in source.iterdir():
        if file.name in _NOT_COPIED or file.name.startswith("LOG.old"):
            continue
        if file.suffix == ".sst":
            os.link(file, target / file.name)
        else:
            shutil.copyfile(file, target / file.name)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def stage(request: dict[str, Any], write: Callable[[bytes], object]) -> dict[str, Any]:
    """Make a new generation out of an old one and a change.

    Args:
        request: ``base`` (path, empty for none) and ``target``; ``union``;
            ``change`` (see ``_change``); ``basis`` and ``conclude`` (see
            ``follow_change``); ``tell`` (whether to write the changed graphs, one
            line of ``transport.pack`` each); ``budget`` of memory.
        write: takes those lines.

    Returns:
        ``changed`` graph IRIs, ``created``, ``is_renewed``, ``is_concluded``,
        ``quads``.
    """
    target, base = Path(request["target"]), request["base"]
    if base:
        clone(Path(base), target)
    before = ox.Store.read_only(base) if base else ox.Store()
    store = ox.Store(str(target))
    sandbox.limit_memory(request.get("budget"))
    draft = target.with_suffix(".nt")
    change = request["change"]
    only, created = _change(store, change, draft, union=request["union"])
    if change["kind"] in {"none", "fill"}:  # it concludes by itself
        done = Followed([], True, Basis(True, None))
    elif request["union"]:
        done = follow_change(
            before,
            store,
            only,
            Basis(**request["basis"]),
            conclude=request["conclude"],
            folder=target.parent,
        )
    else:
        done = only_compared(before, store, only)
    sandbox.limit_memory(None)
    if request.get("tell"):
        for name in done.changed:
            quads = store.quads_for_pattern(None, None, None, ox.NamedNode(name))
            rows = ((q.subject, q.predicate, q.object) for q in quads)
            write(transport.pack((name,), rows) + b"\n")
    store.flush()
    if _small_tables(target) > COMPACT_AT_TABLES:
        store.optimize()
    known = done.basis.quads
    facts = {
        "changed": done.changed,
        "created": created,
        "is_renewed": done.is_renewed,
        "is_concluded": done.basis.is_concluded,
        "quads": len(store) if known is None else known,
    }
    del store
    sync_folder(target)
    sync_folder(target.parent)
    return facts


def _small_tables(folder: Path) -> int:
    """Tables that changes left behind; those of a large load do not count."""
    count = 0
    for file in folder.glob("*.sst"):
        with contextlib.suppress(FileNotFoundError):  # the engine merged it meanwhile
            count += file.stat().st_size < _SMALL_TABLE_BYTES
    return count


def _change(
    store: ox.Store, change: dict[str, Any], draft: Path, *, union: bool
) -> tuple[list[str] | None, bool]:
    """Carry out a change; ``draft`` is a file it may use and removes.

    Returns:
        The only named graphs it can have touched (``None``: any graph), and
        whether it made a graph.
    """
    kind = change["kind"]
    if kind == "graph":
        parts = tuple((t, Path(p).read_bytes()) for t, p in change["parts"])
        write = GraphWrite(change["graph"], change["mode"], parts, change["base_iri"])
        graph = write.graph or (vocab.UNNAMED_GRAPH if union else "")
        if not write.graph and graph:
            store.add_graph(ox.NamedNode(graph))
        return [graph] if graph else [], engine.run_write(store, write, graph)
    if kind == "replace":
        _replace(store, change["graphs"])
        return list(change["graphs"]), False
    if kind == "load":
        with gzip.open(change["path"], "rb") as file:
            store.bulk_load(file, ox.RdfFormat.N_QUADS)
        return [], False
    if kind == "fill":
        graphs = {g: [Path(p) for p in paths] for g, paths in change["graphs"].items()}
        filling = Filling(graphs, change["rules"], change["inferred"])
        fill(store, filling, draft)
        return [], False
    if kind == "update":
        engine.run_update(store, UserUpdate(change["text"], change["base_iri"]))
    return change.get("touched"), False


def _replace(store: ox.Store, graphs: dict[str, list[str] | None]) -> None:
    """Replace graphs by RDF files; nobody sees the store meanwhile."""
    for name, paths in graphs.items():
        graph = ox.NamedNode(name)
        remove_graph(store, graph)
        if paths is None:
            continue
        store.add_graph(graph)
        for path in paths:
            try:
                _load(store, Path(path), graph)
            except SyntaxError as exc:
                raise document_error(exc) from exc


def _load(store: ox.Store, path: Path, graph: ox.NamedNode) -> None:
    """Load a file in bulk; a large one in parts, or the engine would hold it all."""
    kind = FORMATS[path.suffix]
    if kind.supports_datasets or path.stat().st_size <= _LARGE_FILE_BYTES:
        store.bulk_load(path=str(path), format=kind, to_graph=graph)
        return
    triples = ox.parse(path=str(path), format=kind, rename_blank_nodes=True)
    put(store, (ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples))


def export(source: Path, target: Path, *, is_concluded: bool) -> dict[str, Any]:
    """Write a generation as ``graph.nq.gz`` with a manifest that proves it.

    Args:
        source: folder of the generation.
        target: folder of the backup.
        is_concluded: whether its conclusions are current; the manifest keeps it.

    Raises:
        OSError: if it cannot be written.
    """
    store = ox.Store.read_only(str(source))
    target.mkdir(parents=True, exist_ok=True)
    partial = target / "graph.nq.gz.part"
    with partial.open("wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed:
            store.dump(packed, ox.RdfFormat.N_QUADS)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
    partial.rename(target / "graph.nq.gz")
    manifest = {
        "format": "n-quads+gzip",
        "quads": sum(1 for _ in store),
        "is_concluded": is_concluded,
        "graphs": sorted(g.value for g in store.named_graphs()),
        "sha256": digest(target / "graph.nq.gz"),
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (target / "manifest.json").write_text(text, encoding="utf-8")
    sync_folder(target)
    return manifest


def check_backup(folder: Path) -> dict[str, Any]:
    """Read a backup's manifest and check the file against it.

    Raises:
        StoreError: if something is missing or differs.
    """
    try:
        manifest: dict[str, Any] = json.loads(
            (folder / "manifest.json").read_text(encoding="utf-8")
        )
        actual = digest(folder / "graph.nq.gz")
    except (OSError, ValueError) as exc:
        raise StoreError(
            f"{folder} is no backup: {exc}", zh=f"{folder} 不是有效的备份：{exc}"
        ) from exc
    if actual != manifest["sha256"]:
        raise StoreError(
            f"The backup in {folder} is damaged: its SHA-256 differs.",
            zh=f"{folder} 中的备份已损坏：SHA-256 不一致。",
            hint="Use an older backup.",
            hint_zh="请使用更早的备份。",
        )
    return manifest


def digest(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
