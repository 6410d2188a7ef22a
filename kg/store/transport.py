"""Terms on their way from a worker to the service: JSON, each one only once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from kg.errors import StoreProtocolError
from kg.model import Blank, Iri, Literal, Term, Triple
from kg.store.terms import from_engine


def pack(variables: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Rows of the engine's terms (``None``: unbound) as JSON."""
    terms: dict[object, int] = {}
    numbered = terms.setdefault
    packed = [
        [None if term is None else numbered(term, len(terms)) for term in row]
        for row in rows
    ]
    plain = [_plain(term) for term in terms]
    told = {"variables": variables, "terms": plain, "rows": packed}
    return json.dumps(told).encode()


def _plain(term: object) -> list[str]:
    ours = from_engine(term)
    if isinstance(ours, Literal):
        return ["L", ours.value, ours.datatype, ours.language]
    return ["I" if isinstance(ours, Iri) else "B", ours.value]


_KINDS: dict[str, type[Iri] | type[Blank] | type[Literal]] = {
    "I": Iri,
    "B": Blank,
    "L": Literal,
}


def unpack(data: bytes) -> tuple[tuple[str, ...], list[tuple[Term | None, ...]]]:
    """Variables and rows that ``pack`` wrote."""
    told: dict[str, Any] = json.loads(data)
    terms: list[Term] = [_KINDS[kind](*parts) for kind, *parts in told["terms"]]
    rows = [tuple(None if i is None else terms[i] for i in row) for row in told["rows"]]
    return tuple(told["variables"]), rows


def as_triple(row: Sequence[Term | None]) -> Triple:
    """A row of three terms as a triple.

    Raises:
        StoreProtocolError: if it is none.
    """
    subject, predicate, thing = row
    if (
        not isinstance(subject, Iri | Blank)
        or not isinstance(predicate, Iri)
        or thing is None
    ):
        raise StoreProtocolError("A worker sent a triple RDF 1.1 does not have.")
    return (subject, predicate, thing)
