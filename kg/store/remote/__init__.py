"""The remote store: any SPARQL 1.1 Protocol and Graph Store Protocol server.

Nothing above this folder knows which server it is; each quirk of a server is
handled in one place, named in the docstring of that place.

* ``options``: what the operator says.  ``auth``, ``transport``, ``breaker``:
  one HTTP request.  ``endpoint``: one server.  ``replicas``: several of them.
* ``results``: what counts as a complete answer.
* ``catalogue``, ``staging``, ``publication``: graphs replaced all or nothing.
* ``probe``: what this server can do.  ``store``: the ``Store`` contract.
"""

from kg.store.remote.options import RemoteOptions
from kg.store.remote.store import RemoteStore

__all__ = ["RemoteOptions", "RemoteStore"]
