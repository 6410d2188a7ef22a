"""A worker: one process, one engine, one query at a time.

It is forked by ``kg.store.spawner``, gives up what it does not need
(``kg.store.sandbox``) and then serves frames until its socket closes. Nothing
in it must be trusted by the service: it may be killed, or die, at any moment.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.errors import KGError, StoreError
from kg.store import engine, heap, sandbox, staging, transport
from kg.store.base import Limits, UserQuery
from kg.store.dumping import dump_graphs
from kg.store.frames import FrameReader, FrameWriter, error_to_json, send_frame
from kg.store.joins import joins_from_json, joins_to_json
from kg.store.steering import Steering
from kg.store.terms import query_error

_LOG_BYTES = 64 * 1024 * 1024
_KEPT_LENGTH = 4096
_QUERY = b'{"do":"query",'
_TRIM_AFTER_S = 0.05
_WORN_BYTES = 256 * 1024 * 1024  # that stay after a query, beyond an open store
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Worker:
    """Serves one socket.

    Args:
        fd: the worker's end of a socket pair.
        options: ``network`` (whether the network stays open) and ``writes``
            (whether files may grow).
    """

    def __init__(self, fd: int, options: dict[str, Any]) -> None:
        self._fd = fd
        self._options = options
        self._path = ""
        self._store: ox.Store | None = None
        self._budget: int | None = None
        self._opened_bytes = 0
        self._is_worn = False
        self.steering: Steering | None = None

    def serve(self) -> None:
        """Answer frames until the socket closes."""
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 2)  # what a dying engine prints; the service logs it
        sandbox.die_with_parent()
        heap.prepare_heap()
        writes = self._options.get("writes")
        sandbox.limit_process((1 << 44) if writes else _LOG_BYTES)
        closed = not self._options.get("network") and sandbox.deny_network()
        send_frame(self._fd, b"Z", json.dumps({"network_closed": closed}).encode())
        reader = FrameReader(self._fd)
        while (frame := reader.read()) is not None:
            request = frame[1]
            is_kept = len(request) <= _KEPT_LENGTH and request.startswith(_QUERY)
            self._answer(_parsed(request) if is_kept else json.loads(request))

    def _answer(self, request: dict[str, Any]) -> None:
        began = time.monotonic()
        self._reply(request)
        if time.monotonic() - began > _TRIM_AFTER_S:
            heap.trim_heap()
            held = heap.resident_bytes() - self._opened_bytes
            self._is_worn = held > _WORN_BYTES

    def _reply(self, request: dict[str, Any]) -> None:
        writer = FrameWriter(self._fd)
        try:
            handler = _HANDLERS[request["do"]]
            facts = handler(self, request, writer.write) or {}
            if self._is_worn:  # since an earlier query: another takes its place
                facts["is_worn"] = True
            writer.end(facts)
        except KGError as error:
            send_frame(self._fd, b"E", error_to_json(error))
        except (OSError, ValueError, RuntimeError) as exc:
            told = StoreError(f"The engine failed: {exc}", zh=f"引擎出错：{exc}")
            send_frame(self._fd, b"E", error_to_json(told))

    def store(self, path: str, budget_bytes: int | None) -> ox.Store:
        """The store at this path, opened if it is not the one at hand."""
        if path != self._path or self._store is None:
            self._store = None
            sandbox.limit_memory(None)
            self._store = ox.Store.read_only(path)
            self.steering = Steering(self._store)
            self._path, self._budget = path, None
            self._opened_bytes = heap.resident_bytes()
        if budget_bytes != self._budget:
            sandbox.limit_memory(budget_bytes)
            self._budget = budget_bytes
        return self._store


@functools.lru_cache(maxsize=256)
def _parsed(request: bytes) -> dict[str, Any]:
    """A query that was sent before is read once; nobody changes it."""
    told: dict[str, Any] = json.loads(request)
    return told


def query_to_json(query: UserQuery, path: str) -> bytes:
    """What a worker must know of a query."""
    limits = query.limits
    fields: dict[str, Any] = {
        "text": query.text,
        "form": query.form,
        "media_type": query.media_type,
        "star_at": query.star_at,
        "probe": query.probe,
        "default_graphs": query.default_graphs,
        "named_graphs": query.named_graphs,
        "base_iri": query.base_iri,
    }
    if query.original != query.text:
        fields["original"] = query.original
    if query.star_at >= 0:  # the order of the columns
        fields["variables"] = query.variables
    if query.joins.groups:
        fields["joins"] = joins_to_json(query.joins)
    bounds = (
        limits.timeout_s,
        limits.max_rows,
        limits.max_bytes,
        limits.max_memory_bytes,
    )
    asked = {"do": "query", "path": path, "fields": fields, "limits": bounds}
    return _ENCODE(asked).encode("utf-8", "surrogatepass")


Facts = dict[str, Any] | None
Write = Callable[[bytes], object]


def _open(worker: Worker, request: dict[str, Any], write: Write) -> Facts:
    worker.store(request["path"], request.get("budget"))
    return None


def _query(worker: Worker, request: dict[str, Any], write: Write) -> Facts:
    query = request.get("query")
    if query is None:
        limits = Limits(*request["limits"])
        fields = request["fields"]
        if "joins" in fields:
            fields = {**fields, "joins": joins_from_json(fields["joins"])}
        query = request["query"] = UserQuery(**fields, limits=limits)
    store = worker.store(request["path"], query.limits.max_memory_bytes)
    ran = engine.run_query(store, query, write, worker.steering)
    facts: dict[str, Any] = {"row_limit_reached": True} if ran.is_cut else {}
    if ran.join_order:
        facts["join_order"] = ran.join_order
    return facts


def _house(worker: Worker, request: dict[str, Any], write: Write) -> Facts:
    """A query of the product's own: terms as JSON, each one only once."""
    store = worker.store(request["path"], request["budget"])
    try:
        found = store.query(request["text"])
    except SyntaxError as exc:
        raise query_error(exc) from exc
    if isinstance(found, ox.QueryBoolean):
        return {"boolean": bool(found)}
    if isinstance(found, ox.QueryTriples):
        rows = ((t.subject, t.predicate, t.object) for t in found)
        write(transport.pack((), rows))
    else:
        write(transport.pack([v.value for v in found.variables], found))
    return None


def _graphs(worker: Worker, request: dict[str, Any], write: Write) -> Facts:
    store = worker.store(request["path"], None)
    return {"graphs": engine.graph_sizes(store, request["known"])}


def _dump(worker: Worker, request: dict[str, Any], write: Write) -> Facts:
    store = worker.store(request["path"], request["budget"])
    graph = request["graph"]
    if graph == vocab.UNNAMED_GRAPH and not store.contains_named_graph(
        ox.NamedNode(graph)
    ):
        store, graph = ox.Store(), ""
    sink = engine.Sink(write, request["max_bytes"])
    engine.dump_graph(store, graph, request["media_type"], sink.write)
    return None


def _dump_graphs(worker: Worker, request: dict[str, Any], write: Write) -> Facts:
    store = worker.store(request["path"], None)
    dump_graphs(store, request["graphs"], request["media_type"], write)
    return None


def _has_graph(worker: Worker, request: dict[str, Any], write: Write) -> Facts:
    store = worker.store(request["path"], None)
    return {"found": store.contains_named_graph(ox.NamedNode(request["graph"]))}


def _verify(worker: Worker, request: dict[str, Any], write: Write) -> Facts:
    """Open a generation and read its quads, all or the first ones."""
    store = worker.store(request["path"], None)
    return {"quads": sum(1 for _ in islice(store, request["most"]))}


def _stage(worker: Worker, request: dict[str, Any], write: Write) -> Facts:
    return staging.stage(request, write)


def _export(worker: Worker, request: dict[str, Any], write: Write) -> Facts:
    source, target = Path(request["path"]), Path(request["target"])
    return staging.export(source, target, is_concluded=request["is_concluded"])


_HANDLERS: dict[str, Callable[[Worker, dict[str, Any], Write], Facts]] = {
    "open": _open,
    "query": _query,
    "house": _house,
    "graphs": _graphs,
    "dump": _dump,
    "dump-graphs": _dump_graphs,
    "has-graph": _has_graph,
    "verify": _verify,
    "stage": _stage,
    "export": _export,
}


def main(fd: int, options: dict[str, Any]) -> None:
    """Serve until the socket closes, then leave without Python's clean-up."""
    try:
        Worker(fd, options).serve()
    except OSError:
        os._exit(1)
    os._exit(0)
