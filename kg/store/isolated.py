"""The store of a service: Oxigraph on disk, in processes that may be lost.

This process never runs the engine. Queries run in workers on a generation that
nobody writes (``kg.store.generations``); a change is made on a copy by a worker
of its own (``kg.store.staging``) and counts when the copy is published.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from kg import vocab
from kg.errors import (
    KGError,
    QueryError,
    StoreError,
    StoreReadOnlyError,
    StoreUnreachableError,
)
from kg.model import Triple
from kg.store import staging, transport, worker
from kg.store.base import (
    Answer,
    Check,
    GraphWrite,
    Limits,
    Solutions,
    UserQuery,
    UserUpdate,
    Written,
)
from kg.store.embedded import other_generation
from kg.store.endings import died, no_graph, timed_out
from kg.store.files import FileTriples
from kg.store.filling import Filling
from kg.store.frames import error_from_json
from kg.store.generations import Generations
from kg.store.pool import Pool, PoolOptions
from kg.store.process import (
    ClientGone,
    Gone,
    WorkerLost,
    WorkerProcess,
    take_spawner,
)

LOG = logging.getLogger(__name__)
_HOUSE_BYTES: Final = 1024 * 1024 * 1024
_QUADS_LOOKED_AT: Final = 1000
_SERVICE_CLIENT: Final = "service"
_KEEPER_STOP_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class IsolatedOptions:
    """How the store is set up.

    Attributes:
        visitors: the pool for what visitors send.
        house_workers: workers for the product's own queries.
        max_memory_bytes: what an idle visitor's worker is prepared for.
        keep_generations: old generations kept beside the one that counts.
        union: whether the default graph is the union of the named graphs.
        write_timeout_s: what a replacement of graphs or a restore may take.
    """

    visitors: PoolOptions = field(default_factory=PoolOptions)
    house_workers: int = 2
    max_memory_bytes: int = Limits().max_memory_bytes
    keep_generations: int = 3
    union: bool = True
    write_timeout_s: float = 600.0


class IsolatedStore:
    """A store on disk that follows the ``ServiceStore`` contract.

    Args:
        root: folder of the store, made if missing.
        options: see ``IsolatedOptions``.
        first: what a new store is filled with; nothing when left out.

    Raises:
        DataError: if what it is filled with does not parse.
        StoreUnreachableError: if the folder cannot be used, or no generation in
            it can be read.
    """

    def __init__(
        self,
        root: Path,
        options: IsolatedOptions | None = None,
        first: Filling | None = None,
    ) -> None:
        self._options = options or IsolatedOptions()
        try:
            self._generations = Generations(root)
        except OSError as exc:
            raise StoreUnreachableError(
                f"The store at {root} cannot be used: {exc}",
                zh=f"无法使用位于 {root} 的存储：{exc}",
                hint="Set KG_STORE to a folder this user may write.",
                hint_zh="请将 KG_STORE 设为可写的目录。",
            ) from exc
        self._spawner = take_spawner()
        self._pools: dict[str, Pool] = {}
        self._pools_lock = threading.Lock()
        self._is_published = threading.Event()
        self._keeper: threading.Thread | None = None
        self._is_closed = False
        self.degraded = ""
        try:
            self._recover(first)
        except BaseException:
            self._spawner.close()
            raise

    @property
    def generation(self) -> str:
        """Name of the generation that counts."""
        return self._generations.current

    @property
    def root(self) -> Path:
        """Folder of the store."""
        return self._generations.root

    @property
    def generation_path(self) -> Path:
        """Folder of the generation that counts; nobody writes it any more."""
        return self._generations.path(self.generation)

    def _recover(self, first: Filling | None) -> None:
        """Make sure that there is a generation that can be read."""
        with self._generations.writing():
            self._generations.sweep_staging()
            if not self.generation and not self._generations.names():
                change = {"kind": "none"} if first is None else first.to_change()
                self._publish(change, base="", tell=False)
                return
            names = [self.generation, *reversed(self._generations.names())]
            for name in filter(None, names):
                wrong = self._wrong_with(name)
                if not wrong:
                    if name != self.generation:
                        self._fall_back(name)
                    return
                LOG.error("generation %s cannot be used: %s", name, wrong)
        raise StoreUnreachableError(
            f"No generation in {self._generations.root} can be read.",
            zh=f"{self._generations.root} 中没有可读的版本。",
            hint="Restore a backup: kg restore FOLDER.",
            hint_zh="请恢复备份：kg restore 目录。",
        )

    def _wrong_with(self, name: str, *, thoroughly: bool = False) -> str:
        """What is wrong with a generation, or an empty string.

        The engine reads one of its nine indexes when it lists quads, so only
        checksums tell that every table is sound; it reads all quads of
        generations that are older than the checksums.
        """
        damage = self._generations.damage(name, thoroughly=thoroughly)
        if damage:
            return damage
        wanted = self._generations.facts_of(name).get("quads")
        reads_all = thoroughly and not self._generations.has_sums(name)
        most = None if reads_all else _QUADS_LOOKED_AT
        path = str(self._generations.path(name))
        request = {"do": "verify", "path": path, "most": most}
        try:
            facts, _ = self._once(request, timeout_s=600.0)
        except KGError as error:
            return error.message
        found = facts["quads"]
        if not reads_all:
            wanted = min(wanted or 0, _QUADS_LOOKED_AT)
        return "" if found == wanted else f"{found} quads instead of {wanted}"

    def verify(self) -> str:
        """Read all of the generation that counts; fall back if it is damaged.

        Every file is compared with the checksum of its publication.

        Returns:
            What was wrong, or an empty string.
        """
        name = self.generation
        wrong = self._wrong_with(name, thoroughly=True)
        if not wrong or name != self.generation or self._is_closed:
            return ""
        LOG.error("generation %s cannot be used: %s", name, wrong)
        older = [n for n in self._generations.names() if n != name]
        for candidate in reversed(older):
            if not self._wrong_with(candidate, thoroughly=True):
                self._fall_back(candidate)
                self._after_publishing()
                return wrong
        self.degraded = f"generation {name} is damaged and there is no older one"
        LOG.critical("%s", self.degraded)
        return wrong

    def _fall_back(self, name: str) -> None:
        lost = self.generation or "the last one"
        self.degraded = f"generation {lost} is damaged; {name} is served, read-only"
        LOG.critical("%s", self.degraded)
        self._generations.point_at(name)

    # Pools -----------------------------------------------------------------

    def _pool(self, name: str) -> Pool:
        with self._pools_lock:
            if name not in self._pools:
                self._pools[name] = Pool(self._spawner, self._pool_options(name))
            return self._pools[name]

    def _pool_options(self, name: str) -> PoolOptions:
        visitors = self._options.visitors
        if name == "visitors":
            return visitors
        if name == "federated":
            return replace(visitors, name=name, workers=1, spares=0, network=True)
        house = self._options.house_workers
        return PoolOptions(
            name=name,
            workers=house,
            spares=0,
            max_waiting=1000,
            max_per_client=1000,
            queue_timeout_s=30.0,
            busy_timeout_s=1e9,
        )

    def warm(self) -> None:
        """Start all workers and have them open the generation that counts."""
        path = str(self._generations.path(self.generation))
        for name in ("visitors", "house"):
            budget = self._budget(name)
            self._pool(name).warm(path, budget)

    def _budget(self, pool: str) -> int:
        return _HOUSE_BYTES if pool == "house" else self._options.max_memory_bytes

    def stats(self) -> dict[str, dict[str, int]]:
        """Numbers of each pool, for ``/metrics``."""
        with self._pools_lock:
            return {name: pool.stats() for name, pool in self._pools.items()}

    def quads(self) -> int:
        """Quads of the generation that counts, as they were recorded."""
        return int(self._generations.facts_of(self.generation).get("quads") or 0)

    def health(self) -> dict[str, Any]:
        """What ``/readyz`` tells: whether workers run, and without network."""
        workers = self._pool("visitors").workers()
        return {
            "generation": self.generation,
            "workers": len(workers),
            "network_closed": all(w.network_closed for w in workers),
            "degraded": self.degraded,
        }

    # The product's own queries ----------------------------------------------

    def _house(self, query: str, timeout_s: float) -> tuple[dict[str, Any], bytes]:
        request = {
            "do": "house",
            "path": str(self._generations.path(self.generation)),
            "budget": _HOUSE_BYTES,
            "text": query,
        }
        return self._ask("house", request, timeout_s)

    def _ask(
        self, pool_name: str, request: dict[str, Any], timeout_s: float
    ) -> tuple[dict[str, Any], bytes]:
        """One request to one worker, its answer whole in memory."""
        pool = self._pool(pool_name)
        process = pool.take(_SERVICE_CLIENT)
        try:
            return _whole(process, pool, request, timeout_s)
        finally:
            pool.give_back(process, _SERVICE_CLIENT)

    def select(self, query: str, *, timeout_s: float = 30.0) -> Solutions:
        """Answer a SELECT (see ``Store.select``)."""
        facts, data = self._house(query, timeout_s)
        if "boolean" in facts:
            raise StoreError("This query is not a SELECT.")
        variables, rows = transport.unpack(data)
        if not variables and any(rows):
            raise StoreError("This query is not a SELECT.")
        return Solutions(variables, rows)

    def ask(self, query: str, *, timeout_s: float = 30.0) -> bool:
        """Answer an ASK (see ``Store.ask``)."""
        facts, _ = self._house(query, timeout_s)
        if "boolean" not in facts:
            raise StoreError("This query is not an ASK.")
        return bool(facts["boolean"])

    def construct(self, query: str, *, timeout_s: float = 30.0) -> list[Triple]:
        """Answer a CONSTRUCT (see ``Store.construct``)."""
        facts, data = self._house(query, timeout_s)
        if "boolean" in facts:
            raise StoreError("This query is not a CONSTRUCT.")
        variables, rows = transport.unpack(data)
        if variables:
            raise StoreError("This query is not a CONSTRUCT.")
        return list(dict.fromkeys(transport.as_triple(row) for row in rows))

    def graphs(self) -> dict[str, int]:
        """IRI of each named graph and the number of its triples."""
        path = str(self._generations.path(self.generation))
        facts, _ = self._ask("house", {"do": "graphs", "path": path}, 60.0)
        found: dict[str, int] = facts["graphs"]
        return found

    # Visitors ---------------------------------------------------------------

    def answer(self, query: UserQuery, *, is_gone: Gone | None = None) -> Answer:
        """Answer a visitor's query (see ``ServiceStore.answer``)."""
        generation = self.generation
        path = str(self._generations.path(generation))
        request = worker.query_to_json(query, path)
        return self._running(query, request, generation, is_gone)

    def _running(
        self, query: UserQuery, request: bytes, generation: str, is_gone: Gone | None
    ) -> Answer:
        pool = self._pool("federated" if query.federated else "visitors")
        with _gone_as_error():
            process = pool.take(query.client, is_gone)
        running = RunningAnswer(pool, process, query, generation, is_gone)
        try:
            running.start(request, str(self._generations.path(generation)))
        except BaseException:
            running.close()
            raise
        return running

    def has_graph(self, graph: str) -> bool:
        """Whether there is this graph (see ``ServiceStore.has_graph``)."""
        if not graph:
            return True
        path = str(self._generations.path(self.generation))
        request = {"do": "has-graph", "path": path, "graph": graph}
        return bool(self._ask("house", request, 30.0)[0]["found"])

    def read_graph(
        self,
        graph: str,
        media_type: str,
        limits: Limits,
        *,
        client: str = "",
        is_gone: Gone | None = None,
    ) -> Answer:
        """One graph as a document (see ``ServiceStore.read_graph``)."""
        if not self.has_graph(graph):
            raise no_graph(graph)
        generation = self.generation
        request = {
            "do": "dump",
            "path": str(self._generations.path(generation)),
            "graph": graph or (vocab.UNNAMED_GRAPH if self._options.union else ""),
            "media_type": media_type,
            "max_bytes": limits.max_bytes,
            "budget": limits.max_memory_bytes,
        }
        query = UserQuery("", "CONSTRUCT", media_type, client=client, limits=limits)
        sent = json.dumps(request).encode()
        return self._running(query, sent, generation, is_gone)

    # Writers ----------------------------------------------------------------

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

    def replace_graphs(self, graphs: dict[str, Iterable[Triple] | None]) -> str:
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
            limits = Limits(
                timeout_s=self._options.write_timeout_s, max_memory_bytes=1 << 42
            )
            return self._write(change, limits, "", None).generation

    def backup(self, target: Path) -> str:
        """Write a complete copy (see ``ServiceStore.backup``)."""
        generation = self.generation
        path = str(self._generations.path(generation))
        request = {"do": "export", "path": path, "target": str(target.resolve())}
        self._once(request, timeout_s=self._options.write_timeout_s, writes=True)
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
            staged, name, facts, _ = self._staged(change, "", tell=False)
            if facts["quads"] != manifest["quads"]:
                shutil.rmtree(staged, ignore_errors=True)
                raise StoreError(
                    f"{facts['quads']} of {manifest['quads']} quads were restored.",
                    zh=f"仅恢复了 {manifest['quads']} 条中的 {facts['quads']} 条。",
                )
            self._generations.publish(staged, name, {"quads": facts["quads"]})
            self.degraded = ""
        self._after_publishing()
        return name

    def _write(
        self,
        change: dict[str, Any],
        limits: Limits,
        expected: str,
        check: Check | None,
    ) -> Written:
        if self.degraded:
            raise StoreReadOnlyError(
                f"Writes are off: {self.degraded}.",
                zh="存储已损坏并回退到旧版本，写入已关闭。",
                hint="The operator must restore a backup or accept the old state.",
                hint_zh="需由运维人员恢复备份。",
            )
        with self._generations.writing():
            if expected and expected != self.generation:
                raise other_generation(expected, self.generation)
            done = self._publish(
                change,
                base=self.generation,
                tell=check is not None,
                limits=limits,
                check=check,
            )
        self._after_publishing()
        return done

    def _publish(
        self,
        change: dict[str, Any],
        *,
        base: str,
        tell: bool,
        limits: Limits | None = None,
        check: Check | None = None,
    ) -> Written:
        staged, name, facts, told = self._staged(change, base, tell=tell, limits=limits)
        try:
            if check is not None:
                check(_graphs_told(told))
            changed = tuple(facts["changed"])
            if base and self._options.union and not changed:
                return Written(base, facts["created"])
            self._generations.publish(staged, name, {"quads": facts["quads"]})
        except OSError as exc:
            raise disk_error(exc) from exc
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        return Written(name, facts["created"], changed)

    def _staged(
        self,
        change: dict[str, Any],
        base: str,
        *,
        tell: bool,
        limits: Limits | None = None,
    ) -> tuple[Path, str, dict[str, Any], bytes]:
        name = self._generations.next_name()
        staged = self._generations.staging / name
        request = {
            "do": "stage",
            "base": str(self._generations.path(base)) if base else "",
            "target": str(staged),
            "union": self._options.union,
            "change": change,
            "tell": tell,
            "budget": limits.max_memory_bytes if limits else None,
        }
        timeout_s = limits.timeout_s if limits else self._options.write_timeout_s
        try:
            facts, told = self._once(request, timeout_s=timeout_s, writes=True)
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
        return staged, name, facts, told

    def _once(
        self, request: dict[str, Any], *, timeout_s: float, writes: bool = False
    ) -> tuple[dict[str, Any], bytes]:
        """One request to a worker made for it."""
        process = WorkerProcess(self._spawner, writes=writes)
        try:
            return _whole(process, None, request, timeout_s)
        finally:
            process.discard()

    def _after_publishing(self) -> None:
        """Have the workers open the new generation and old ones removed, soon."""
        self._is_published.set()
        with self._pools_lock:
            if self._keeper is None and not self._is_closed:
                self._keeper = threading.Thread(target=self._keep_up, daemon=True)
                self._keeper.start()

    def _keep_up(self) -> None:
        while True:
            self._is_published.wait()
            if self._is_closed:
                return
            self._is_published.clear()
            with contextlib.suppress(KGError, OSError):
                self._follow_generation()

    def _follow_generation(self) -> None:
        with self._pools_lock:
            pools = dict(self._pools)
        path = str(self._generations.path(self.generation))
        in_use: set[str] = set()
        for name, pool in pools.items():
            pool.warm(path, self._budget(name))
            in_use |= {Path(w.path).name for w in pool.workers() if w.path}
        with self._generations.writing():
            self._generations.sweep(self._options.keep_generations, in_use)

    @property
    def is_closed(self) -> bool:
        """Whether the workers were stopped for good."""
        return self._is_closed

    def close(self) -> None:
        """Stop every worker, and whatever still looks after the folder."""
        with self._pools_lock:
            self._is_closed = True
            keeper, pools = self._keeper, list(self._pools.values())
        self._is_published.set()
        for pool in pools:
            pool.close()
        self._spawner.close()
        if keeper is not None and keeper is not threading.current_thread():
            keeper.join(_KEEPER_STOP_S)


class RunningAnswer:
    """An answer whose query still runs (see ``Answer``)."""

    def __init__(
        self,
        pool: Pool,
        process: WorkerProcess,
        query: UserQuery,
        generation: str,
        is_gone: Gone | None,
    ) -> None:
        self._pool = pool
        self._process = process
        self._query = query
        self._is_gone = is_gone
        self._deadline = time.monotonic() + query.limits.timeout_s
        self._pieces: list[bytes] = []
        self._is_over = False
        self._lock = threading.Lock()
        self._is_returned = False
        self.media_type = query.media_type
        self.generation = generation
        self.row_limit_reached = False

    def start(self, request: bytes, path: str) -> None:
        """Ask; wait for the first bytes, or for all if rows may be left out."""
        with self._told():
            self._process.path = path
            self._process.send(request)
            while not self._is_over:
                self._step()
                if self._pieces and not self._query.probe:
                    return

    def _step(self) -> None:
        tag, payload = self._process.receive(self._deadline, self._is_gone)
        if tag == b"D":
            self._pieces.append(payload)
            return
        if tag == b"E":
            self._finish()
            raise error_from_json(payload)
        facts = json.loads(payload)
        self.row_limit_reached = facts.get("row_limit_reached", False)
        self._finish()

    def __iter__(self) -> Iterator[bytes]:
        try:
            while True:
                pieces, self._pieces = self._pieces, []
                yield from pieces
                if self._is_over:
                    return
                with self._told():
                    self._step()
        finally:
            self.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what can go wrong with a worker into our errors."""
        process, pool = self._process, self._pool
        try:
            with _gone_as_error():
                yield
        except TimeoutError:
            pool.counts["timeouts"] += 1
            raise timed_out(self._query.limits.timeout_s) from None
        except WorkerLost:
            status = process.discard()
            if process.preempted:
                share_s = pool.options.busy_timeout_s
                raise timed_out(share_s, busy_service=True) from None
            pool.counts["crashes"] += 1
            raise died(status, self._query.limits.max_memory_bytes) from None

    def _finish(self) -> None:
        self._is_over = True
        self._give_back()

    def _give_back(self) -> None:
        with self._lock:
            if self._is_returned:
                return
            self._is_returned = True
        self._pool.give_back(self._process, self._query.client)

    def __del__(self) -> None:
        self.close()  # an answer that was dropped must not keep its worker

    def close(self) -> None:
        """Stop the query if it still runs."""
        if not self._is_over:
            self._is_over = True
            self._process.discard()
        self._give_back()


@contextlib.contextmanager
def _gone_as_error() -> Iterator[None]:
    try:
        yield
    except ClientGone:
        told = QueryError("The client left before the answer.", zh="客户端已断开。")
        told.code = "client-gone"
        raise told from None


def _whole(
    process: WorkerProcess,
    pool: Pool | None,
    request: dict[str, Any],
    timeout_s: float,
) -> tuple[dict[str, Any], bytes]:
    """Ask a worker and collect its answer: facts and data."""
    deadline = time.monotonic() + timeout_s
    pieces: list[bytes] = []
    try:
        process.path = request.get("path", "")
        process.send(json.dumps(request).encode())
        while True:
            tag, payload = process.receive(deadline)
            if tag == b"Z":
                return json.loads(payload), b"".join(pieces)
            if tag == b"E":
                raise error_from_json(payload)
            pieces.append(payload)
    except TimeoutError:
        if pool is not None:
            pool.counts["timeouts"] += 1
        process.discard()
        raise timed_out(timeout_s) from None
    except WorkerLost:
        if pool is not None:
            pool.counts["crashes"] += 1
        status = process.discard()
        raise died(status, request.get("budget") or 0) from None


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
