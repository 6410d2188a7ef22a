"""What visitors and writers send, on a remote store."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kg import vocab
from kg.errors import QueryRefusedError, QueryTooLargeError, StoreError
from kg.model import Triple
from kg.store.base import (
    CURRENT,
    Answer,
    Check,
    GraphWrite,
    Solutions,
    UserQuery,
    UserUpdate,
    Written,
)
from kg.store.embedded import FinishedAnswer, other_generation
from kg.store.engine import too_many_bytes
from kg.store.isolated import IsolatedStore
from kg.store.remote import documents, results
from kg.store.remote.catalogue import Catalogue, genid
from kg.store.remote.rowlimit import RowLimit
from kg.store.remote.transport import Deadline

if TYPE_CHECKING:
    from kg.store.remote.store import RemoteStore

COPY_LIMIT_TRIPLES = 200_000
INFER_LIMIT_TRIPLES = 500_000


def answer_visitor(store: RemoteStore, query: UserQuery, row_limit: RowLimit) -> Answer:
    """Answer a visitor's query; the whole answer is here before its first byte.

    Raises:
        QueryRefusedError: for a dataset whose union no server can be trusted with.
        KGError: as ``ServiceStore.answer``.
    """
    deadline = Deadline(query.limits.timeout_s)
    catalogue, _ = store.replicas.current(deadline)
    fields = _dataset(store, catalogue, query)
    base = f"BASE <{query.base_iri}>\n" if query.base_iri else ""
    is_graph = query.form in {"CONSTRUCT", "DESCRIBE"}
    answer = store.replicas.query(
        base + query.text,
        results.NTRIPLES if is_graph else results.JSON,
        deadline,
        dataset=fields,
    )
    prefix = genid(store.options.space)
    reached = False
    if is_graph:
        triples = results.triples(answer, prefix)
        row_limit.check(answer, len(triples), deadline)
        body = documents.write_triples(triples, query.media_type)
    elif query.form == "ASK":
        body = documents.write_boolean(results.boolean(answer), query.media_type)
    else:
        found = results.solutions(answer, prefix)
        if query.probe and len(found) >= query.limits.max_rows:
            more = store.replicas.query(
                base + query.probe, results.JSON, deadline, dataset=fields
            )
            reached = len(results.solutions(more, prefix)) > 0
        columns = _columns(found, query)
        body = documents.write_solutions(found, columns, query.media_type)
    if len(body) > query.limits.max_bytes:
        raise too_many_bytes(query.limits.max_bytes)
    return FinishedAnswer(
        [body], query.media_type, catalogue.generation, row_limit_reached=reached
    )


def _columns(found: Solutions, query: UserQuery) -> tuple[str, ...]:
    """``SELECT *`` in the order of first appearance, whatever the server does."""
    if query.star_at < 0 or not set(found.variables) <= set(query.variables):
        return found.variables
    return tuple(v for v in query.variables if v in found.variables)


def _dataset(
    store: RemoteStore, catalogue: Catalogue, query: UserQuery
) -> tuple[tuple[str, str], ...]:
    """The dataset a visitor asked for, of published graphs only.

    Raises:
        QueryRefusedError: for several default graphs that are not all of them:
            servers disagree on whether a triple of two counts once.
    """
    if not query.default_graphs and not query.named_graphs:
        return store.replicas.dataset(catalogue)
    none = f"{store.options.space}none"
    default = [g for g in query.default_graphs if g in catalogue.graphs]
    if len(default) > 1 and set(default) == set(catalogue.graphs):
        default = [catalogue.default]
    if len(default) > 1:
        raise QueryRefusedError(
            "On a remote store a query can name one default graph, or none.",
            zh="在远程存储上，查询只能指定一个默认图，或不指定。",
            hint="Use FROM NAMED and GRAPH, or leave FROM out.",
            hint_zh="请使用 FROM NAMED 与 GRAPH，或去掉 FROM。",
        )
    named = [g for g in query.named_graphs if g in catalogue.graphs]
    return (
        ("default-graph-uri", default[0] if default else none),
        *(("named-graph-uri", graph) for graph in named or [none]),
    )


def write_through_copy(
    store: RemoteStore,
    write: UserUpdate | GraphWrite,
    expected: str,
    check: Check | None,
) -> Written:
    """Carry out a write on a copy in a worker, then publish what changed.

    A remote server cannot be trusted to change several graphs and the union of
    them at once, nor to run a check in between. A copy can; it costs a download
    of the graphs concerned, so it is for graphs of up to 200,000 triples.

    Raises:
        PreconditionError: if the store is at another generation.
        QueryTooLargeError: if the copy would be too large.
        KGError: as ``ServiceStore.update`` and ``write_graph``.
    """
    counts = store.graphs()
    base = store.generation
    if expected and expected != base:
        raise other_generation(expected, base)
    wanted = list(counts)
    if isinstance(write, GraphWrite):
        name = write.graph or vocab.UNNAMED_GRAPH
        keeps = write.mode != "replace" or check is not None
        wanted = [name] if name in counts and keeps else []
    size = sum(counts[g] for g in wanted)
    if size > COPY_LIMIT_TRIPLES:
        raise QueryTooLargeError(
            f"A write to a remote store copies what it may change: {size:,} triples.",
            zh=f"写入远程存储需复制可能改动的图：{size:,} 条三元组，超过上限。",
            hint="Replace whole graphs instead: PUT, or kg publish.",
            hint_zh="请改为整图替换：PUT 或 kg publish。",
            context={"max_triples": COPY_LIMIT_TRIPLES},
        )
    with tempfile.TemporaryDirectory(prefix="kg-remote-") as folder:
        copy = IsolatedStore(Path(folder) / "copy")
        try:
            copy.replace_graphs({g: store.download(g) for g in wanted})
            if isinstance(write, UserUpdate):
                done = copy.update(write, check=check)
            else:
                done = copy.write_graph(write, check=check)
            if not done.changed:
                return Written(base, done.created)
            graphs: dict[str, Iterable[Triple] | None] = {
                g: _content(copy, g) for g in done.changed
            }
            if _is_to_follow(store, graphs, counts):
                graphs = store.with_conclusions(graphs)
            created = done.created and not _existed(write, counts)
            generation = store.publish(graphs, base)
            return Written(generation, created, done.changed)
        finally:
            copy.close()


def _is_to_follow(
    store: RemoteStore, changed: Iterable[str], counts: Mapping[str, int]
) -> bool:
    """Whether a write is followed by its conclusions, in the same generation.

    They are made from all claims, which have to be read for it.
    """
    has_rules = vocab.ONTOLOGY_GRAPH in {*counts, *changed}
    if not has_rules or vocab.HIDDEN_GRAPHS.issuperset(changed):
        return False
    if store.conclusions != CURRENT:
        return False
    size = sum(counts.values())
    if size > INFER_LIMIT_TRIPLES:
        store.leave_conclusions(
            f"stale: {size:,} triples are too many to be read for a write;"
            " publish with kg import"
        )
        return False
    return True


def _existed(write: UserUpdate | GraphWrite, counts: dict[str, int]) -> bool:
    return isinstance(write, GraphWrite) and write.graph in counts


def _content(copy: IsolatedStore, graph: str) -> Iterable[Triple] | None:
    if not copy.has_graph(graph):
        return None
    return copy.construct(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    )


def no_backup() -> StoreError:
    """A remote store has no files of ours."""
    return StoreError(
        "A remote store is backed up by its own means.",
        zh="远程存储请使用其自身的备份方式。",
        hint="Or copy it: kg migrate FROM file:PATH, then kg backup.",
        hint_zh="或先复制：kg migrate FROM file:PATH，再执行 kg backup。",
    )
