"""How a change of a store on disk comes to count: staged, checked, published."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from kg import vocab
from kg.errors import (
    StoreError,
    StoreReadOnlyError,
    StoreUnreachableError,
)
from kg.model import Triple
from kg.store import staging, transport
from kg.store.base import Check, GraphWrite, Limits, UserUpdate, Written
from kg.store.custody import Custody, Once
from kg.store.embedded import other_generation
from kg.store.files import FileTriples
from kg.store.following import Basis
from kg.store.generations import Generations

_CONCLUDED: Final = "is_concluded"  # in the facts of a generation


class Writer:
    """Makes new generations; one at a time, of all processes.

    Args:
        generations: of the store.
        custody: tells whether the store may be written.
        once: asks a worker made for the one request.
        union: whether the default graph is the union of the named graphs.
        write_timeout_s: what a replacement of graphs or a restore may take.
        published: called after a new generation counts.
    """

    def __init__(
        self,
        generations: Generations,
        custody: Custody,
        once: Once,
        *,
        union: bool,
        write_timeout_s: float,
        published: Callable[[], None],
    ) -> None:
        self._generations = generations
        self._custody = custody
        self._once = once
        self._union = union
        self._write_timeout_s = write_timeout_s
        self._published = published

    def update(
        self, update: UserUpdate, *, expected: str = "", check: Check | None = None
    ) -> Written:
        """Carry out an update (see ``ServiceStore.update``)."""
        touched = None if update.touched is None else sorted(update.touched)
        change = {
            "kind": "update",
            "text": update.text,
            "base_iri": update.base_iri,
            "touched": touched,
        }
        return self._write(change, update.limits, expected, check)

    def write_graph(
        self, write: GraphWrite, *, expected: str = "", check: Check | None = None
    ) -> Written:
        """Carry out a graph-store operation (see ``ServiceStore.write_graph``)."""
        with tempfile.TemporaryDirectory(dir=self._generations.staging) as folder:
            parts = []
            for number, (media_type, document) in enumerate(write.parts):
                part = Path(folder) / str(number)
                part.write_bytes(document)
                parts.append((media_type, str(part)))
            change = {
                "kind": "graph",
                "graph": write.graph,
                "mode": write.mode,
                "parts": parts,
                "base_iri": write.base_iri,
            }
            return self._write(change, write.limits, expected, check)

    @property
    def is_concluded(self) -> bool:
        """Whether the conclusions of the generation that counts are right."""
        return self._basis_of(self._generations.current).is_concluded

    def replace_graphs(
        self, graphs: Mapping[str, Iterable[Triple] | None], *, conclude: bool = False
    ) -> str:
        """Replace or remove named graphs (see ``Store.replace_graphs``)."""
        with tempfile.TemporaryDirectory(dir=self._generations.staging) as folder:
            files: dict[str, list[str] | None] = {}
            for number, (name, triples) in enumerate(graphs.items()):
                if triples is None:
                    files[name] = None
                    continue
                if isinstance(triples, FileTriples):
                    files[name] = [str(path.resolve()) for path in triples.paths]
                    continue
                file = Path(folder) / f"{number}.nt"
                with file.open("w", encoding="utf-8") as opened:
                    for s, p, o in triples:
                        opened.write(f"{s.n3()} {p.n3()} {o.n3()} .\n")
                files[name] = [str(file)]
            change = {"kind": "replace", "graphs": files}
            limits = Limits(timeout_s=self._write_timeout_s, max_memory_bytes=1 << 42)
            return self._write(change, limits, "", None, conclude=conclude).generation

    def backup(self, target: Path) -> str:
        """Write a complete copy (see ``ServiceStore.backup``)."""
        generation = self._generations.current
        path = str(self._generations.path(generation))
        request = {
            "do": "export",
            "path": path,
            "target": str(target.resolve()),
            "is_concluded": self._basis_of(generation).is_concluded,
        }
        self._once(request, timeout_s=self._write_timeout_s, writes=True)
        staging.check_backup(target)
        return generation

    def restore(self, folder: Path) -> str:
        """Replace everything by a backup that was checked.

        Returns:
            The new generation.

        Raises:
            StoreError: if the backup is damaged.
        """
        manifest = staging.check_backup(folder)
        change = {"kind": "load", "path": str((folder / "graph.nq.gz").resolve())}
        with self._generations.writing():
            basis = Basis(bool(manifest.get(_CONCLUDED)), None)
            staged, name, facts, _ = self._staged(change, "", basis, tell=False)
            if facts["quads"] != manifest["quads"]:
                shutil.rmtree(staged, ignore_errors=True)
                raise StoreError(
                    f"{facts['quads']} of {manifest['quads']} quads were restored.",
                    zh=f"仅恢复了 {manifest['quads']} 条中的 {facts['quads']} 条。",
                )
            self._generations.publish(staged, name, _recorded(facts))
            self._custody.degraded = ""
        self._published()
        return name

    def _write(
        self,
        change: dict[str, Any],
        limits: Limits,
        expected: str,
        check: Check | None,
        *,
        conclude: bool | None = None,
    ) -> Written:
        if self._custody.degraded:
            raise StoreReadOnlyError(
                f"Writes are off: {self._custody.degraded}.",
                zh="存储已损坏并回退到旧版本，写入已关闭。",
                hint="The operator must restore a backup or accept the old state.",
                hint_zh="需由运维人员恢复备份。",
            )
        with self._generations.writing():
            if expected and expected != self._generations.current:
                raise other_generation(expected, self._generations.current)
            done = self.publish(
                change,
                base=self._generations.current,
                tell=check is not None,
                limits=limits,
                check=check,
                conclude=conclude,
            )
        self._published()
        return done

    def publish(
        self,
        change: dict[str, Any],
        *,
        base: str,
        tell: bool,
        limits: Limits | None = None,
        check: Check | None = None,
        conclude: bool | None = None,
    ) -> Written:
        """Stage a change and have it count. Call with the lock of writing.

        Args:
            change: see ``kg.store.staging``.
            base: the generation it starts from; empty for none.
            tell: whether ``check`` is to see the changed graphs.
            limits: of the worker that makes it.
            check: raises to refuse the change.
            conclude: whether conclusions follow; when left out, if they are right
                before it. They cost the change then, and not the store.

        Raises:
            StoreUnreachableError: if the disk refuses; the old one counts then.
        """
        basis = self._basis_of(base)
        if conclude is None:
            conclude = basis.is_concluded
        staged, name, facts, told = self._staged(
            change, base, basis, tell=tell, limits=limits, conclude=conclude
        )
        try:
            if check is not None:
                check(_graphs_told(told))
            changed = tuple(facts["changed"])
            if base and self._union and not changed and not facts["is_renewed"]:
                return Written(base, facts["created"])
            stay = self._generations.sizes_of(base).sizes
            aside = {*changed, vocab.INFERRED_GRAPH} if facts["is_renewed"] else changed
            recorded = _recorded(facts)
            recorded["graphs"] = {g: size for g, size in stay.items() if g not in aside}
            self._generations.publish(staged, name, recorded)
        except OSError as exc:
            raise disk_error(exc) from exc
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        return Written(name, facts["created"], changed)

    def _basis_of(self, generation: str) -> Basis:
        """What was recorded of a generation; of none, that it is empty."""
        if not generation:
            return Basis()
        facts = self._generations.facts_of(generation)
        return Basis(bool(facts.get(_CONCLUDED)), facts.get("quads"))

    def _staged(
        self,
        change: dict[str, Any],
        base: str,
        basis: Basis,
        *,
        tell: bool,
        limits: Limits | None = None,
        conclude: bool = False,
    ) -> tuple[Path, str, dict[str, Any], bytes]:
        name = self._generations.next_name()
        staged = self._generations.staging / name
        request = {
            "do": "stage",
            "base": str(self._generations.path(base)) if base else "",
            "target": str(staged),
            "union": self._union,
            "change": change,
            "basis": asdict(basis),
            "conclude": conclude and self._union,
            "tell": tell,
            "budget": limits.max_memory_bytes if limits else None,
        }
        timeout_s = limits.timeout_s if limits else self._write_timeout_s
        try:
            facts, told = self._once(request, timeout_s=timeout_s, writes=True)
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
        return staged, name, facts, told


def _recorded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a generation, of what its worker told."""
    return {"quads": facts["quads"], _CONCLUDED: facts[_CONCLUDED]}


def _graphs_told(told: bytes) -> dict[str, list[Triple]]:
    graphs = {}
    for line in told.splitlines():
        (name,), rows = transport.unpack(line)
        graphs[name] = [transport.as_triple(row) for row in rows]
    return graphs


def disk_error(exc: OSError) -> StoreUnreachableError:
    """The error when the disk refuses."""
    return StoreUnreachableError(
        f"The change could not be stored: {exc.strerror or exc}. Nothing was changed.",
        zh="修改未能写入磁盘，数据未变。",
        hint="Free some space, then send it again.",
        hint_zh="请释放磁盘空间后重试。",
        context={"retry_after_s": 60},
    )
