"""The made graph of the load benchmarks: 12,000 triples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.model import Iri, Literal, Triple
from kg.store.isolated import IsolatedStore

N = 1500
E = "http://example.org/"


def triples() -> Iterator[Triple]:
    """Some 12,000 triples of organisations in tracks and parks that cooperate."""
    for i in range(N):
        one = Iri(f"{E}o{i}")
        yield one, Iri(E + "label"), Literal(f"机构 {i}")
        yield one, Iri(E + "name"), Literal(f"Organisation {i} of the valley")
        yield one, Iri(E + "track"), Iri(f"{E}t{i % 40}")
        yield one, Iri(E + "park"), Iri(f"{E}p{i % 12}")
        for step in (1, 7, 31, 113):
            yield one, Iri(E + "with"), Iri(f"{E}o{(i * step + step) % N}")


def filled(root: Path) -> None:
    """A store with these triples."""
    store = IsolatedStore(root)
    store.replace_graphs({"urn:bench": triples()})
    store.close()
