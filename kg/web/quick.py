"""Programs' cheap queries, answered on the event loop (``docs/decisions/0097``).

What may run on the loop is bounded: a request of at most ``MAX_TEXT_BYTES`` is
read and looked at by the guard there, which takes a millisecond or two at the
worst; the worker is asked without waiting for it; an answer that is to be
compressed is, unless it is short, left to a thread. Everything else goes on in
a thread, and so does what is not over after ``PATIENCE_S``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from kg.errors import KGError
from kg.query.service import Answered
from kg.store.base import Answer, UserQuery
from kg.web.direct import Begun, Coded, Direct, Planned
from kg.web.encoding import coding_for
from kg.web.exchange import Exchange

PATIENCE_S: Final = 0.05
MAX_TEXT_BYTES: Final = 2048
MAX_PLANS: Final = 1024
MAX_PACKED_BYTES: Final = 16 * 1024
Gone = Callable[[], bool]


class Running(Protocol):
    """A query that a store has begun (see ``kg.store.quick.QuickAnswer``)."""

    over: asyncio.Future[bool]

    @property
    def answer(self) -> Answer:
        """The answer, once ``over`` is true."""

    def leave_to_thread(self) -> None:
        """Stop waiting on the loop."""

    def go_on(self) -> Answer:
        """Wait for the answer in this thread."""

    def close(self) -> None:
        """Stop the query, or leave the queue."""


Begin = Callable[
    [UserQuery, asyncio.AbstractEventLoop, Gone, dict[str, bytes]], Running | None
]


class Quick:
    """Answers programs at ``/sparql`` on the event loop.

    Args:
        direct: plans queries and tells answers.
        begin: begins a query on the loop (``IsolatedStore.quick``).
    """

    def __init__(self, direct: Direct, begin: Begin) -> None:
        self._direct = direct
        self._begin = begin
        self._plans: dict[tuple[object, ...], Planned] = {}

    async def answer(
        self, exchange: Exchange, headers: dict[bytes, bytes], body: bytes
    ) -> Coded | Begun | None:
        """The answer; or what gives it in a thread; or ``None``: nothing was begun.

        Never waits longer than ``PATIENCE_S`` and raises no error of a query:
        a thread tells it.
        """
        try:
            planned = self._plan(exchange, headers, body)
            if planned is None:
                return None
            same = self._direct.unchanged(planned, headers)
            if same is not None:
                return same
            return await self._asked(planned, exchange, headers)
        except KGError as error:
            return _raiser(error)

    async def _asked(
        self, planned: Planned, exchange: Exchange, headers: dict[bytes, bytes]
    ) -> Coded | Begun | None:
        queries, query = self._direct.queries, planned.query
        found = queries.known(
            query, planned.offer, may_keep=planned.may_keep, bom=planned.bom
        )
        if found.kept is not None:
            return self._told(planned, found, headers)
        loop = asyncio.get_running_loop()
        running = self._begin(query, loop, exchange.is_gone, planned.sent)
        if running is None:
            return None
        if await _patiently(running, loop):
            queries.complete(found, query, running.answer)
            return self._told(planned, found, headers)

        def rest() -> Coded:
            queries.complete(found, query, running.go_on())
            return self._direct.coded(planned, found, headers)

        return rest

    def _plan(
        self, exchange: Exchange, headers: dict[bytes, bytes], body: bytes
    ) -> Planned | None:
        """The plan of a short request; kept, for what is asked is asked again."""
        scope = exchange.scope
        length = len(scope["query_string"]) + len(body)
        if length > MAX_TEXT_BYTES or len(headers) != len(scope["headers"]):
            return None
        key = (
            scope["query_string"],
            exchange.client,
            scope["method"],
            headers.get(b"host"),
            headers.get(b"accept"),
            headers.get(b"content-type"),
            body,
        )
        planned = self._plans.get(key)
        if planned is None:
            planned = self._direct.plan(exchange, headers, body, may_wait=False)
            if planned is not None and not planned.query.federated:
                if len(self._plans) >= MAX_PLANS:
                    del self._plans[next(iter(self._plans))]
                self._plans[key] = planned
        return planned

    def _told(
        self, planned: Planned, found: Answered, headers: dict[bytes, bytes]
    ) -> Coded | Begun:
        kept = found.kept
        accepted = headers.get(b"accept-encoding")
        if kept is None or (
            accepted is not None
            and len(kept.body) > MAX_PACKED_BYTES
            and coding_for(accepted.decode("latin-1")) not in {"", *kept.encoded}
        ):
            return lambda: self._direct.coded(planned, found, headers)
        return self._direct.coded(planned, found, headers)


async def _patiently(running: Running, loop: asyncio.AbstractEventLoop) -> bool:
    """Whether it was over in time; raises what the query did."""
    timer = loop.call_later(PATIENCE_S, running.leave_to_thread)
    try:
        return await running.over
    except KGError:
        raise
    except BaseException:  # the server stops: nobody waits for this any more
        running.leave_to_thread()
        loop.run_in_executor(None, running.close)
        raise
    finally:
        timer.cancel()


def _raiser(error: KGError) -> Begun:
    def tell() -> Coded | None:
        raise error

    return tell
