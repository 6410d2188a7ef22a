"""The contract that every store keeps.

Data lie in named graphs, one for each dataset (``lvg:<dataset>``), and the
inferred triples in ``lvg:inferred``. The default graph that a query sees when
it names none holds every asserted and every inferred triple exactly once,
whatever number of datasets brought it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from kg.model import Term, Triple


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


class Store(Protocol):
    """What every room above may ask of a store.

    ``select``, ``ask`` and ``construct`` are for the product's own queries,
    whose texts are known; what a visitor sends goes another way (``kg.query``).
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

    def replace_graphs(self, graphs: dict[str, Iterable[Triple] | None]) -> str:
        """Replace (or, for ``None``, remove) named graphs, all or nothing.

        The default graph follows: afterwards it is the set union of the named
        graphs.

        Returns:
            The new generation.
        """

    def close(self) -> None:
        """Let go of files and processes; the store cannot be used afterwards."""
