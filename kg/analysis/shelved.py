"""Neighbours, surroundings and paths of a large graph, from its shelf.

The answers are those of ``kg.analysis.graphs`` on a small graph. While the shelf is of
the generation before, names, periods and data sets of what is shown come from the
store, which knows them as they are now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from kg.analysis import adjacency, paths, projection
from kg.analysis.adjacency import Adjacency, read_adjacency
from kg.analysis.compact import Compact, read_compact
from kg.model.network import INFERRED, TARGET, Edge, Network, Node, Terms
from kg.shelf import Shelf
from kg.shelf.links import STATUSES, Choice, Links
from kg.shelf.network import Neighbourhood, Row, Thing
from kg.store import Store

Hop = list[Edge]
_ACTUAL = STATUSES.index("actual")


class ShelvedGraph:
    """The network of a large graph.

    Args:
        store: for what the shelf does not know.
        shelf: for who is linked with whom.
        terms: names of classes and relations.
        folder: where the network lies as numbers, once it was made.
    """

    def __init__(self, store: Store, shelf: Shelf, terms: Terms, folder: Path) -> None:
        self._store = store
        self._shelf = shelf
        self._terms = terms
        self._folder = folder
        self._mapped: tuple[Compact, Adjacency] | None = None
        self._links = Links(shelf)
        self._near = Neighbourhood(shelf)

    @property
    def _is_fresh(self) -> bool:
        return self._shelf.generation == self._store.generation

    def describe(self, iris: Iterable[str]) -> dict[str, Node]:
        """Names, class and degree of these things."""
        return self._described(list(dict.fromkeys(iris)))[0]

    def _described(self, iris: Sequence[str]) -> tuple[dict[str, Node], list[Thing]]:
        """The things, in their order, and what the shelf has of them."""
        things = self._near.things(iris)
        if not self._is_fresh:
            store, shelf = self._store, self._shelf
            return projection.describe(store, iris, self._terms, shelf.degrees), things
        found = {thing[1]: _node(thing) for thing in things if thing[7]}
        rest = [iri for iri in iris if iri not in found]
        if rest:
            found |= projection.describe(
                self._store, rest, self._terms, self._shelf.degrees
            )
        return {iri: found[iri] for iri in iris if iri in found}, things

    def most_linked(self, limit: int) -> list[str]:
        """IRIs of the things with the most statements."""
        return self._links.most_linked(limit)

    def relations(self, iri: str) -> list[tuple[str, str, str, str, int]]:
        """Predicate, direction, group, status and number of each kind of neighbour."""
        number = self._links.number(iri)
        return [] if number is None else self._links.relations(number)

    def neighbours(
        self, iri: str, wish: Choice, after: str, limit: int, without: set[str]
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

    def _edges(self, rows: Collection[Row], things: Iterable[Thing]) -> list[Edge]:
        """Links with their periods and what they rest on."""
        if not self._is_fresh:
            return list(projection.stated(self._store, [r[0] for r in rows]).values())
        called = {thing[0]: thing[1] for thing in things}
        terms = self._near.terms
        rests = self._near.origins({row[7] for row in rows if row[7] is not None})
        return [
            Edge(
                iri,
                called[s],
                called[o],
                terms[p],
                STATUSES[status],
                start or "",
                end or "",
                *(rests[origin] if origin is not None else ((), ())),
            )
            for iri, s, p, o, status, start, end, origin in rows
        ]

    def network(self, iris: Iterable[str], *, with_inferred: bool = True) -> Network:
        """These things and every link between them."""
        nodes, things = self._described(list(dict.fromkeys(iris)))
        edges = self._edges(self._near.between(things), things)
        if with_inferred:
            called = {thing[0]: thing[1] for thing in things}
            terms = self._near.terms
            edges += [
                Edge("", called[s], called[o], terms[p], INFERRED)
                for s, p, o in self._near.drawn(things)
            ]
        inside = (e for e in edges if e.source in nodes and e.target in nodes)
        return Network(nodes, sorted(inside, key=lambda e: e.key))

    def ego(self, iri: str, depth: int, limit: int) -> tuple[list[str], bool]:
        """What lies within some steps, the most linked of each step, and if cut."""
        start = self._links.number(iri)
        if start is None:
            return [iri], False
        kept, front, is_cut = {start}, [start], False
        for _ in range(depth):
            room = max(0, limit - len(kept))
            best: dict[int, int] = {}
            for one in front:
                # Of each no more than could be kept, were all others known.
                best |= dict(self._near.first(one, room + len(kept) + 1))
            reached = sorted(best.keys() - kept, key=lambda thing: best[thing])
            front = reached[:room]
            is_cut = is_cut or len(front) < len(reached)
            kept.update(front)
        return sorted(self._shelf.iris(list(kept))), is_cut

    def shortest(
        self, start: str, end: str, *, longest: int, with_targets: bool
    ) -> tuple[list[list[Hop]], bool]:
        """All shortest paths, as ``paths.shortest`` gives them."""
        numbers = self._shelf.numbers_of([start, end])
        if len(numbers) < 2:
            return ([[]], False) if start == end else ([], False)
        found, is_cut = self._ways(numbers[start], numbers[end], longest, with_targets)
        things = self._near.things({n for path in found for n in path}, "id")
        called = {thing[0]: thing[1] for thing in things}
        used = {frozenset(pair) for path in found for pair in pairwise(path)}
        rows = [
            row for row in self._near.between(things) if frozenset(row[1:4:2]) in used
        ]
        between: dict[frozenset[str], dict[str, Edge]] = defaultdict(dict)
        for edge in self._edges(rows, things):
            if with_targets or edge.status != TARGET:
                between[frozenset((edge.source, edge.target))][edge.key] = edge
        told = [paths.hops([called[n] for n in path], between) for path in found]
        return told, is_cut

    def _ways(
        self, start: int, end: int, longest: int, with_targets: bool
    ) -> tuple[list[list[int]], bool]:
        """The things on all shortest paths, by their numbers on the shelf."""
        if (mapped := self._read()) is None:
            # The network is made after the shelf; until then rows are looked up.
            status = None if with_targets else _ACTUAL
            return paths.ways(
                start,
                end,
                lambda things: self._near.near(things, status),
                longest=longest,
                order=self._shelf.array("place iri").__getitem__,
                weigh=self._near.weight,
            )
        network, near = mapped
        one, two = (int(network.number[thing]) for thing in (start, end))
        if one < 0 or two < 0:  # what nothing is linked to
            return ([[start]] if start == end else []), False
        found, is_cut = adjacency.ways(
            near, one, two, longest=longest, with_planned=with_targets
        )
        return [[int(network.thing[n]) for n in path] for path in found], is_cut

    def _read(self) -> tuple[Compact, Adjacency] | None:
        """The network as numbers, mapped; none while it is not made."""
        if self._mapped is None:
            network = read_compact(self._folder, self._shelf)
            near = read_adjacency(self._folder, network) if network else None
            self._mapped = (network, near) if network and near else None
        return self._mapped

    def common(self, one: str, two: str, limit: int) -> list[str]:
        """The neighbours that two things share, the most linked first."""
        numbers = [self._links.number(i) for i in (one, two)]
        return self._links.shared(numbers[0], numbers[1], limit)

    def network_of(self, shared: Sequence[str], ends: tuple[str, str]) -> Network:
        """Two things, what they share, and the links to it and between the two."""
        found = self.network([*ends, *shared], with_inferred=False)
        edges = [e for e in found.edges if e.source in ends or e.target in ends]
        return Network(found.nodes, edges)

    def around(self, centre: Node, items: Sequence[Node], shown: set[str]) -> Network:
        """A thing, new things, what of the shown ones they are linked to, the links.

        Links between things that were shown already do not come again, but for
        those of the centre.
        """
        fresh = {centre.iri: centre} | {n.iri: n for n in items}
        found = self.network([*fresh, *sorted(shown - set(fresh))], with_inferred=False)
        edges = [e for e in found.edges if e.source in fresh or e.target in fresh]
        ends = {i for e in edges for i in (e.source, e.target)}
        far = {i: n for i, n in found.nodes.items() if i in ends and i not in fresh}
        return Network(fresh | dict(sorted(far.items())), edges)


def _node(thing: Thing) -> Node:
    _, iri, zh, en, type_, group, degree, _ = thing
    return Node(iri, zh, en, type_ or "", group or "other", degree)
