"""The graph at rest: one ``Store`` protocol, an adapter for each kind of store.

The only room that imports pyoxigraph or an HTTP client, and the only one that
sees their exceptions: they leave here as ``kg.errors``.
"""

from kg.store.base import (
    Answer,
    GraphWrite,
    Limits,
    ServiceStore,
    Solutions,
    Store,
    UserQuery,
    UserUpdate,
    Written,
)

__all__ = [
    "Answer",
    "GraphWrite",
    "Limits",
    "ServiceStore",
    "Solutions",
    "Store",
    "UserQuery",
    "UserUpdate",
    "Written",
]
