"""Copies every graph from one store to another, and proves that it did."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import StoreError
from kg.model import Blank, Term, Triple
from kg.store.base import Store
from kg.store.bulk import build_generation
from kg.store.files import FileTriples
from kg.store.isolated import IsolatedStore
from kg.store.remote import RemoteStore
from kg.store.remote.staging import canonical
from kg.store.terms import model_triple

Told = Callable[[str, int], None]
"""Called with what is being done and the triples done so far."""
_EVERY = 50_000
_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class Proof:
    """Count and checksum of a graph; the order of its triples does not matter.

    Attributes:
        triples: how many.
        checksum: sum of the SHA-256 of each triple modulo 2**256, in
            hexadecimal, literals by value because engines keep values.
    """

    triples: int
    checksum: str


class Proving:
    """Counts and sums triples while they pass."""

    def __init__(self) -> None:
        self._count = self._sum = 0

    def over(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """The same triples."""
        for triple in triples:
            line = " ".join(map(_plain, triple)).encode()
            self._sum += int.from_bytes(hashlib.sha256(line).digest())
            self._count += 1
            yield triple

    @property
    def proof(self) -> Proof:
        """Of what has passed."""
        return Proof(self._count, f"{self._sum % _MODULUS:064x}")


def _plain(term: Term) -> str:
    """A blank node has no name that two stores share."""
    return "_:" if isinstance(term, Blank) else canonical(term).n3()


def contents(store: Store, graph: str) -> Iterator[Triple]:
    """Every triple of a named graph, streamed where the store can."""
    if isinstance(store, RemoteStore):
        yield from store.download(graph)
    elif isinstance(store, IsolatedStore):
        engine = ox.Store.read_only(str(store.generation_path))
        for quad in engine.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
            yield model_triple(quad)
    else:
        yield from store.construct(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        )


def migrate(source: Store, target: Store, told: Told) -> dict[str, Proof]:
    """Copy every graph of ``source`` into an empty ``target`` and compare.

    Args:
        source: is only read.
        target: holds no triple yet.
        told: hears how far it is.

    Returns:
        Graph to the proof that both stores share.

    Raises:
        StoreError: if the target is not empty, or holds something else after.
    """
    if any(target.graphs().values()):
        raise StoreError(
            "The target of a migration must be empty.",
            zh="迁移的目标存储必须为空。",
            hint="Name an empty store; nothing was changed.",
            hint_zh="请指定空的存储；未作任何修改。",
        )
    names = sorted(source.graphs())
    expected = {}
    with tempfile.TemporaryDirectory(prefix="kg-migrate-") as folder:
        files: dict[str, Path] = {}
        for number, name in enumerate(names):
            proving = Proving()
            files[name] = Path(folder) / f"{number}.nt"
            with files[name].open("w", encoding="utf-8") as out:
                passing = proving.over(contents(source, name))
                for s, p, o in _telling(passing, f"read {name}", told):
                    out.write(f"{s.n3()} {p.n3()} {o.n3()} .\n")
            expected[name] = proving.proof
        _fill(target, files, told)
    for name in names:
        proving = Proving()
        for _ in _telling(proving.over(contents(target, name)), f"verify {name}", told):
            pass
        if proving.proof != expected[name]:
            raise StoreError(
                f"{name} has {proving.proof.triples} triples after the copy, or others "
                f"than the {expected[name].triples} it had.",
                zh=f"{name} 复制后与原图不一致："
                f"{proving.proof.triples} / {expected[name].triples}。",
                hint="Do not use the target. See the logs of both stores.",
                hint_zh="请勿使用目标存储，并查看两个存储的日志。",
            )
    return expected


def _fill(target: Store, files: dict[str, Path], told: Told) -> None:
    if isinstance(target, IsolatedStore):
        graphs = {name: [path] for name, path in files.items()}
        build_generation(
            target.root, graphs, [], "", lambda step, done, _: told(step, done)
        )
        return
    content = {name: FileTriples((path,)) for name, path in files.items()}
    if isinstance(target, RemoteStore):
        target.replace_graphs(
            dict(content), progress=lambda graph, n: told(f"send {graph}", n)
        )
    else:
        target.replace_graphs(dict(content))


def _telling(triples: Iterable[Triple], step: str, told: Told) -> Iterator[Triple]:
    count = 0
    for triple in triples:
        count += 1
        if count % _EVERY == 0:
            told(step, count)
        yield triple
    told(step, count)
