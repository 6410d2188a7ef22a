"""Neighbours of a thing by kind, counted and paged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kg.analysis.shelved import ShelvedGraph
from kg.model.network import Edge, Network, Node
from kg.shelf.links import Choice

PAGE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Relation:
    """Neighbours of one kind, counted before anyone asks for them.

    Attributes:
        direction: ``out`` when the thing is the subject, ``in`` when the object.
        group: group of the neighbours.
        status: ``actual`` or ``target``.
    """

    predicate: str
    direction: str
    group: str
    status: str
    total: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some neighbours of a thing.

    Attributes:
        relations: counts of all kinds, whatever was asked for.
        total: number of neighbours that fit.
        items: the neighbours of this page, the most linked first.
        network: the thing, these neighbours, what was shown already that they
            are linked to, and every link between them.
        after: key of the next page, ``""`` if this was the last.
    """

    relations: list[Relation]
    total: int
    items: list[Node]
    network: Network
    after: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Every stated link of a thing, and the things at their other ends by IRI."""

    edges: tuple[Edge, ...]
    nodes: dict[str, Node]


def expanded(
    large: ShelvedGraph,
    centre: Node,
    choice: Choice,
    shown: Iterable[str],
    page: tuple[str, int, set[str]],
) -> Page:
    """A page of neighbours of a large graph; see ``Graphs.expand``."""
    after, limit, old = page
    last = after.partition(" ")[2]
    iris, total, more = large.neighbours(
        centre.iri, choice, last, min(limit, PAGE_LIMIT), old
    )
    known = large.describe(iris)
    items = sorted((known.get(i) or Node(i) for i in iris), key=page_key)
    relations = [Relation(*told) for told in large.relations(centre.iri)]
    relations.sort(key=lambda r: (-r.total, r.predicate, r.direction, r.group))
    following = page_text(items[-1]) if items and more else ""
    drawn = large.around(centre, items, set(shown))
    return Page(relations, total, items, drawn, following)


def fits(edge: Edge, iri: str, other: Node, choice: Choice) -> bool:
    """Whether a neighbour of a thing is one that was chosen."""
    direction = "out" if edge.source == iri else "in"
    return (
        choice.predicate in {"", edge.predicate}
        and choice.direction in {"", direction}
        and choice.group in {"", other.group}
        and choice.status in {"", edge.status}
    )


def page_key(node: Node) -> tuple[int, str]:
    """The order of pages: the most linked first."""
    return -node.degree, node.iri


def page_text(node: Node) -> str:
    """The same order as ``page_key``, as a text that can be compared."""
    return f"{9_999_999_999 - node.degree:010d} {node.iri}"


def counted(iri: str, near: Neighbourhood) -> list[Relation]:
    """The neighbours of a thing by kind, the most first."""
    ends: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for edge in near.edges:
        other = edge.other(iri)
        direction = "out" if edge.source == iri else "in"
        key = (edge.predicate, direction, near.nodes[other].group, edge.status)
        ends[key].add(other)
    found = [Relation(*key, total=len(others)) for key, others in ends.items()]
    return sorted(found, key=lambda r: (-r.total, r.predicate, r.direction, r.group))
