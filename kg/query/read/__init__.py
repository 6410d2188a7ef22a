"""The read model: what pages, exports and other rooms ask of the graph.

Every question is a constant number of plain SPARQL 1.1 queries on the ``Store``
protocol, however many things it is about: names, facts and evidence are fetched
in bulk. Selective patterns come first; classes are looked at last or counted
once per generation (the embedded engine has no statistics).
"""

from kg.query.read.evidence import Evidence, Source
from kg.query.read.facts import Fact, Group
from kg.query.read.figures import Figure
from kg.query.read.names import Name
from kg.query.read.reader import Reader
from kg.query.read.thing import Thing

__all__ = [
    "Evidence",
    "Fact",
    "Figure",
    "Group",
    "Name",
    "Reader",
    "Source",
    "Thing",
]
