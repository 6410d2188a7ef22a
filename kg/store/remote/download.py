"""Whole graphs out of a server that limits its answers.

Virtuoso cuts what it gives, graph downloads included; ORDER BY with OFFSET is
limited there too. So a graph is read in parts by the hash of its subjects, each
part small enough to be whole, and the parts are counted against the graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from kg.errors import QueryTooLargeError
from kg.model import Triple
from kg.store.remote.results import broken

_PART_TRIPLES = 50_000
_DIGITS = "0123456789abcdef"
_DEEPEST = 6


class Asked(Protocol):
    """The reading side of a store."""

    def construct(self, query: str, *, timeout_s: float = 30.0) -> list[Triple]:
        """Answer a CONSTRUCT."""


def download(
    store: Asked, graph: str, expected: int, timeout_s: float
) -> Iterator[Triple]:
    """Every triple of a graph, in no order.

    Args:
        store: where it is.
        graph: its IRI.
        expected: how many triples it has.
        timeout_s: of each part.

    Raises:
        StoreProtocolError: if the parts do not make up the whole.
    """
    depth = 0
    while expected > _PART_TRIPLES * 16**depth:
        depth += 1
    found = 0
    for prefix in _prefixes(depth):
        for triple in _part(store, graph, prefix, timeout_s):
            found += 1
            yield triple
    if found != expected:
        raise broken(f"{found} of {expected} triples of {graph} came")


def _prefixes(depth: int) -> list[str]:
    prefixes = [""]
    for _ in range(depth):
        prefixes = [p + digit for p in prefixes for digit in _DIGITS]
    return prefixes


def _part(store: Asked, graph: str, prefix: str, timeout_s: float) -> Iterator[Triple]:
    only = f"FILTER(STRSTARTS(MD5(STR(?s)), '{prefix}'))" if prefix else ""
    query = (
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} {only} }}"
    )
    try:
        yield from store.construct(query, timeout_s=timeout_s)
    except QueryTooLargeError:
        if len(prefix) >= _DEEPEST:
            raise
        for digit in _DIGITS:
            yield from _part(store, graph, prefix + digit, timeout_s)
