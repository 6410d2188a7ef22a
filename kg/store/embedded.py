"""The store in memory: Oxigraph in this process, without isolation.

For tests, notebooks and small tools. A service uses ``kg.store.isolated``,
which runs the same engine in processes that it can afford to lose.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox

from kg import vocab
from kg.errors import KGError, PreconditionError, StoreError
from kg.model import Triple
from kg.store import asking, engine
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
from kg.store.files import FORMATS, FileTriples
from kg.store.following import Basis, follow_change, only_compared
from kg.store.steering import Steering
from kg.store.terms import model_triple, to_engine

_T = TypeVar("_T")


class FinishedAnswer:
    """An answer that is complete in memory (see ``Answer``)."""

    def __init__(
        self,
        body: Iterable[bytes],
        media_type: str,
        generation: str,
        *,
        row_limit_reached: bool = False,
    ) -> None:
        self._body = body
        self.media_type = media_type
        self.generation = generation
        self.row_limit_reached = row_limit_reached
        self.join_order = ""

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """Nothing runs any more."""


class EmbeddedStore:
    """An Oxigraph store in memory that follows the ``ServiceStore`` contract.

    Args:
        union: whether the default graph is the union of the named graphs. When
            not, the default graph is a graph of its own.

    Attributes:
        basis: what the next change starts from.
    """

    def __init__(self, *, union: bool = True) -> None:
        self._store = ox.Store()
        self._union = union
        self._lock = threading.Lock()
        self._generation = uuid.uuid4().hex[:12]
        self.basis = Basis()

    @property
    def generation(self) -> str:
        """Name of the published state."""
        return self._generation

    def select(self, query: str, *, timeout_s: float = 30.0) -> Solutions:
        """Answer a SELECT (see ``Store.select``)."""
        return asking.select(self._store, query)

    def ask(self, query: str, *, timeout_s: float = 30.0) -> bool:
        """Answer an ASK (see ``Store.ask``)."""
        return asking.ask(self._store, query)

    def construct(self, query: str, *, timeout_s: float = 30.0) -> list[Triple]:
        """Answer a CONSTRUCT (see ``Store.construct``)."""
        return asking.construct(self._store, query)

    def graphs(self) -> dict[str, int]:
        """IRI of each named graph and the number of its triples."""
        return engine.graph_sizes(self._store)

    @property
    def conclusions(self) -> str:
        """How current they are (see ``ServiceStore.conclusions``)."""
        return CURRENT if self.basis.is_concluded else STALE

    def replace_graphs(
        self, graphs: Mapping[str, Iterable[Triple] | None], *, conclude: bool = False
    ) -> str:
        """Replace or remove named graphs (see ``Store.replace_graphs``)."""
        with self._lock:
            copy = self._copy()
            for name, triples in graphs.items():
                graph = ox.NamedNode(name)
                copy.remove_graph(graph)
                if triples is None:
                    continue
                copy.add_graph(graph)
                if isinstance(triples, FileTriples):
                    for path in triples.paths:
                        kind = FORMATS[path.suffix]
                        copy.bulk_load(path=str(path), format=kind, to_graph=graph)
                    continue
                copy.bulk_extend(
                    ox.Quad(to_engine(s), to_engine(p), to_engine(o), graph)  # type: ignore[arg-type]
                    for s, p, o in triples
                )
            done = self._publish(copy, None, only=list(graphs), conclude=conclude)
            return done.generation

    def answer(
        self, query: UserQuery, *, is_gone: Callable[[], bool] | None = None
    ) -> Answer:
        """Answer a visitor's query, without isolation (see ``ServiceStore``)."""
        pieces: list[bytes] = []
        generation = self._generation
        store = self._store
        ran = _engine_call(
            lambda: engine.run_query(store, query, pieces.append, Steering(store))
        )
        answer = FinishedAnswer(
            pieces, query.media_type, generation, row_limit_reached=ran.is_cut
        )
        answer.join_order = ran.join_order
        return answer

    def update(
        self, update: UserUpdate, *, expected: str = "", check: Check | None = None
    ) -> Written:
        """Carry out an update (see ``ServiceStore.update``)."""
        with self._lock:
            self._require(expected)
            copy = self._copy()
            _engine_call(lambda: engine.run_update(copy, update))
            touched = None if update.touched is None else sorted(update.touched)
            return self._publish(copy, check, only=touched)

    def has_graph(self, graph: str) -> bool:
        """Whether there is this graph (see ``ServiceStore.has_graph``)."""
        return not graph or self._store.contains_named_graph(ox.NamedNode(graph))

    def read_graph(
        self,
        graph: str,
        media_type: str,
        limits: Limits,
        *,
        client: str = "",
        is_gone: Callable[[], bool] | None = None,
    ) -> Answer:
        """One graph as a document (see ``ServiceStore.read_graph``)."""
        pieces: list[bytes] = []
        name = self._place(graph)
        if name == vocab.UNNAMED_GRAPH and not self.has_graph(name):
            name_store = ox.Store()
            engine.dump_graph(name_store, "", media_type, pieces.append)
        else:
            engine.dump_graph(self._store, name, media_type, pieces.append)
        return FinishedAnswer(pieces, media_type, self._generation)

    def write_graph(
        self, write: GraphWrite, *, expected: str = "", check: Check | None = None
    ) -> Written:
        """Carry out a graph-store operation (see ``ServiceStore.write_graph``)."""
        with self._lock:
            self._require(expected)
            copy = self._copy()
            graph = self._place(write.graph)
            if not write.graph and graph:
                copy.add_graph(ox.NamedNode(graph))
            created = _engine_call(lambda: engine.run_write(copy, write, graph))
            done = self._publish(copy, check, only=[graph] if graph else [])
            return Written(done.generation, created, done.changed)

    def backup(self, target: Path) -> str:
        """Not for a store in memory."""
        raise StoreError(
            "A store in memory has no files to back up.",
            zh="内存存储没有可备份的文件。",
            hint="Set KG_STORE=file:PATH.",
            hint_zh="请设置 KG_STORE=file:PATH。",
        )

    def close(self) -> None:
        """Forget everything."""
        self._store = ox.Store()

    def _place(self, graph: str) -> str:
        return graph or (vocab.UNNAMED_GRAPH if self._union else "")

    def _require(self, expected: str) -> None:
        if expected and expected != self._generation:
            raise other_generation(expected, self._generation)

    def _copy(self) -> ox.Store:
        copy = ox.Store()
        for graph in self._store.named_graphs():
            copy.add_graph(graph)
        copy.extend(self._store)
        return copy

    def _publish(
        self,
        copy: ox.Store,
        check: Check | None,
        *,
        only: list[str] | None = None,
        conclude: bool | None = None,
    ) -> Written:
        before = self._store
        if self._union:
            wanted = self.basis.is_concluded if conclude is None else conclude
            done = follow_change(before, copy, only, self.basis, conclude=wanted)
        else:
            done = only_compared(before, copy, only)
        if check is not None:
            check({name: _triples(copy, name) for name in done.changed})
        if self._union and not done.changed and not done.is_renewed:
            return Written(self._generation)
        self._store, self.basis = copy, done.basis
        self._generation = uuid.uuid4().hex[:12]
        return Written(self._generation, changed=tuple(done.changed))


def other_generation(expected: str, actual: str) -> PreconditionError:
    """The error when the store has moved on."""
    return PreconditionError(
        f"The graph is at generation {actual}, not {expected}.",
        zh=f"图当前的版本为 {actual}，而非 {expected}。",
        hint="Read it again and repeat the change on what it is now.",
        hint_zh="请重新读取后，在当前版本上重做修改。",
        context={"generation": actual, "expected": expected},
    )


def _triples(store: ox.Store, graph: str) -> list[Triple]:
    quads = store.quads_for_pattern(None, None, None, ox.NamedNode(graph))
    return [model_triple(q) for q in quads]


def _engine_call(call: Callable[[], _T]) -> _T:
    """Run something of the engine; its exceptions become ours."""
    try:
        return call()
    except KGError:
        raise
    except (OSError, ValueError, RuntimeError) as exc:
        raise StoreError(f"The engine failed: {exc}") from exc
