"""Takes over graphs that a server holds already, loaded by other means.

Nothing is sent: the server adds the graphs to the default graph that queries see, and
the catalogue names them. Afterwards the store is as if they had been published.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from kg import vocab
from kg.errors import NotFoundError, StoreProtocolError
from kg.model import Iri
from kg.store.remote import results
from kg.store.remote.catalogue import (
    Catalogue,
    default_graph,
    genid,
    set_published,
)
from kg.store.remote.endpoint import Endpoint
from kg.store.remote.options import RemoteOptions
from kg.store.remote.writing import Writer

_FOUND = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
_HELD = """ASK { { ?s ?p ?o } UNION
  { GRAPH ?g { ?s ?p ?o } FILTER(!STRSTARTS(STR(?g), "%s")) } }"""


def held(writer: Writer, primary: Endpoint, space: str) -> dict[str, int]:
    """The named graphs of a server that are not of this program's books, counted.

    Raises:
        StoreError, QueryTimeoutError: as the server does.
    """
    answer = primary.query(_FOUND, (), results.JSON, writer.deadline())
    names = [
        graph.value
        for (graph,) in results.solutions(answer, genid(space)).rows
        if isinstance(graph, Iri) and not graph.value.startswith(space)
    ]
    return {name: writer.count(name) for name in sorted(names)}


def holds_something(writer: Writer, primary: Endpoint, space: str) -> bool:
    """Whether a server holds a triple that is not of this program's books.

    Virtuoso always does: it comes with graphs of its own.
    """
    answer = primary.query(_HELD % space, (), results.JSON, writer.deadline())
    return results.boolean(answer)


def adopt(
    options: RemoteOptions,
    writer: Writer,
    catalogue: Catalogue,
    graphs: Sequence[str],
    *,
    with_unnamed: bool,
) -> str:
    """Have graphs of the server count; call as the only writer.

    Args:
        options: of the store.
        writer: to the server.
        catalogue: of the server, as it is now.
        graphs: IRIs.
        with_unnamed: whether the server's own default graph is taken too, as
            ``vocab.UNNAMED_GRAPH``.

    Returns:
        The new generation.

    Raises:
        NotFoundError: if a graph is empty or not there.
        StoreProtocolError: if the server lost something on the way.
    """
    space = options.space
    _check(writer, graphs)
    taken = list(dict.fromkeys(graphs))
    if with_unnamed:
        writer.update([f"ADD SILENT DEFAULT TO GRAPH <{vocab.UNNAMED_GRAPH}>"])
        taken.append(vocab.UNNAMED_GRAPH)
    shown = [g for g in taken if g not in vocab.HIDDEN_GRAPHS]
    generation, default = secrets.token_hex(6), catalogue.default
    if not writer.is_atomic:
        # What such a server commits is seen row by row: built beside, then named.
        default = f"{default_graph(space)}/{generation}"
        shown = [*shown, *sorted(catalogue.graphs - vocab.HIDDEN_GRAPHS)]
    finish = set_published(
        space,
        catalogue.serial + 1,
        generation,
        catalogue.graphs | set(taken),
        default,
    )
    added = [f"ADD GRAPH <{graph}> TO GRAPH <{default}>" for graph in shown]
    if writer.is_atomic:
        writer.update([*added, *finish])
    else:
        for operation in added:
            writer.update([operation])
    _verify(writer, default, shown)
    if not writer.is_atomic:
        writer.update(finish)
        if catalogue.default != default:
            writer.update([f"DROP SILENT GRAPH <{catalogue.default}>"])
    return generation


def _check(writer: Writer, graphs: Sequence[str]) -> None:
    for graph in graphs:
        if not writer.count(graph):
            raise NotFoundError(
                f"The server holds nothing in the graph {graph}.",
                zh=f"服务器的图 {graph} 中没有内容。",
                hint="kg adopt without a graph lists what there is.",
                hint_zh="kg adopt 不带图名可列出现有的图。",
            )


def _verify(writer: Writer, default: str, shown: Sequence[str]) -> None:
    for graph in shown:
        if writer.lacks(default, graph):
            raise StoreProtocolError(
                f"The store lost triples of {graph} while it was adopted.",
                zh=f"接管 {graph} 时存储丢失了三元组。",
                hint="See the log of the store, and adopt it again.",
                hint_zh="请查看存储的日志后重试。",
            )
