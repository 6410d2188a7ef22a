"""One server: its query address, its circuit breaker, what it publishes."""

from __future__ import annotations

import time

from kg.errors import StoreUnreachableError
from kg.store.remote.breaker import CircuitBreaker
from kg.store.remote.catalogue import Catalogue, read_catalogue
from kg.store.remote.options import RemoteOptions
from kg.store.remote.results import status_error
from kg.store.remote.transport import Answer, Deadline, Request, Transport, unreachable

_OVERLOADED = {429, 502, 503}


class Endpoint:
    """A SPARQL query endpoint.

    Queries go as form-encoded POST: Virtuoso 7.2 never answers a POST of
    ``application/sparql-query``, and long GETs are refused by several servers.
    """

    def __init__(self, url: str, options: RemoteOptions, transport: Transport) -> None:
        self.url = url
        self.breaker = CircuitBreaker()
        self._options = options
        self._transport = transport
        self._catalogue: Catalogue | None = None
        self._read_at = 0.0

    def query(
        self,
        text: str,
        dataset: tuple[tuple[str, str], ...],
        accept: str,
        deadline: Deadline,
    ) -> Answer:
        """Send one query, once.

        Args:
            text: the query.
            dataset: ``default-graph-uri`` and ``named-graph-uri`` fields.
            accept: one media type.
            deadline: of this request; the server's own parameters get the rest.

        Raises:
            StoreUnreachableError: if the breaker is open, there is no
                connection, it breaks off, or the server is overloaded.
            QueryTimeoutError: when the deadline passes.
        """
        if not self.breaker.allows():
            raise unreachable(self.url, f"left alone for {self.breaker.wait_s:.1f} s")
        request = Request(
            "POST",
            self.url,
            accept,
            (("query", text), *dataset, *self._parameters(deadline)),
            authenticated=self._options.auth_reads,
        )
        try:
            answer = self._transport.send(
                request, deadline, self._options.max_answer_bytes
            )
        except StoreUnreachableError:
            self.breaker.failed()
            raise
        except BaseException:
            # A slow answer or a full pool says nothing about the server's health.
            self.breaker.succeeded()
            raise
        if answer.status in _OVERLOADED:
            self.breaker.failed()
            raise status_error(answer)
        self.breaker.succeeded()
        return answer

    def _parameters(self, deadline: Deadline) -> tuple[tuple[str, str], ...]:
        left = deadline.left_s
        return tuple(
            (
                name,
                value.replace("{timeout_ms}", str(int(left * 1000))).replace(
                    "{timeout_s}", str(max(1, int(left)))
                ),
            )
            for name, value in self._options.parameters
        )

    def catalogue(self, deadline: Deadline, *, fresh: bool = False) -> Catalogue:
        """What this server publishes, at most ``refresh_s`` old."""
        age = time.monotonic() - self._read_at
        if self._catalogue is None or fresh or age > self._options.refresh_s:
            self._catalogue = read_catalogue(self, self._options.space, deadline)
            self._read_at = time.monotonic()
        return self._catalogue

    def forget(self) -> None:
        """Look the catalogue up anew next time."""
        self._catalogue = None
