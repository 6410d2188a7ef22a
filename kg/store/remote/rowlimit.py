"""Finds out at how many rows a server cuts its answers.

Virtuoso cuts a SELECT at ``ResultSetMaxRows`` and says so in a header. It cuts
the triples of a CONSTRUCT, and of a graph it is asked for, at the same number
and says nothing. So before a large graph is believed, the server is asked for
one row more than the graph has triples, by a SELECT that needs no data.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kg.store.remote import results
from kg.store.remote.transport import Answer, Deadline

_UNSUSPICIOUS = 1_000
_AXIS = 100

Ask = Callable[[str, str, Deadline], Answer]


class RowLimit:
    """What is known of a server's limit; learnt only when it matters.

    Args:
        ask: sends a query (text, media type, deadline).
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._limit: int | None = None
        self._beyond = _UNSUSPICIOUS

    def check(self, answer: Answer, found: int, deadline: Deadline) -> None:
        """Let a graph of this many triples pass if it cannot have been cut.

        Raises:
            QueryTooLargeError: if it has as many triples as the server gives.
            QueryTimeoutError, StoreError: if the server cannot be asked.
        """
        if "virtuoso" not in answer.headers.get("Server", "").lower():
            return
        with self._lock:
            if self._limit is None and found >= self._beyond:
                self._learn(found, deadline)
            limit = self._limit
        if limit is not None and found >= limit:
            raise results.cut_at(limit)

    def _learn(self, found: int, deadline: Deadline) -> None:
        axis = " ".join(map(str, range(_AXIS)))
        blocks = " ".join(f"VALUES ?v{i} {{ {axis} }}" for i in range(3))
        text = f"SELECT ?v0 WHERE {{ {blocks} }} LIMIT {found + 1}"
        answer = self._ask(text, results.JSON, deadline)
        results.check_status(answer)
        self._limit = results.row_limit(answer)
        if self._limit is None:
            self._beyond = min(found + 1, _AXIS**3)
