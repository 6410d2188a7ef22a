"""The remote store behind the ``Store`` contract."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kg import vocab
from kg.errors import KGError, StoreError
from kg.model import Iri, Literal, Triple
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
from kg.store.embedded import FinishedAnswer
from kg.store.endings import no_graph
from kg.store.remote import results
from kg.store.remote.adoption import held, holds_something
from kg.store.remote.auth import build_auth
from kg.store.remote.catalogue import EMPTY_GENERATION, genid
from kg.store.remote.documents import write_triples
from kg.store.remote.download import download
from kg.store.remote.inferring import concluded, to_read_twice
from kg.store.remote.options import RemoteOptions
from kg.store.remote.probe import Finding, probe
from kg.store.remote.publication import Publisher
from kg.store.remote.replicas import Replicas
from kg.store.remote.rowlimit import RowLimit
from kg.store.remote.service import answer_visitor, no_backup, write_through_copy
from kg.store.remote.staging import Progress
from kg.store.remote.transport import Deadline, Transport
from kg.store.remote.writing import Writer

LOG = logging.getLogger(__name__)


class RemoteStore:
    """A SPARQL 1.1 server, or several with the same data, as a ``Store``.

    Opening it sends nothing: a service starts while its store is still down.

    Args:
        options: addresses, credentials, bounds.
    """

    def __init__(self, options: RemoteOptions) -> None:
        self.options = options
        self._genid = genid(options.space)
        self._transport = Transport(options, build_auth(options))
        self.replicas = Replicas(options, self._transport)
        self._row_limit = RowLimit(self.replicas.query)
        self.writer = Writer(options, self._transport, self.replicas.primary)
        self._conclusions = CURRENT
        self._publisher = Publisher(options, self.writer, self.replicas.primary)
        self._is_told = False

    @property
    def generation(self) -> str:
        """Name of the published state, at most ``refresh_s`` old."""
        deadline = Deadline(self.options.connect_timeout_s * 2)
        found = self.replicas.current(deadline)[0].generation
        if found == EMPTY_GENERATION and not self._is_told:
            self._is_told = True
            self._tell_of_others()
        return found

    def _tell_of_others(self) -> None:
        """Tell the operator of an empty store that its server is not."""
        with contextlib.suppress(KGError):
            space = self.options.space
            if holds_something(self.writer, self.replicas.primary, space):
                LOG.warning(
                    "nothing was published to %s from here, but it holds data:"
                    " kg adopt lists the graphs and takes them over",
                    self.options.query_urls[0],
                )

    def select(self, query: str, *, timeout_s: float = 30.0) -> Solutions:
        """Answer a SELECT (see ``Store.select``)."""
        answer = self.replicas.query(query, results.JSON, Deadline(timeout_s))
        return results.solutions(answer, self._genid)

    def ask(self, query: str, *, timeout_s: float = 30.0) -> bool:
        """Answer an ASK (see ``Store.ask``)."""
        answer = self.replicas.query(query, results.JSON, Deadline(timeout_s))
        return results.boolean(answer)

    def construct(self, query: str, *, timeout_s: float = 30.0) -> list[Triple]:
        """Answer a CONSTRUCT (see ``Store.construct``)."""
        deadline = Deadline(timeout_s)
        answer = self.replicas.query(query, results.NTRIPLES, deadline)
        found = results.triples(answer, self._genid)
        self._row_limit.check(answer, len(found), deadline)
        return found

    def graphs(self) -> dict[str, int]:
        """IRI of each named graph and the number of its triples."""
        found = self.select(
            "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
            timeout_s=self.options.write_timeout_s,
        )
        deadline = Deadline(self.options.connect_timeout_s * 2)
        counts = dict.fromkeys(self.replicas.current(deadline)[0].graphs, 0)
        for graph, count in found.rows:
            if not isinstance(graph, Iri) or not isinstance(count, Literal):
                raise StoreError("The store counted something that is no graph.")
            counts[graph.value] = int(count.value)
        return counts

    @property
    def conclusions(self) -> str:
        """How current they are, as far as this process wrote them."""
        return self._conclusions

    def replace_graphs(
        self,
        graphs: Mapping[str, Iterable[Triple] | None],
        *,
        conclude: bool = False,
        progress: Progress | None = None,
    ) -> str:
        """Replace or remove named graphs (see ``Store.replace_graphs``).

        Called again after it broke off, it goes on with what was sent. Conclusions
        are made from all claims, here; if somebody writes meanwhile, nothing is
        published.
        """
        if not conclude:
            if not vocab.HIDDEN_GRAPHS.issuperset(graphs):
                is_given = vocab.INFERRED_GRAPH in graphs
                self._conclusions = CURRENT if is_given else STALE
            return self.publish(graphs, progress=progress)
        self.replicas.forget()
        base = self.generation
        generation = self.publish(self.with_conclusions(graphs), base, progress)
        self._conclusions = CURRENT
        return generation

    def with_conclusions(
        self, graphs: Mapping[str, Iterable[Triple] | None]
    ) -> dict[str, Iterable[Triple] | None]:
        """Graphs to publish, and what follows when they are."""
        content = to_read_twice(graphs)
        return {**content, vocab.INFERRED_GRAPH: concluded(self, content)}

    def leave_conclusions(self, why: str) -> None:
        """Tell that a write was not followed by its conclusions."""
        self._conclusions = why

    def publish(
        self,
        graphs: Mapping[str, Iterable[Triple] | None],
        expected: str = "",
        progress: Progress | None = None,
    ) -> str:
        """Replace graphs if the store is at ``expected`` (empty: any).

        Raises:
            PreconditionError: if it is not, or another writer is at work.
        """
        try:
            return self._publisher.publish(graphs, progress, expected)
        finally:
            self.replicas.forget()

    def download(self, graph: str) -> Iterator[Triple]:
        """Every triple of a published graph, read in parts and counted."""
        expected = self.graphs().get(graph, 0)
        return download(self, graph, expected, self.options.write_timeout_s)

    def answer(
        self, query: UserQuery, *, is_gone: Callable[[], bool] | None = None
    ) -> Answer:
        """Answer a visitor's query (see ``ServiceStore.answer``).

        A remote server cannot be told that the client has left; its own limit
        of time ends the query.
        """
        return answer_visitor(self, query, self._row_limit)

    def update(
        self, update: UserUpdate, *, expected: str = "", check: Check | None = None
    ) -> Written:
        """Carry out an update (see ``ServiceStore.update``)."""
        return write_through_copy(self, update, expected, check)

    def write_graph(
        self, write: GraphWrite, *, expected: str = "", check: Check | None = None
    ) -> Written:
        """Carry out a graph-store operation (see ``ServiceStore.write_graph``)."""
        return write_through_copy(self, write, expected, check)

    def has_graph(self, graph: str) -> bool:
        """Whether there is this graph (see ``ServiceStore.has_graph``)."""
        deadline = Deadline(self.options.connect_timeout_s * 2)
        return not graph or graph in self.replicas.current(deadline)[0].graphs

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
        generation = self.generation
        if not self.has_graph(graph):
            raise no_graph(graph)
        triples = self.download(graph or vocab.UNNAMED_GRAPH)
        body = write_triples(triples, media_type)
        return FinishedAnswer([body], media_type, generation)

    def backup(self, target: Path) -> str:
        """Not for a remote store."""
        raise no_backup()

    def held(self) -> dict[str, int]:
        """The named graphs of the server, whoever loaded them, with their triples."""
        return held(self.writer, self.replicas.primary, self.options.space)

    def adopt(self, graphs: Sequence[str], *, with_unnamed: bool = False) -> str:
        """Have graphs count that the server holds already.

        Args:
            graphs: IRIs.
            with_unnamed: whether the server's own default graph is taken too.

        Returns:
            The new generation.

        Raises:
            NotFoundError: if a graph is empty or not there.
            PreconditionError: if another writer is at work.
        """
        try:
            return self._publisher.adopt(graphs, with_unnamed=with_unnamed)
        finally:
            self.replicas.forget()

    def probe(self) -> list[Finding]:
        """What this server does differently (see ``kg.store.remote.probe``)."""
        return probe(self.replicas)

    def recover(self) -> None:
        """Finish a publication that a crash of ours or the server's cut off."""
        self._publisher.recover()
        self.replicas.forget()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
