"""Programs' queries, answered at the front door without the application.

A query of a program needs no page, no session and no route: what the framework
does for each request costs more than a cheap query. What is out of the ordinary
is left to the application, whose answers these equal header by header
(``tests/web/test_direct.py``).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from werkzeug.exceptions import SecurityError

from kg.query.media import HTML, Offer
from kg.query.protocol import Operation, read_operation
from kg.query.service import Answered, AnswerStream, QueryService
from kg.store.base import UserQuery
from kg.web.cors import shared
from kg.web.exchange import Exchange, Headers
from kg.web.headers import HARDENING
from kg.web.replies import Reply, home_address, read_pairs, reply, unchanged

_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
_HARDENING: Final = [(n.lower().encode(), v.encode()) for n, v in HARDENING]


@dataclass(slots=True)
class Coded:
    """A reply as the server sends it (see ``kg.web.replies.Reply``)."""

    status: int
    headers: Headers
    body: bytes
    stream: AnswerStream | None


Begun = Callable[[], Coded | None]
"""Waits, in a thread, for an answer that was begun elsewhere; raises KGError."""


@dataclass(slots=True)
class Planned:
    """A query that the guard let through, and how it will be told.

    Attributes:
        query: what is asked of the store.
        offer: how the answer is written.
        may_keep: whether the answer may be kept.
        bom: whether a CSV begins with a byte order mark.
        is_head: whether only the headers are wanted.
        sent: the query as a store's worker is sent it, once it was.
    """

    query: UserQuery
    offer: Offer
    may_keep: bool
    bom: bool
    is_head: bool
    sent: dict[str, bytes] = field(default_factory=dict)


class Direct:
    """Answers programs at ``/sparql``.

    Args:
        queries: what answers.
        base_url: public address of the service; empty: as the client names it.
        cors_origins: whose pages may read the answers.
    """

    def __init__(
        self, queries: QueryService, base_url: str, cors_origins: Collection[str]
    ) -> None:
        self.queries = queries
        self._base_url = base_url.rstrip("/")
        self._cors_origins = cors_origins

    def answer(
        self, exchange: Exchange, headers: dict[bytes, bytes], body: bytes
    ) -> Coded | None:
        """The answer, or ``None`` if the application must give it.

        Raises:
            KGError: to be told by the application; the query is not asked again.
        """
        planned = self.plan(exchange, headers, body)
        if planned is None:
            return None
        same = self.unchanged(planned, headers)
        if same is not None:
            return same
        answered = self.queries.answer(
            planned.query,
            planned.offer,
            may_keep=planned.may_keep,
            bom=planned.bom,
            is_gone=exchange.is_gone,
        )
        return self.coded(planned, answered, headers)

    def plan(
        self,
        exchange: Exchange,
        headers: dict[bytes, bytes],
        body: bytes,
        *,
        may_wait: bool = True,
    ) -> Planned | None:
        """What is to be asked of the store; ``None``: the application is.

        Args:
            exchange: the request.
            headers: of the request.
            body: of the request.
            may_wait: whether names of hosts may be resolved for SERVICE; if not,
                ``None`` is the answer for such a query.

        Raises:
            KGError: see ``answer``.
        """
        accept = headers.get(b"accept", b"").decode("latin-1")
        home = self._home(exchange, headers)
        if home is None or HTML in accept:
            return None
        operation = _operation(exchange, headers, body)
        if operation is None:
            return None
        base_iri = home + "/sparql"
        if (
            not may_wait
            and self.queries.federation.hosts
            and self.queries.inspect(operation, base_iri).services
        ):
            return None
        query, offer, may_keep = self.queries.plan(
            operation, accept, base_iri=base_iri, client=exchange.client
        )
        if offer.written == HTML:
            return None
        is_head = exchange.scope["method"] == "HEAD"
        return Planned(query, offer, may_keep, operation.bom, is_head)

    def unchanged(self, planned: Planned, headers: dict[bytes, bytes]) -> Coded | None:
        """The 304 for a client that has this answer already; else ``None``."""
        known = headers.get(b"if-none-match")
        if known is None or not planned.may_keep:
            return None
        etag = self.queries.etag(planned.query, planned.offer, bom=planned.bom)
        same = unchanged(etag, known.decode("latin-1"))
        return None if same is None else self._coded(same, headers, is_head=True)

    def coded(
        self, planned: Planned, answered: Answered, headers: dict[bytes, bytes]
    ) -> Coded:
        """The reply of an answer that is complete, or on its way."""
        made = reply(
            answered,
            accept_encoding=headers.get(b"accept-encoding", b"").decode("latin-1"),
            is_head=planned.is_head,
            max_rows=self.queries.options.limits.max_rows,
        )
        return self._coded(made, headers, is_head=planned.is_head)

    def _home(self, exchange: Exchange, headers: dict[bytes, bytes]) -> str | None:
        if self._base_url:
            return self._base_url
        named = headers.get(b"host")
        server = exchange.scope.get("server")
        try:
            return home_address(
                exchange.scope.get("scheme", "http"),
                None if named is None else named.decode("latin-1"),
                tuple(server) if server else None,
            )
        except SecurityError:
            return None

    def _coded(
        self, made: Reply, headers: dict[bytes, bytes], *, is_head: bool
    ) -> Coded:
        told = [(_name(n), v.encode("latin-1")) for n, v in made.headers]
        told += _HARDENING
        if self._cors_origins:
            self._share(told, headers)
        is_whole = made.stream is None and made.status == 200
        if is_whole and (made.body or not is_head):
            told.append((b"content-length", str(len(made.body)).encode()))
        return Coded(made.status, told, b"" if is_head else made.body, made.stream)

    def _share(
        self, told: list[tuple[bytes, bytes]], headers: dict[bytes, bytes]
    ) -> None:
        if "*" not in self._cors_origins:
            at = next(i for i, (name, _) in enumerate(told) if name == b"vary")
            told[at] = (b"vary", told[at][1] + b", Origin")
        origin = headers.get(b"origin")
        named = None if origin is None else origin.decode("latin-1")
        for name, value in shared(named, self._cors_origins):
            told.append((_name(name), value.encode("latin-1")))


@functools.cache
def _name(header: str) -> bytes:
    """The name of one of our headers, as it is sent."""
    return header.lower().encode()


def _operation(
    exchange: Exchange, headers: dict[bytes, bytes], body: bytes
) -> Operation | None:
    """What a program asks; ``None`` if the application must look at it.

    Raises:
        KGError: see ``read_operation``.
    """
    scope = exchange.scope
    method = scope["method"]
    is_plain = len(headers) == len(scope["headers"])  # none given twice
    sets_cookie = b"lang=" in scope["query_string"]
    if method not in _METHODS or not is_plain or sets_cookie:
        return None
    operation = read_operation(
        "query",
        "GET" if method == "HEAD" else method,
        headers.get(b"content-type", b"").decode("latin-1"),
        read_pairs(scope["query_string"]),
        body if method == "POST" else b"",
    )
    is_query = operation.text is not None and operation.wished != "html"
    return operation if is_query else None
