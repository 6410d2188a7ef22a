"""Several servers that hold the same data: reads go to any, writes to the first."""

from __future__ import annotations

import itertools
import random
import time

from kg.errors import KGError, QueryTimeoutError, StoreError, StoreUnreachableError
from kg.store.remote.catalogue import Catalogue, catalogue_graph
from kg.store.remote.endpoint import Endpoint
from kg.store.remote.options import RemoteOptions
from kg.store.remote.transport import Answer, Deadline, Transport, unreachable


class Replicas:
    """Chooses a server for each read, and another when it fails.

    Only servers at the newest generation that can be reached are asked, so that
    an answer never goes back in time because of a replica that lags.
    """

    def __init__(self, options: RemoteOptions, transport: Transport) -> None:
        self._options = options
        self.endpoints = tuple(
            Endpoint(url, options, transport) for url in options.query_urls
        )
        self._turn = itertools.count()

    @property
    def primary(self) -> Endpoint:
        """The server that is written to."""
        return self.endpoints[0]

    def forget(self) -> None:
        """Look every catalogue up anew."""
        for endpoint in self.endpoints:
            endpoint.forget()

    def current(self, deadline: Deadline) -> tuple[Catalogue, list[Endpoint]]:
        """The newest catalogue, and the servers that have it, next in turn first.

        Raises:
            StoreUnreachableError: if no server answers.
            StoreError: if a publication was cut off on a server whose updates
                are not atomic.
        """
        start = next(self._turn) % len(self.endpoints)
        found: list[tuple[Catalogue, Endpoint]] = []
        last: KGError | None = None
        for endpoint in self.endpoints[start:] + self.endpoints[:start]:
            try:
                found.append((endpoint.catalogue(deadline), endpoint))
            except (StoreError, QueryTimeoutError) as exc:
                last = exc
        if not found:
            raise last or unreachable(self.primary.url, "no server is left")
        newest = max((c for c, _ in found), key=lambda c: c.serial)
        if newest.swapping:
            raise _between_generations()
        return newest, [e for c, e in found if c.generation == newest.generation]

    def query(
        self,
        text: str,
        accept: str,
        deadline: Deadline,
        *,
        dataset: tuple[tuple[str, str], ...] = (),
    ) -> Answer:
        """Send a read to one server; on failure to the next, then again.

        Args:
            text: the query.
            accept: one media type.
            deadline: for all tries together.
            dataset: fields that name the dataset; none for the store's own.

        Raises:
            StoreUnreachableError: if no server answers in the tries it has.
            QueryTimeoutError: when the deadline passes.
        """
        last: StoreUnreachableError | None = None
        for attempt in range(self._options.read_retries + 1):
            if attempt:
                self._pause(attempt, last, deadline)
            try:
                catalogue, endpoints = self.current(deadline)
            except StoreUnreachableError as exc:
                last = exc
                continue
            fields = dataset or self.dataset(catalogue)
            for endpoint in endpoints:
                try:
                    return endpoint.query(text, fields, accept, deadline)
                except StoreUnreachableError as exc:
                    endpoint.forget()
                    last = exc
        raise last or unreachable(self.primary.url, "no server is left")

    def _pause(
        self, attempt: int, last: StoreUnreachableError | None, deadline: Deadline
    ) -> None:
        told = float(last.context.get("retry_after_s", 0)) if last else 0.0
        # Jitter spreads the clients of a server that comes back.
        own = self._options.backoff_s * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311
        time.sleep(min(max(own, told), deadline.left_s))
        if deadline.left_s <= 0:
            raise last or deadline.error()

    def dataset(self, catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
        """The dataset of a query that names none.

        The default graph is the materialised union: engines disagree on what
        the default graph of a query is, and those that take the union of all
        graphs do not deduplicate. A named graph is always given, because
        Virtuoso takes the absence of one for "all".
        """
        space = self._options.space
        named = sorted(catalogue.graphs) or [catalogue_graph(space) + "/none"]
        return (
            ("default-graph-uri", catalogue.default),
            *(("named-graph-uri", graph) for graph in named),
        )


def _between_generations() -> StoreError:
    return StoreError(
        "The store is between two generations: a publication is under way or was "
        "cut off.",
        zh="存储正处于两个版本之间：发布正在进行或曾被中断。",
        hint="Try again; if it stays, publish again: the rest is finished first.",
        hint_zh="请重试；若持续出现，请再次发布，系统会先完成未完成的部分。",
        context={"retry_after_s": 2},
    )
