"""The contract that every store keeps.

Data lie in named graphs, one for each dataset (``lvg:<dataset>``), and the
inferred triples in ``lvg:inferred``. The default graph that a query sees when
it names none holds every asserted and every inferred triple exactly once,
whatever number of datasets brought it. One exception: ``lvg:suggestions`` holds
computed advice, no facts, and is left out of the default graph
(``vocab.HIDDEN_GRAPHS``); a query that wants it names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Protocol

from kg.model import Term, Triple
from kg.store.joins import NO_JOINS, Joins

QueryForm = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
Check = Callable[[Mapping[str, Sequence[Triple]]], None]
"""Looks at what each changed named graph would hold; raises ValidationError."""


@dataclass(frozen=True, slots=True)
class Solutions:
    """The answer to a SELECT.

    Attributes:
        variables: names without ``?``, in the order of the projection.
        rows: one tuple a solution, a place for each variable, ``None`` unbound.
    """

    variables: tuple[str, ...]
    rows: Sequence[tuple[Term | None, ...]]

    def __iter__(self) -> Iterator[dict[str, Term]]:
        """Each solution as a dict of its bound variables."""
        for row in self.rows:
            yield {
                v: t for v, t in zip(self.variables, row, strict=True) if t is not None
            }

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one visitor's query may take; each is enforced by the store.

    Attributes:
        timeout_s: wall time, from the moment a worker has it to its last byte.
        max_rows: solutions of a SELECT; further ones are left out *and told*.
        max_bytes: length of the serialised answer; beyond it is an error.
        max_memory_bytes: address space over what an idle worker has.
    """

    timeout_s: float = 30.0
    max_rows: int = 100_000
    max_bytes: int = 64 * 1024 * 1024
    max_memory_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class UserQuery:
    """A visitor's query that the guard let through.

    Attributes:
        text: the query, with ``LIMIT`` lowered to ``limits.max_rows`` if it
            asked for more rows than that.
        original: the query as it came; positions in errors are positions here.
        form: what kind of query it is.
        media_type: how to write the answer, without parameters: one of
            ``RESULT_TYPES`` for SELECT and ASK, of ``GRAPH_TYPES`` for the others.
        variables: every variable of the text in order of first appearance,
            without ``?``; the columns of ``SELECT *`` follow this order.
        star_at: offset in ``text`` of the outermost ``SELECT``'s ``*``, or -1.
        probe: a query with at least one row exactly if ``limits.max_rows`` cut
            the answer; empty if it cannot have been cut.
        default_graphs: the protocol's (or else the text's) default graph IRIs.
        named_graphs: the same for named graphs. When both are empty the
            dataset is the store's own. When either is not, the dataset is made
            of these alone and the default graph is their *set* union.
        base_iri: what relative IRIs are resolved against; empty for none.
        federated: whether the guard allowed a SERVICE in it.
        client: who asks; the queue is fair between clients.
        limits: see ``Limits``.
        joins: what may be joined in another order; offsets are those of ``text``.
    """

    text: str
    form: QueryForm
    media_type: str
    original: str = ""
    variables: tuple[str, ...] = ()
    star_at: int = -1
    probe: str = ""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base_iri: str = ""
    federated: bool = False
    client: str = ""
    limits: Limits = field(default_factory=Limits)
    joins: Joins = NO_JOINS


RESULT_TYPES: tuple[str, ...] = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
GRAPH_TYPES: tuple[str, ...] = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
)


class Answer(Protocol):
    """An answer on its way: bytes that can be iterated once.

    Everything that can be known before the first byte was raised by the method
    that returned this. What goes wrong later is raised by the iteration, so
    that the door cuts the connection: an answer is complete only if the
    iteration ended by itself.
    """

    @property
    def media_type(self) -> str:
        """Media type of the bytes, without parameters."""

    @property
    def generation(self) -> str:
        """The state of the store that was asked."""

    @property
    def join_order(self) -> str:
        """See ``kg.store.steering.Ordered.told``; known when all was sent."""

    @property
    def row_limit_reached(self) -> bool:
        """Whether further rows were left out because of ``max_rows``."""

    def __iter__(self) -> Iterator[bytes]:
        """The body, in pieces of some kilobytes.

        Raises:
            QueryTimeoutError: if the time was over.
            QueryTooLargeError: if ``max_bytes`` or the memory was exceeded.
            StoreError: if the engine or the connection broke.
        """

    def close(self) -> None:
        """Stop the query if it still runs. May be called at any time, twice."""


@dataclass(frozen=True, slots=True)
class UserUpdate:
    """A writer's SPARQL Update that the guard let through.

    Attributes:
        text: the update; ``using-graph-uri`` and ``using-named-graph-uri`` of
            the protocol are already written into it as USING clauses.
        base_iri: what relative IRIs are resolved against; empty for none.
        touched: IRIs of the only named graphs it can change, with ``""`` if it
            can change the default graph; ``None`` for any.
        limits: see ``Limits``; rows and bytes do not apply.
    """

    text: str
    base_iri: str = ""
    touched: frozenset[str] | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class GraphWrite:
    """One graph-store operation.

    Attributes:
        graph: IRI of the named graph; ``""`` for the graph that holds what was
            written without a name (``vocab.UNNAMED_GRAPH`` in queries).
        mode: ``replace`` (PUT), ``merge`` (POST) or ``remove`` (DELETE).
        parts: media type and bytes of each document; none for ``remove``.
        base_iri: what relative IRIs are resolved against; empty for none.
        limits: see ``Limits``; rows and bytes do not apply.
    """

    graph: str
    mode: Literal["replace", "merge", "remove"]
    parts: tuple[tuple[str, bytes], ...] = ()
    base_iri: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did.

    Attributes:
        generation: the state in which the write is visible and durable.
        created: whether a graph came into being (``GraphWrite`` only).
        changed: IRIs of the named graphs whose content is another one now.
    """

    generation: str
    created: bool = False
    changed: tuple[str, ...] = ()


class Store(Protocol):
    """What every room above may ask of a store.

    ``select``, ``ask`` and ``construct`` are for the product's own queries,
    whose texts are known; what a visitor sends goes through
    ``ServiceStore.answer`` after ``kg.query`` has looked at it.
    """

    @property
    def generation(self) -> str:
        """Name of the published state; it changes when the data change."""

    def select(self, query: str, *, timeout_s: float = 30.0) -> Solutions:
        """Answer a SELECT.

        Raises:
            QuerySyntaxError: if the text does not parse.
            QueryTimeoutError: if it takes longer than ``timeout_s``.
            StoreError: if the store cannot serve.
        """

    def ask(self, query: str, *, timeout_s: float = 30.0) -> bool:
        """Answer an ASK; raises as ``select`` does."""

    def construct(self, query: str, *, timeout_s: float = 30.0) -> list[Triple]:
        """Answer a CONSTRUCT without duplicates; raises as ``select`` does."""

    def graphs(self) -> dict[str, int]:
        """IRI of each named graph and the number of its triples."""

    def replace_graphs(
        self, graphs: Mapping[str, Iterable[Triple] | None], *, conclude: bool = False
    ) -> str:
        """Replace (or, for ``None``, remove) named graphs, all or nothing.

        The default graph follows: afterwards it is the set union of the named
        graphs.

        Args:
            graphs: IRI to new content; each is iterated once or more.
            conclude: whether ``vocab.INFERRED_GRAPH`` follows too: afterwards it
                holds what the rules of the ontology graph conclude and nobody
                asserts. With no graphs at all, conclusions that are not current
                are made so.

        Returns:
            The new generation; the old one, if nothing had to change.
        """

    def close(self) -> None:
        """Let go of files and processes; the store cannot be used afterwards."""


CURRENT: Final = "current"
STALE: Final = "stale: publish again"


class ServiceStore(Store, Protocol):
    """A store that also takes what visitors and writers send."""

    @property
    def conclusions(self) -> str:
        """``CURRENT``, or why ``vocab.INFERRED_GRAPH`` may lack something.

        Writes keep current what was current. Restored from a backup of an older
        version, or filled graph by graph, a store is ``STALE`` until somebody
        calls ``replace_graphs`` with ``conclude``.
        """

    def answer(
        self, query: UserQuery, *, is_gone: Callable[[], bool] | None = None
    ) -> Answer:
        """Answer a visitor's query within its limits.

        Args:
            query: what the guard let through.
            is_gone: tells whether the client has left; asked now and then while
                the query runs. The query is stopped when it has.

        Raises:
            QuerySyntaxError: if the text does not parse.
            QueryTimeoutError: if the time was over before the first byte.
            QueryTooLargeError: if memory, depth or bytes were exceeded before it.
            BusyError: if no place in the queue was free.
            StoreError: if the store cannot serve.
        """

    def update(
        self, update: UserUpdate, *, expected: str = "", check: Check | None = None
    ) -> Written:
        """Carry out an update, all or nothing; durable when this returns.

        What the rules conclude is right in the same generation, if it was before.

        Args:
            update: what the guard let through.
            expected: the generation it must start from; empty for any.
            check: looks at the named graphs that would change, before they do.

        Raises:
            QuerySyntaxError: if the text does not parse.
            PreconditionError: if the store is at another generation.
            ValidationError: if ``check`` says no.
            QueryTimeoutError, QueryTooLargeError: if a limit was exceeded.
            StoreReadOnlyError: if this store takes no writes.
        """

    def has_graph(self, graph: str) -> bool:
        """Whether the graph holds a triple; ``""`` (the unnamed one) always is."""

    def read_graph(
        self,
        graph: str,
        media_type: str,
        limits: Limits,
        *,
        client: str = "",
        is_gone: Callable[[], bool] | None = None,
    ) -> Answer:
        """One named graph (``""``: the unnamed one) as a document.

        Queues and stops as ``answer`` does.

        Raises:
            NotFoundError: if there is no such graph.
        """

    def write_graph(
        self, write: GraphWrite, *, expected: str = "", check: Check | None = None
    ) -> Written:
        """Carry out a graph-store operation; raises as ``update`` does.

        Raises:
            DataError: if a document does not parse; line and column in context.
            NotFoundError: if the graph to remove is not there.
        """

    def backup(self, target: Path) -> str:
        """Write a complete copy that ``restore`` takes.

        Returns:
            The generation that was copied.

        Raises:
            StoreError: if it cannot be written, or this store has no files.
        """
