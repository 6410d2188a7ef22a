"""What a page needs of the whole graph, computed once for each generation.

Counts, orders and the members of every class and track lie in one SQLite file
beside the name index, so that a page costs what it shows, not what the graph
holds. ``build`` fills it by streaming, ``frame`` reads the things from a store,
``lists`` puts them in order, ``shelf`` reads it, ``keeper`` finds the one that
fits the store and has it made in a process of its own when it is missing.
Small graphs need none: there the plain queries are quick.
"""

from kg.shelf.build import write_shelf
from kg.shelf.keeper import Keeper
from kg.shelf.shelf import Shelf

__all__ = ["Keeper", "Shelf", "write_shelf"]
