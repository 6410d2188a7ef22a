"""Neighbours, surroundings and paths of a large graph, from its shelf.

The answers are those of ``kg.analysis.graphs`` on a small graph. The shelf tells
who is linked with whom; names, periods and data sets of what is shown come from
the store, so that a request costs what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg.analysis import paths, projection
from kg.model.network import TARGET, Edge, Network, Node, Terms
from kg.shelf import Shelf
from kg.shelf.links import HEAVY, Link, Links, Near
from kg.store import Store

Hop = list[Edge]


class ShelvedGraph:
    """The network of a large graph.

    Args:
        store: for what is shown.
        shelf: for who is linked with whom.
        terms: names of classes and relations.
    """

    def __init__(self, store: Store, shelf: Shelf, terms: Terms) -> None:
        self._store = store
        self._shelf = shelf
        self._terms = terms
        self._links = Links(shelf)

    def describe(self, iris: Iterable[str]) -> dict[str, Node]:
        """Names, class and degree of these things."""
        return projection.describe(self._store, iris, self._terms, self._shelf.degrees)

    def most_linked(self, limit: int) -> list[str]:
        """IRIs of the things with the most statements."""
        return self._links.most_linked(limit)

    def relations(self, iri: str) -> list[tuple[str, str, str, str, int]]:
        """Predicate, direction, group, status and number of each kind of neighbour."""
        number = self._links.number(iri)
        return [] if number is None else self._links.relations(number)

    def neighbours(
        self, iri: str, wish: Near, after: str, limit: int, without: set[str]
    ) -> tuple[list[str], int, bool]:
        """A page of neighbours, how many there are, and whether more follow.

        Args:
            iri: of the thing.
            wish: which ones.
            after: IRI of the last one of the page before; ``""`` for the first.
            limit: of the page.
            without: IRIs that are not told again.
        """
        number = self._links.number(iri)
        if number is None:
            return [], 0, False
        place = self._links.places([after]).get(after, 0) if after else 0
        found = self._links.neighbours(
            number, wish, after=place, limit=limit + len(without) + 1
        )
        kept = [one for one, _ in found if one not in without]
        return kept[:limit], self._links.count(number, wish), len(kept) > limit

    def edges(self, iris: Iterable[str]) -> list[Edge]:
        """Every stated link between two of these things, with its period."""
        found = self._links.among(sorted(set(iris)))
        return list(projection.stated(self._store, [f[0] for f in found]).values())

    def network(self, iris: Iterable[str], *, with_inferred: bool = True) -> Network:
        """These things and every link between them."""
        nodes = self.describe(iris)
        edges = self.edges(nodes)
        if with_inferred:
            edges += self._inferred(nodes, edges)
        return Network(nodes, sorted(edges, key=lambda e: e.key))

    def _inferred(self, nodes: dict[str, Node], stated: Sequence[Edge]) -> list[Edge]:
        """Inferred links between these things, from their ends with few links.

        What is inferred of a busy thing is as much as what is stated of it.
        """
        degrees = self._shelf.degrees(list(nodes))
        busy = sorted(i for i in nodes if degrees.get(i, 0) >= HEAVY)
        others = sorted(nodes.keys() - set(busy))
        triples = [
            *projection.inferred_triples(self._store, others),
            *projection.inferred_triples(self._store, others, end="o"),
            *projection.inferred_between(self._store, busy),
        ]
        inside = [t for t in triples if t[0] in nodes and t[2] in nodes]
        return projection.unstated(inside, stated)

    def ego(self, iri: str, depth: int, limit: int) -> tuple[list[str], bool]:
        """What lies within some steps, the most linked of each step, and if cut."""
        kept, front, is_cut = {iri}, [iri], False
        for _ in range(depth):
            room = max(0, limit - len(kept))
            best: dict[str, int] = {}
            for one in front:
                number = self._links.number(one)
                if number is not None:
                    # Of each no more than could be kept, were all others known.
                    wanted = room + len(kept) + 1
                    best |= dict(self._links.neighbours(number, Near(), limit=wanted))
            reached = sorted(best.keys() - kept, key=lambda i: best[i])
            front = reached[:room]
            is_cut = is_cut or len(front) < len(reached)
            kept.update(front)
        return sorted(kept), is_cut

    def shortest(
        self, start: str, end: str, *, longest: int, with_targets: bool
    ) -> tuple[list[list[Hop]], bool]:
        """All shortest paths, as ``paths.shortest`` gives them."""

        def step(iris: Iterable[str]) -> list[Edge]:
            found = map(_bare, self._links.of(list(iris)))
            return [e for e in found if with_targets or e.status != TARGET]

        found, is_cut = paths.shortest(start, end, step, longest=longest)
        used = {e.statement for path in found for hop in path for e in hop}
        whole = projection.stated(self._store, sorted(used))
        told = [[[whole.get(e.key, e) for e in hop] for hop in p] for p in found]
        return told, is_cut

    def common(self, one: str, two: str, limit: int) -> list[str]:
        """The neighbours that two things share, the most linked first."""
        numbers = [self._links.number(i) for i in (one, two)]
        return self._links.shared(numbers[0], numbers[1], limit)

    def network_of(self, shared: Sequence[str], ends: tuple[str, str]) -> Network:
        """Two things, what they share, and the links to it and between the two."""
        nodes = self.describe([*ends, *shared])
        edges = {
            e.key: e for e in self.edges(nodes) if e.source in ends or e.target in ends
        }
        return Network(nodes, [edges[k] for k in sorted(edges)])

    def around(self, centre: Node, items: Sequence[Node], shown: set[str]) -> Network:
        """A thing, new things, what of the shown ones they are linked to, the links.

        Links between things that were shown already do not come again, but for
        those of the centre.
        """
        new = {n.iri for n in items}
        fresh = new | {centre.iri}
        edges = {
            e.key: e
            for e in self.edges(new | shown | {centre.iri})
            if e.source in fresh or e.target in fresh
        }
        ends = {i for e in edges.values() for i in (e.source, e.target)}
        nodes = {centre.iri: centre} | {n.iri: n for n in items}
        nodes |= self.describe(sorted(ends - set(nodes)))
        return Network(nodes, [edges[k] for k in sorted(edges)])


def _bare(link: Link) -> Edge:
    statement, source, predicate, target, status = link
    return Edge(statement, source, target, predicate, status)
