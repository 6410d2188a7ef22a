"""Questions to an engine in this process, answered in terms of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from kg.errors import StoreError
from kg.model import Term, Triple
from kg.store.base import Solutions
from kg.store.terms import from_engine, model_triple, query_error

Row = tuple[Term | None, ...]
Place = ox.NamedNode | ox.DefaultGraph


def solutions(
    store: ox.Store, query: str, default: Sequence[Place] = ()
) -> ox.QuerySolutions:
    """The engine's answer to a SELECT, which is read as it is found.

    Args:
        store: is asked.
        query: its text.
        default: graphs that make the default graph; its own, when left out.

    Raises:
        QuerySyntaxError: if the text does not parse.
        StoreError: if it is no SELECT, or the engine fails.
    """
    found = _asked(store, query, default)
    if not isinstance(found, ox.QuerySolutions):
        raise StoreError("This query is not a SELECT.")
    return found


def found_triples(store: ox.Store, query: str) -> ox.QueryTriples:
    """The same for a CONSTRUCT; some triples come twice."""
    found = _asked(store, query)
    if not isinstance(found, ox.QueryTriples):
        raise StoreError("This query is not a CONSTRUCT.")
    return found


def rows(found: ox.QuerySolutions) -> Iterator[Row]:
    """Solutions of the engine as rows of ours, one at a time."""
    for row in found:
        yield tuple(None if term is None else from_engine(term) for term in row)


def select(store: ox.Store, query: str) -> Solutions:
    """The whole answer to a SELECT; raises as ``solutions`` does."""
    found = solutions(store, query)
    return Solutions(tuple(v.value for v in found.variables), list(rows(found)))


def ask(store: ox.Store, query: str) -> bool:
    """The answer to an ASK; raises as ``solutions`` does."""
    found = _asked(store, query)
    if not isinstance(found, ox.QueryBoolean):
        raise StoreError("This query is not an ASK.")
    return bool(found)


def construct(store: ox.Store, query: str) -> list[Triple]:
    """The triples of a CONSTRUCT, each once; raises as ``solutions`` does."""
    found = found_triples(store, query)
    return list(dict.fromkeys(model_triple(triple) for triple in found))


def _asked(store: ox.Store, query: str, default: Sequence[Place] = ()) -> object:
    try:
        return store.query(query, default_graph=list(default) or None)
    except SyntaxError as exc:
        raise query_error(exc) from exc
    except (OSError, ValueError, RuntimeError) as exc:
        raise StoreError(f"The engine failed: {exc}") from exc
