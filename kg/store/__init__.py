"""The graph at rest: one ``Store`` protocol, an adapter for each kind of store.

The only room that imports pyoxigraph or an HTTP client, and the only one that
sees their exceptions: they leave here as ``kg.errors``.
"""

from kg.store.base import Solutions, Store

__all__ = ["Solutions", "Store"]
