"""The door of the network: neighbours, ego, paths, overview, layouts.

Everything asks the ``Store`` protocol only and is kept for a generation, so the
same answers come from an embedded and from a remote store.
"""

from __future__ import annotations

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from kg.analysis import layout as layout_
from kg.analysis import paths, projection
from kg.analysis.introductions import Introduction, introductions
from kg.analysis.kept import read_overview, write_overview
from kg.analysis.large import Picture
from kg.analysis.neighbours import (
    PAGE_LIMIT,
    Neighbourhood,
    Page,
    counted,
    expanded,
    fits,
    page_key,
    page_text,
)
from kg.analysis.overview import Overview, overview
from kg.analysis.pictures import Pictures
from kg.analysis.shelved import ShelvedGraph
from kg.errors import NotFoundError
from kg.model.network import TARGET, Edge, Network, Node, Terms
from kg.shelf import Keeper
from kg.shelf.links import Choice
from kg.store import Store

T = TypeVar("T")
KEPT = 256
COMMON_LIMIT = 400
EGO_LIMIT = 400


class Graphs:
    """Answers about the network of a store; safe to share between threads.

    Args:
        store: where the graph is.
        folder: where an overview lies between two starts.
        keeper: of what was computed of a large graph.
    """

    def __init__(
        self, store: Store, folder: Path, keeper: Keeper | None = None
    ) -> None:
        self._store = store
        self._folder = folder
        self._keeper = keeper
        self._pictures = Pictures(folder, keeper) if keeper else None
        self._lock = threading.RLock()
        self._kept: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._generation = ""

    @property
    def generation(self) -> str:
        """The state of the data that answers are about."""
        return self._store.generation

    @property
    def _large(self) -> ShelvedGraph | None:
        """The network on the shelf of a large graph; none of a small one.

        Raises:
            PreparingError: if it is being computed for the first time.
        """
        shelf = self._keeper.at_hand() if self._keeper else None
        if shelf is None:
            return None
        return self._keep(
            ("large", shelf.generation),
            lambda: ShelvedGraph(self._store, shelf, self.terms, self._folder),
        )

    @property
    def state(self) -> str:
        """The generation, and the one of the shelf while a newer one is made."""
        shelf = self._keeper.at_hand() if self._keeper else None
        if shelf is None or shelf.generation == self.generation:
            return self.generation
        return f"{self.generation} {shelf.generation}"

    def describe(self, iris: Iterable[str]) -> dict[str, Node]:
        """Names, class and degree of these things; unknown ones are left out."""
        large = self._large
        if large is not None:
            return large.describe(iris)
        return projection.describe(self._store, iris, self.terms)

    def _keep(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        generation = self._store.generation
        with self._lock:
            if generation != self._generation:
                self._kept.clear()
                self._generation = generation
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[no-any-return]
        made = make()
        with self._lock:
            if generation == self._generation:
                self._kept[key] = made
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return made

    @property
    def terms(self) -> Terms:
        """Names of classes and relations."""
        return self._keep(("terms",), lambda: projection.read_terms(self._store))

    def network(self, iris: Iterable[str], *, with_inferred: bool = True) -> Network:
        """These things and every link between them; unknown ones are left out."""
        if (large := self._large) is not None:
            return large.network(iris, with_inferred=with_inferred)
        return projection.network(
            self._store, iris, self.terms, with_inferred=with_inferred
        )

    def node(self, iri: str) -> Node:
        """A thing.

        Raises:
            NotFoundError: if the graph says nothing of it.
        """
        found = self.describe([iri])
        if iri not in found or not projection.is_iri(iri):
            raise NotFoundError(
                f"Nothing in the network has the identifier {iri}.",
                zh=f"网络中没有标识符为 {iri} 的内容。",
            )
        return found[iri]

    def _neighbourhood(self, iri: str) -> Neighbourhood:
        def read() -> Neighbourhood:
            edges = projection.links(self._store, [iri])
            edges |= projection.links(self._store, [iri], end="o")
            ends = {edge.other(iri) for edge in edges.values()}
            nodes = projection.describe(self._store, sorted(ends), self.terms)
            for end in ends - set(nodes):
                nodes[end] = Node(end)
            return Neighbourhood(tuple(edges[k] for k in sorted(edges)), nodes)

        return self._keep(("near", iri), read)

    def expand(
        self,
        iri: str,
        choice: Choice,
        *,
        shown: Iterable[str] = (),
        after: str = "",
        limit: int = 20,
        only_new: bool = False,
    ) -> Page:
        """Neighbours of a thing by kind, the most linked first, paged.

        Args:
            iri: the thing.
            choice: which neighbours.
            shown: things on the screen; links from them to the new ones come too.
            after: the key the page before gave; a page is found again whatever
                was shown or hidden in between.
            only_new: leave out of the items what is shown.
            limit: neighbours of a page, at most ``PAGE_LIMIT``.

        Raises:
            NotFoundError: if the graph says nothing of the thing.
        """
        centre = self.node(iri)
        if (large := self._large) is not None:
            old = set(shown) if only_new else set()
            return expanded(large, centre, choice, shown, (after, limit, old))
        near = self._neighbourhood(iri)
        fitting = {
            edge.other(iri)
            for edge in near.edges
            if fits(edge, iri, near.nodes[edge.other(iri)], choice)
        }
        ordered = sorted((near.nodes[i] for i in fitting), key=page_key)
        old = set(shown) if only_new else set()
        rest = [
            n
            for n in ordered
            if n.iri not in old and (not after or page_text(n) > after)
        ]
        items = rest[: min(limit, PAGE_LIMIT)]
        following = page_text(items[-1]) if items and len(rest) > len(items) else ""
        drawn = self._around(centre, near, items, shown)
        return Page(counted(iri, near), len(ordered), items, drawn, following)

    def _around(
        self,
        centre: Node,
        near: Neighbourhood,
        items: list[Node],
        shown: Iterable[str],
    ) -> Network:
        old = set(shown) - {centre.iri}
        new = {n.iri for n in items}
        edges = {e.key: e for e in near.edges if e.other(centre.iri) in new | old}
        for end in ("s", "o"):
            for edge in projection.links(self._store, sorted(new), end=end).values():
                if {edge.source, edge.target} <= new | old | {centre.iri}:
                    edges[edge.key] = edge
        ends = {i for e in edges.values() for i in (e.source, e.target)}
        nodes = {centre.iri: centre} | {n.iri: n for n in items}
        missing = sorted(ends - set(nodes))
        nodes |= projection.describe(self._store, missing, self.terms)
        return Network(nodes, [edges[k] for k in sorted(edges)])

    def ego(
        self, iri: str, depth: int, *, limit: int = EGO_LIMIT
    ) -> tuple[Network, bool]:
        """What lies within ``depth`` steps; the most linked things of each step.

        Returns:
            The network, and whether things were left out because of ``limit``.

        Raises:
            NotFoundError: if the graph says nothing of the thing.
        """
        centre = self.node(iri)
        if (large := self._large) is not None:
            around, was_cut = large.ego(iri, depth, limit)
            near = large.network(around)
            near.nodes.setdefault(iri, centre)
            return near, was_cut
        kept, front, is_cut = {iri}, [iri], False
        for _ in range(depth):
            edges = self.step(front)
            reached = {e for x in edges for e in (x.source, x.target)} - kept
            degree = projection.degrees(self._store, sorted(reached))
            ordered = sorted(reached, key=lambda i: (-degree.get(i, 0), i))
            front = ordered[: max(0, limit - len(kept))]
            is_cut = is_cut or len(front) < len(ordered)
            kept.update(front)
        found = self.network(sorted(kept))
        found.nodes.setdefault(iri, centre)
        return found, is_cut

    def step(self, iris: Iterable[str]) -> list[Edge]:
        """Every stated link of these things, either way."""
        wanted = list(iris)
        edges = projection.links(self._store, wanted)
        edges |= projection.links(self._store, wanted, end="o")
        return [edges[key] for key in sorted(edges)]

    def paths(
        self, start: str, end: str, *, longest: int, with_targets: bool
    ) -> tuple[list[list[list[Edge]]], bool, dict[str, Node]]:
        """All shortest paths (``paths.shortest``) and the things on them.

        Raises:
            NotFoundError: if the graph says nothing of one of the two.
        """
        nodes = {iri: self.node(iri) for iri in (start, end)}

        def step(iris: Iterable[str]) -> list[Edge]:
            return [e for e in self.step(iris) if with_targets or e.status != TARGET]

        if (large := self._large) is not None:
            found, is_cut = large.shortest(
                start, end, longest=longest, with_targets=with_targets
            )
        else:
            found, is_cut = paths.shortest(start, end, step, longest=longest)
        ends = {
            i
            for path in found
            for hop in path
            for e in hop
            for i in (e.source, e.target)
        }
        nodes |= self.describe(sorted(ends - set(nodes)))
        return found, is_cut, nodes

    def common(self, one: str, two: str) -> Network:
        """The neighbours that two things share, the two, and the links."""
        if (large := self._large) is not None:
            return large.network_of(large.common(one, two, COMMON_LIMIT), (one, two))
        sides = [{e.other(i) for e in self._neighbourhood(i).edges} for i in (one, two)]
        self.node(one), self.node(two)
        shared = sides[0] & sides[1] - {one, two}
        edges = {
            e.key: e
            for i in (one, two)
            for e in self._neighbourhood(i).edges
            if e.other(i) in shared | {one, two}
        }
        nodes = projection.describe(
            self._store, [one, two, *sorted(shared)], self.terms
        )
        return Network(nodes, [edges[k] for k in sorted(edges)])

    def introductions(self, iri: str) -> list[Introduction]:
        """Whom a body could meet through its partners (``introductions``)."""
        shelf = self._keeper.at_hand() if self._keeper else None
        return introductions(self._store, shelf, iri)

    def size(self) -> int:
        """Number of statements, reached and planned."""
        return self._keep(("size",), lambda: projection.size(self._store))

    def overview(self) -> Overview:
        """Everything, with positions, communities and ranks; from a file if kept."""
        return self._keep(("overview",), self._read_overview)

    @property
    def is_large(self) -> bool:
        """Whether the graph has a shelf and its picture comes as files."""
        return self._keeper is not None and not self._keeper.is_small()

    def picture(self) -> Picture:
        """The picture of a large graph.

        While that of a new generation is made, the one before is shown.

        Raises:
            PreparingError: if it is computed for the first time.
        """
        if self._pictures is None:
            raise NotFoundError("There is no picture in files.")
        return self._pictures.of(self.generation)

    def most_linked(self, limit: int) -> Network:
        """The things with the most statements, and every stated link between them."""
        if (large := self._large) is not None:
            return large.network(large.most_linked(limit), with_inferred=False)
        found = self.overview().network
        ordered = sorted(found.nodes.values(), key=lambda n: (-n.degree, n.iri))
        kept = {n.iri: n for n in ordered[:limit] if n.degree}
        linked = [e for e in found.edges if e.source in kept and e.target in kept]
        return Network(kept, linked)

    def overview_at_hand(self, small: int) -> Overview | None:
        """The overview if it was computed, or if so few statements take no time."""
        if self.is_large:
            return None
        with self._lock:
            fresh = self._generation == self._store.generation
            kept = self._kept.get(("overview",)) if fresh else None
        if kept is not None or self.size() > small:
            return kept
        return self.overview()

    def core(self, limit: int) -> tuple[Network, layout_.Positions]:
        """The most linked things with all their links, and where they stand.

        What is left without a link among them stays out; of a graph with no more
        than ``limit`` things everything is there.
        """
        return self._keep(("core", str(limit)), lambda: self._core(limit))

    def _core(self, limit: int) -> tuple[Network, layout_.Positions]:
        found = self.overview()
        nodes = found.nodes
        if len(nodes) <= limit:
            points = zip(nodes, found.positions.tolist(), strict=True)
            places = {n.iri: (round(x, 4), round(y, 4)) for n, (x, y) in points}
            return self.network([n.iri for n in nodes]), places
        best = sorted(nodes, key=lambda n: (-n.degree, n.iri))[:limit]
        network = self.network([n.iri for n in best])
        linked = {i for e in network.edges if e.statement for i in (e.source, e.target)}
        network.nodes = {i: n for i, n in network.nodes.items() if i in linked}
        network.edges = [e for e in network.edges if {e.source, e.target} <= linked]
        member = {i: int(found.member[found.index[i]]) for i in network.nodes}
        return network, layout_.force(network, member)

    def _read_overview(self) -> Overview:
        name = re.sub(r"[^A-Za-z0-9_-]", "_", self.generation)
        path = self._folder / f"overview-{name}.npz"
        if (kept := read_overview(path)) is not None:
            return kept
        made = overview(projection.whole(self._store, self.terms))
        write_overview(path, made)
        for old in self._folder.glob("overview-*.npz"):
            if old != path:
                old.unlink(missing_ok=True)
        return made

    def whole(
        self, datasets: Iterable[str] = (), *, with_inferred: bool = False
    ) -> Network:
        """Every thing and link, or those that some datasets bring.

        Args:
            datasets: IRIs; all when empty. What is inferred belongs to none of
                them: it is kept where both ends are.
            with_inferred: whether inferred links come too.
        """
        found = projection.whole(self._store, self.terms)
        wanted = set(datasets)
        if wanted:
            found.edges = [e for e in found.edges if wanted & set(e.datasets)]
            kept = {i for e in found.edges for i in (e.source, e.target)}
            kept |= projection.things_of(self._store, wanted)
            found.nodes = {i: n for i, n in found.nodes.items() if i in kept}
        if with_inferred:
            found.edges += [
                e
                for e in projection.inferred(self._store, None, found.edges)
                if e.source in found.nodes and e.target in found.nodes
            ]
        return found

    def from_triples(self, triples: Iterable[Any]) -> Network:
        """The network that the triples of a CONSTRUCT describe."""
        return projection.from_triples(self._store, list(triples), self.terms)

    def positions(
        self, network: Network, kind: str, centre: str = ""
    ) -> layout_.Positions:
        """Positions by ``force``, ``radial``, ``tracks`` or ``places``."""
        if not network.nodes:
            return {}
        if kind == "radial":
            degree = Counter(
                i for e in network.edges for i in (e.source, e.target)
            ) or Counter(network.nodes)
            busiest = max(sorted(network.nodes), key=lambda i: degree[i])
            return layout_.radial(
                network, centre if centre in network.nodes else busiest
            )
        return layout_.LAYOUTS[kind](network)
