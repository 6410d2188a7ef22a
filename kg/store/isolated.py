"""The store of a service: Oxigraph on disk, in processes that may be lost.

This process never runs the engine. Queries run in workers on a generation that
nobody writes (``kg.store.generations``); a change is made on a copy by a worker
of its own (``kg.store.staging``) and counts when the copy is published.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from kg import vocab
from kg.errors import KGError, StoreError
from kg.model import Triple
from kg.store import transport, worker
from kg.store.base import (
    CURRENT,
    STALE,
    Answer,
    Check,
    GraphWrite,
    Limits,
    Solutions,
    UserQuery,
    UserUpdate,
    Written,
)
from kg.store.custody import Custody
from kg.store.endings import no_folder, no_graph
from kg.store.filling import Filling
from kg.store.generations import Generations
from kg.store.pool import Pool, PoolOptions
from kg.store.process import AT_ONCE_BYTES, Gone, WorkerProcess, take_spawner
from kg.store.quick import QuickAnswer
from kg.store.running import RunningAnswer, gone_as_error, streamed, whole
from kg.store.writing import Writer

_HOUSE_BYTES: Final = 1024 * 1024 * 1024
_SERVICE_CLIENT: Final = "service"
_KEEPER_STOP_S: Final = 10.0
_COUNT_S: Final = 600.0
_DUMP_S: Final = 24 * 3600.0


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
    write_timeout_s: float = 3600.0


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
            raise no_folder(root, exc) from exc
        self._spawner = take_spawner()
        self._pools: dict[str, Pool] = {}
        self._pools_lock = threading.Lock()
        self._is_published = threading.Event()
        self._keeper: threading.Thread | None = None
        self._is_closed = False
        self._custody = Custody(self._generations, self._once)
        self._writer = Writer(
            self._generations,
            self._custody,
            self._once,
            union=self._options.union,
            write_timeout_s=self._options.write_timeout_s,
            published=self._after_publishing,
        )
        try:
            change = {"kind": "none"} if first is None else first.to_change()
            self._custody.recover(
                lambda: self._writer.publish(change, base="", tell=False)
            )
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

    @property
    def degraded(self) -> str:
        """What is wrong with the store; empty if nothing is."""
        return self._custody.degraded

    def verify(self) -> str:
        """Read all of the generation that counts; fall back if it is damaged.

        Returns:
            What was wrong, or an empty string.
        """
        before = self.generation
        wrong = self._custody.verify(is_closed=lambda: self._is_closed)
        if self.generation != before:
            self._after_publishing()
        return wrong

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
            return whole(process, pool, request, timeout_s)
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
        """IRI of each named graph and the number of its triples.

        Counted once a generation, and only what changed since the one before; the
        numbers are kept with the generation.
        """
        generation = self.generation
        known = self._generations.sizes_of(generation)
        if known.is_whole:
            return dict(known.sizes)
        request = {
            "do": "graphs",
            "path": str(self._generations.path(generation)),
            "known": known.sizes,
        }
        facts, _ = self._ask("house", request, _COUNT_S)
        found: dict[str, int] = facts["graphs"]
        self._generations.keep_sizes(generation, found)
        return found

    def dump(self, graphs: Sequence[str], media_type: str) -> Iterator[bytes]:
        """Some named graphs as a document, in pieces, as fast as the engine writes.

        In a worker of its own, which ends with the iteration.

        Args:
            graphs: IRIs; a format of triples gets their set union.
            media_type: one of ``kg.store.dumping.DUMPED``.

        Raises:
            StoreError: if the engine fails; what came before is no document.
        """
        sizes = self.graphs()
        process = WorkerProcess(self._spawner)
        request = {
            "do": "dump-graphs",
            "path": str(self._generations.path(self.generation)),
            "graphs": sorted(graphs, key=lambda graph: -sizes.get(graph, 0)),
            "media_type": media_type,
        }
        try:
            yield from streamed(process, request, _DUMP_S)
        finally:
            process.discard()

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
        with gone_as_error():
            process = pool.take(query.client, is_gone)
        running = RunningAnswer(pool, process, query, generation, is_gone)
        try:
            running.start(request, str(self._generations.path(generation)))
        except BaseException:
            running.close()
            raise
        return running

    def quick(
        self,
        query: UserQuery,
        loop: asyncio.AbstractEventLoop,
        is_gone: Gone | None = None,
        sent: dict[str, bytes] | None = None,
    ) -> QuickAnswer | None:
        """Begin a visitor's query on a running event loop (``kg.store.quick``).

        Args:
            query: what the guard let through.
            loop: that runs.
            is_gone: see ``answer``.
            sent: holds the request from one time to the next; for one query only.

        Returns:
            ``None`` for a query that ``answer`` must be asked, in a thread.

        Raises:
            BusyError, TooManyRequestsError: see ``Pool.line_up``.
        """
        pool = self._pools.get("visitors")
        if query.federated or pool is None:
            return None
        generation = self.generation
        path = self._generations.path_text(generation)
        request = None if sent is None else sent.get(path)
        if request is None:
            request = worker.query_to_json(query, path)
            if len(request) >= AT_ONCE_BYTES:
                return None
            if sent is not None:
                sent.clear()
                sent[path] = request
        place = (generation, path)
        return QuickAnswer(loop, pool, query, request, place, is_gone)

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
        return self._writer.update(update, expected=expected, check=check)

    def write_graph(
        self, write: GraphWrite, *, expected: str = "", check: Check | None = None
    ) -> Written:
        """Carry out a graph-store operation (see ``ServiceStore.write_graph``)."""
        return self._writer.write_graph(write, expected=expected, check=check)

    @property
    def conclusions(self) -> str:
        """How current they are (see ``ServiceStore.conclusions``)."""
        return CURRENT if self._writer.is_concluded else STALE

    def replace_graphs(
        self, graphs: Mapping[str, Iterable[Triple] | None], *, conclude: bool = False
    ) -> str:
        """Replace or remove named graphs (see ``Store.replace_graphs``)."""
        return self._writer.replace_graphs(graphs, conclude=conclude)

    def backup(self, target: Path) -> str:
        """Write a complete copy (see ``ServiceStore.backup``)."""
        return self._writer.backup(target)

    def restore(self, folder: Path) -> str:
        """Replace everything by a backup that was checked.

        Returns:
            The new generation.

        Raises:
            StoreError: if the backup is damaged.
        """
        return self._writer.restore(folder)

    def _once(
        self, request: dict[str, Any], *, timeout_s: float, writes: bool = False
    ) -> tuple[dict[str, Any], bytes]:
        """One request to a worker made for it."""
        process = WorkerProcess(self._spawner, writes=writes)
        try:
            return whole(process, None, request, timeout_s)
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
