"""What a store does with Oxigraph, in whatever process it runs.

The same functions answer in a worker (``kg.store.worker``) and in process
(``kg.store.embedded``), so that the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import pyoxigraph as ox

from kg import vocab
from kg.errors import QuerySyntaxError, QueryTooLargeError
from kg.store.base import GraphWrite, UserQuery, UserUpdate
from kg.store.endings import no_graph
from kg.store.steering import Ordered, Steering, written
from kg.store.terms import document_error, query_error

Write = Callable[[bytes], object]
Sizes = dict[str, int]

RESULT_FORMATS: Final = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
# How many rows there can be at most, without parsing what was written.
_ROW_MARKS: Final = {
    "application/sparql-results+json": b"},{",
    "application/sparql-results+xml": b"<result>",
    "text/csv": b"\n",
    "text/tab-separated-values": b"\n",
}
# The writer declares every prefix it is given, used or not: only the usual ones.
_SHOWN_PREFIXES: Final = (
    *("lv", "id", "rdf", "rdfs", "owl", "xsd", "skos"),
    *("org", "prov", "oa", "qb", "dcterms", "schema"),
)
MERGE_LIMIT_QUADS: Final = 200_000


class Sink:
    """Where the engine writes: passes pieces on, counts bytes and possible rows.

    Args:
        write: takes each piece.
        max_bytes: raise beyond this many.
        mark: what stands between or before rows in this format.
    """

    def __init__(self, write: Write, max_bytes: int, mark: bytes = b"") -> None:
        self._write = write
        self._max_bytes = max_bytes
        self._mark = mark
        self.bytes_written = 0
        self.marks = 0
        self._tail = b""

    def write(self, data: bytes) -> int:
        """Take a piece.

        Raises:
            QueryTooLargeError: if the answer is longer than ``max_bytes``.
        """
        self.bytes_written += len(data)
        if self.bytes_written > self._max_bytes:
            raise too_many_bytes(self._max_bytes)
        if self._mark:
            seen = self._tail + data
            self.marks += seen.count(self._mark)
            self._tail = seen[1 - len(self._mark) :] if len(self._mark) > 1 else b""
        self._write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""


def too_many_bytes(limit: int) -> QueryTooLargeError:
    """The error for an answer that is too long."""
    return QueryTooLargeError(
        f"The answer is longer than {limit:,} bytes.",
        zh=f"结果超过 {limit:,} 字节。",
        hint="Ask for fewer columns, or page with LIMIT and OFFSET.",
        hint_zh="请减少列数，或用 LIMIT 与 OFFSET 分页。",
        context={"max_bytes": limit},
    )


@dataclass(frozen=True, slots=True)
class Ran:
    """What is told of a query that was answered.

    Attributes:
        is_cut: whether rows were left out because of ``limits.max_rows``.
        join_order: see ``kg.store.steering.Ordered.told``.
    """

    is_cut: bool = False
    join_order: str = ""


def run_query(
    store: ox.Store, query: UserQuery, write: Write, steering: Steering | None = None
) -> Ran:
    """Answer a query into ``write``.

    Args:
        store: is only read.
        query: what is asked.
        write: takes the pieces of the answer.
        steering: of this store; without it the engine's own orders stay.

    Raises:
        QuerySyntaxError: if the text does not parse.
        QueryTooLargeError: if the answer is longer than ``limits.max_bytes``, or
            the dataset it asks for is too large to be merged.
    """
    if steering is not None and query.joins.groups:
        ordered = steering.ordered(query.text, query.joins)
        ran = _run_ordered(store, query, ordered, write) if ordered.told else None
        if ran is not None:
            return ran
    return _run(store, query, write)


def _run_ordered(
    store: ox.Store, query: UserQuery, ordered: Ordered, write: Write
) -> Ran | None:
    """Answer with the joins so ordered; ``None`` if the engine does not begin.

    It then has the text as it came, and the last word: it does not look at all of
    a query of which it knows that it has no rows (an unknown function, say).
    """
    is_begun = False

    def noted(piece: bytes) -> None:
        nonlocal is_begun
        is_begun = True
        write(piece)

    try:
        return _run(store, _rewritten(query, ordered), noted, ordered.told)
    except (QuerySyntaxError, RuntimeError):
        if is_begun:
            raise
        return None


def _rewritten(query: UserQuery, ordered: Ordered) -> UserQuery:
    text = written(query.text, query.joins, ordered.chains)
    probe = query.probe and written(query.probe, query.joins, ordered.chains)
    return replace(query, text=text, probe=probe)


def _run(store: ox.Store, query: UserQuery, write: Write, order: str = "") -> Ran:
    text = query.text
    dataset = _dataset(store, query)
    if query.star_at >= 0:
        text = _with_columns(text, query)
    mark = _ROW_MARKS.get(query.media_type, b"") if query.probe else b""
    sink = Sink(write, query.limits.max_bytes, mark)
    found = _ask_engine(dataset, text, query)
    if isinstance(found, ox.QueryTriples):
        _write_triples(found, sink, query.media_type)
        return Ran(join_order=order)
    found.serialize(sink, RESULT_FORMATS[query.media_type])  # type: ignore[arg-type]
    if not query.probe or sink.marks + 1 < query.limits.max_rows:
        return Ran(join_order=order)
    more = _ask_engine(dataset, query.probe, query)
    is_cut = isinstance(more, ox.QuerySolutions) and next(more, None) is not None
    return Ran(is_cut, order)


def _write_triples(found: ox.QueryTriples, sink: Sink, media_type: str) -> None:
    rdf_format = GRAPH_FORMATS[media_type]
    prefixes = _prefixes(media_type)
    if prefixes is None:
        found.serialize(sink, rdf_format)  # type: ignore[arg-type]
    else:
        ox.serialize(found, sink, rdf_format, prefixes=prefixes)  # type: ignore[arg-type]


def _prefixes(media_type: str) -> dict[str, str] | None:
    """Short names for the formats that read better with them."""
    readable = {"text/turtle", "application/rdf+xml", "application/ld+json"}
    if media_type not in readable:
        return None
    return {name: vocab.PREFIXES[name] for name in _SHOWN_PREFIXES}


class _Dataset:
    """A store and the graphs of it that a query sees."""

    def __init__(
        self,
        store: ox.Store,
        default: list[ox.NamedNode] | list[ox.DefaultGraph] | None = None,
        named: list[ox.NamedNode] | None = None,
    ) -> None:
        self.store = store
        self.default = default
        self.named = named


def _dataset(store: ox.Store, query: UserQuery) -> _Dataset:
    default = [ox.NamedNode(g) for g in query.default_graphs]
    named = [ox.NamedNode(g) for g in query.named_graphs]
    if not default and not named:
        return _Dataset(store)
    if len(default) < 2:
        return _Dataset(store, default, named)
    return _Dataset(_merged(store, default, named), [ox.DefaultGraph()], named)


def _merged(
    store: ox.Store, default: list[ox.NamedNode], named: list[ox.NamedNode]
) -> ox.Store:
    """A copy whose default graph is the set union of some graphs.

    The engine's own union of several graphs counts a shared triple once for
    each graph it is in.
    """
    copy = ox.Store()
    quads = 0

    def counted(source: Iterable[ox.Quad]) -> Iterable[ox.Quad]:
        nonlocal quads
        for quad in source:
            quads += 1
            if quads > MERGE_LIMIT_QUADS:
                raise QueryTooLargeError(
                    "These graphs are too large to be merged for one query.",
                    zh="所选图过大，无法为单个查询合并。",
                    hint="Name one default graph, or none for the whole graph.",
                    hint_zh="请只指定一个默认图，或不指定以查询整个图。",
                    context={"max_quads": MERGE_LIMIT_QUADS},
                )
            yield quad

    for graph in default:
        found = store.quads_for_pattern(None, None, None, graph)
        copy.extend(ox.Quad(q.subject, q.predicate, q.object) for q in counted(found))
    for graph in named:
        copy.extend(counted(store.quads_for_pattern(None, None, None, graph)))
    return copy


def _ask_engine(
    dataset: _Dataset, text: str, query: UserQuery
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    options: dict[str, object] = {}
    if query.base_iri:
        options["base_iri"] = query.base_iri
    if dataset.default is not None:
        options["default_graph"] = dataset.default
    if dataset.named is not None:
        options["named_graphs"] = dataset.named
    try:
        return dataset.store.query(text, **options)  # type: ignore[arg-type]
    except SyntaxError as exc:
        raise _at_original_position(exc, query) from exc


def _at_original_position(exc: SyntaxError, query: UserQuery) -> Exception:
    """The error with positions in the text as it came, not as it was changed."""
    if query.original and query.original != query.text:
        try:
            ox.Store().query(query.original, base_iri=query.base_iri or None)
        except SyntaxError as first:
            return query_error(first)
    return query_error(exc)


def _with_columns(text: str, query: UserQuery) -> str:
    """``SELECT *`` with its columns named, in order of first appearance.

    The engine gives them in alphabetical order. Which variables are in scope it
    tells for an empty store, at the price of one more parse.
    """
    empty = ox.Store()
    try:
        found = empty.query(query.original or text, base_iri=query.base_iri or None)
    except SyntaxError as exc:
        raise query_error(exc) from exc
    if not isinstance(found, ox.QuerySolutions):
        return text
    visible = {v.value for v in found.variables}
    ordered = [v for v in query.variables if v in visible]
    if not ordered or len(ordered) != len(visible):
        return text
    names = " ".join(f"?{v}" for v in ordered)
    return text[: query.star_at] + f" {names} " + text[query.star_at + 1 :]


def graph_sizes(store: ox.Store, known: Mapping[str, int] | None = None) -> Sizes:
    """IRI of each named graph and the number of its triples.

    Args:
        store: is only read.
        known: numbers that need not be counted; a graph that is not there is left out.
    """
    found = {}
    for graph in store.named_graphs():
        if isinstance(graph, ox.NamedNode):
            size = (known or {}).get(graph.value)
            found[graph.value] = _count(store, graph) if size is None else size
    return found


def _count(store: ox.Store, graph: ox.NamedNode) -> int:
    """Counted by the engine: twenty times as fast as each quad through Python."""
    text = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
    (row,) = store.query(text)  # type: ignore[misc]
    return int(row["n"].value)


def dump_graph(store: ox.Store, graph: str, media_type: str, write: Write) -> None:
    """Write one graph (``""``: the engine's default graph).

    Raises:
        NotFoundError: if there is no such graph.
    """
    name = _graph(graph)
    if isinstance(name, ox.NamedNode) and not store.contains_named_graph(name):
        raise no_graph(graph)
    sink = Sink(write, 1 << 62)
    store.dump(
        sink,  # type: ignore[arg-type]
        GRAPH_FORMATS[media_type],
        from_graph=name,
        prefixes=_prefixes(media_type),
    )


def run_update(store: ox.Store, update: UserUpdate) -> None:
    """Carry out an update in one transaction of the engine."""
    try:
        store.update(update.text, base_iri=update.base_iri or None)
    except SyntaxError as exc:
        raise query_error(exc) from exc


def run_write(store: ox.Store, write: GraphWrite, graph: str) -> bool:
    """Carry out a graph-store operation on ``graph`` (``""``: the default one).

    Returns:
        Whether the graph came into being.

    Raises:
        NotFoundError: if the graph to remove is not there.
        DataError: if a document does not parse.
    """
    name = _graph(graph)
    existed = not isinstance(name, ox.NamedNode) or store.contains_named_graph(name)
    if write.mode == "remove":
        if not existed:
            raise no_graph(graph)
        store.remove_graph(name)
        return False
    if write.mode == "replace":
        store.clear_graph(name)
    if isinstance(name, ox.NamedNode):
        store.add_graph(name)
    for media_type, document in write.parts:
        try:
            store.load(
                document,
                GRAPH_FORMATS[media_type],
                base_iri=write.base_iri or None,
                to_graph=name,
            )
        except SyntaxError as exc:
            raise document_error(exc) from exc
    return not existed


def _graph(graph: str) -> ox.NamedNode | ox.DefaultGraph:
    return ox.NamedNode(graph) if graph else ox.DefaultGraph()
