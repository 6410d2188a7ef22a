"""From what a visitor asks to an answer: guard, limits, cache, store."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from kg.errors import QueryTooLargeError, RequestError
from kg.query.cache import AnswerCache, Kept
from kg.query.federation import Federation
from kg.query.guard import Inspected, inspect_query
from kg.query.media import GRAPHS, TABLES, Offer, choose
from kg.query.protocol import Operation
from kg.store.base import Answer, Limits, ServiceStore, UserQuery
from kg.store.joins import NO_JOINS

_LONG_LENGTH: Final = 32 * 1024


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """What one visitor may ask.

    Attributes:
        limits: of one query.
        max_query_bytes: length of a query's text.
        max_depth: brackets that may be open at once.
        cache_bytes: of all answers kept; 0 keeps none.
        buffer_bytes: an answer up to this length is held until it is complete,
            so that its status is certain; a longer one is streamed.
        orders_joins: whether joins may be ordered by what is in the store
            (``kg.store.steering``), not by the engine's planner.
    """

    limits: Limits = field(default_factory=Limits)
    max_query_bytes: int = 1024 * 1024
    max_depth: int = 128
    cache_bytes: int = 64 * 1024 * 1024
    buffer_bytes: int = 1024 * 1024
    orders_joins: bool = True


@dataclass(slots=True)
class Answered:
    """An answer, complete or on its way.

    Attributes:
        offer: how it is written.
        generation: the state it is from.
        etag: a strong validator without quotes; empty if it cannot have one.
        kept: the complete answer, or ``None`` when it is streamed.
        stream: the pieces of a streamed answer.
        row_limit_reached: whether rows were left out.
        join_order: see ``Answer``; empty for one that is streamed.
        key: under which it is kept; ``None`` if it is not.
        bom: whether a CSV begins with a byte order mark.
    """

    offer: Offer
    generation: str
    etag: str = ""
    kept: Kept | None = None
    stream: AnswerStream | None = None
    row_limit_reached: bool = False
    join_order: str = ""
    key: tuple[object, ...] | None = None
    bom: bool = False


class QueryService:
    """Answers visitors' queries.

    Args:
        store: to ask.
        options: what one visitor may ask.
        federation: which hosts SERVICE may name.
    """

    def __init__(
        self,
        store: ServiceStore,
        options: QueryOptions | None = None,
        federation: Federation | None = None,
    ) -> None:
        self.store = store
        self.options = options or QueryOptions()
        self.federation = federation or Federation()
        self._long = threading.Lock()  # long texts are looked at one by one
        self.cache = AnswerCache(
            self.options.cache_bytes, self.options.buffer_bytes + 4096
        )

    def inspect(self, operation: Operation, base_iri: str) -> Inspected:
        """Look at the query of an operation.

        Raises:
            RequestError: if it has none.
            QueryTooLargeError: if its text is too long or too deep.
            QuerySyntaxError, QueryRefusedError: see ``kg.query.guard``.
        """
        text = operation.text
        if text is None or not text.strip():
            raise RequestError(
                "There is no query.",
                zh="缺少查询。",
                hint="Send it as the parameter 'query'.",
                hint_zh="请用参数 'query' 提交。",
                link="https://www.w3.org/TR/sparql11-protocol/#query-operation",
            )
        if len(text.encode("utf-8", "surrogatepass")) > self.options.max_query_bytes:
            raise query_too_long(self.options.max_query_bytes)
        with self._long if len(text) > _LONG_LENGTH else contextlib.nullcontext():
            return inspect_query(text, base_iri, self.options.max_depth)

    def plan(
        self,
        operation: Operation,
        accept: str,
        *,
        base_iri: str = "",
        client: str = "",
        limits: Limits | None = None,
    ) -> tuple[UserQuery, Offer, bool]:
        """What will be asked of the store, how it is written, may it be kept."""
        seen = self.inspect(operation, base_iri)
        offers = TABLES if seen.form in {"SELECT", "ASK"} else GRAPHS
        offer = choose(accept, operation.wished, offers)
        limits = limits or self.options.limits
        if operation.timeout_s is not None:
            timeout_s = min(limits.timeout_s, operation.timeout_s)
            limits = replace(limits, timeout_s=timeout_s)
        given = bool(operation.default_graphs or operation.named_graphs)
        text, probe = seen.with_row_limit(limits.max_rows)
        written = offer.written
        query = UserQuery(
            text=text,
            form=seen.form,
            media_type=offers[0].written if written == "text/html" else written,
            original=seen.text,
            variables=seen.variables,
            star_at=seen.star_at,
            probe=probe,
            default_graphs=operation.default_graphs if given else seen.default_graphs,
            named_graphs=operation.named_graphs if given else seen.named_graphs,
            base_iri=base_iri,
            client=client,
            limits=limits,
            joins=NO_JOINS if given or not self.options.orders_joins else seen.joins,
        )
        if seen.services:
            query = self.federation.prepare(query, seen)
        return query, offer, not (seen.is_volatile or seen.services)

    def answer(
        self,
        query: UserQuery,
        offer: Offer,
        *,
        may_keep: bool,
        bom: bool = False,
        is_gone: Callable[[], bool] | None = None,
    ) -> Answered:
        """Answer a planned query, from what is kept if it can be.

        Raises:
            KGError: see ``ServiceStore.answer``. What happens after
                ``buffer_bytes`` is raised by the stream.
        """
        found = self.known(query, offer, may_keep=may_keep, bom=bom)
        if found.kept is not None:
            return found
        answer = self.store.answer(query, is_gone=is_gone)
        return self.complete(found, query, answer)

    def known(
        self, query: UserQuery, offer: Offer, *, may_keep: bool, bom: bool = False
    ) -> Answered:
        """What is known without asking the store: the kept answer, or its key."""
        generation = self.store.generation
        found = Answered(offer, generation, bom=bom)
        if may_keep:
            found.key = _key(generation, query, offer, bom=bom)
            found.kept = self.cache.get(found.key)
            if found.kept is not None:
                found.etag = _etag(found.key)
                found.row_limit_reached = found.kept.row_limit_reached
                found.join_order = found.kept.join_order
        return found

    def complete(self, found: Answered, query: UserQuery, answer: Answer) -> Answered:
        """Fill in what the store answers, and keep it if that may be.

        Args:
            found: from ``known``.
            query: what was asked.
            answer: of the store, begun.

        Raises:
            KGError: see ``answer``.
        """
        try:
            pieces, rest = self._buffer(answer)
        except BaseException:
            answer.close()
            raise
        if found.bom and query.media_type == "text/csv":
            pieces.insert(0, b"\xef\xbb\xbf")
        if answer.generation != found.generation:
            found.key, found.generation = None, answer.generation
        found.row_limit_reached = answer.row_limit_reached
        if rest is not None:
            found.key = None
            found.stream = AnswerStream(answer, pieces, rest)
            return found
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        found.join_order = answer.join_order
        found.kept = Kept(body, answer.row_limit_reached, answer.join_order)
        if found.key is not None:
            found.etag = _etag(found.key)
            self.cache.put(found.key, found.kept)
        return found

    def etag(self, query: UserQuery, offer: Offer, *, bom: bool = False) -> str:
        """The validator an answer would have now, without asking for it."""
        return _etag(_key(self.store.generation, query, offer, bom=bom))

    def _buffer(self, answer: Answer) -> tuple[list[bytes], Iterator[bytes] | None]:
        pieces, length = [], 0
        source = iter(answer)
        for piece in source:
            pieces.append(piece)
            length += len(piece)
            if length > self.options.buffer_bytes:
                return pieces, source
        return pieces, None


class AnswerStream:
    """The pieces of an answer on its way; ``close`` stops the query.

    A generator would not do: one that was never begun closes nothing, and the
    worker would be held for ever by a client that asks for the head alone.
    """

    def __init__(
        self,
        answer: Answer,
        pieces: Iterable[bytes] = (),
        rest: Iterator[bytes] | None = None,
    ) -> None:
        self._answer = answer
        self._pieces = chain(pieces, iter(answer) if rest is None else rest)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop the query if it still runs."""
        self._answer.close()


def _key(
    generation: str, query: UserQuery, offer: Offer, *, bom: bool
) -> tuple[object, ...]:
    return (
        generation,
        query.text,
        query.default_graphs,
        query.named_graphs,
        query.base_iri if "<" in query.text else "",
        offer.accepted,
        offer.written,
        bom,
    )


def _etag(key: tuple[object, ...]) -> str:
    digest = hashlib.blake2b(repr(key[1:]).encode("utf-8", "replace"), digest_size=9)
    return f"{key[0]}-{digest.hexdigest()}"


def query_too_long(limit: int) -> QueryTooLargeError:
    """The error for a query text that is too long."""
    return QueryTooLargeError(
        f"The query is longer than {limit:,} bytes.",
        zh=f"查询文本超过 {limit:,} 字节。",
        hint="Put values into the data, or ask several times.",
        hint_zh="请拆分为多个查询。",
        context={"max_query_bytes": limit},
    )
