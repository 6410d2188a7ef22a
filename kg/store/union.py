"""Keeps the default graph the set union of the named graphs.

Hidden graphs (``vocab.HIDDEN_GRAPHS``: suggestions) are left out of the union.

Every change is compared with the state before it, graph by graph, so that the
work grows with what changed and not with what is there. What a large change did
is not held in memory: it is read from the two states again when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from typing import Any, Final

import pyoxigraph as ox

from kg import vocab

Spo = tuple[Any, Any, Any]

IN_MEMORY: Final = 50_000
"""Triples of a change that are kept, and quads of one transaction of the engine."""
AT_ONCE: Final = 200_000
"""Quads of one bulk load; the engine holds a million and more at once if it may."""


class Difference:
    """The triples of a graph that the same graph of another state has not.

    It can be iterated again and again, as long as nobody changes this graph; a
    large one is read from the engine each time.
    """

    def __init__(
        self, here: ox.Store, there: ox.Store, graph: ox.NamedNode | ox.DefaultGraph
    ) -> None:
        self._here, self._there, self._graph = here, there, graph
        first = list(islice(self._read(), IN_MEMORY + 1))
        self._kept = first if len(first) <= IN_MEMORY else None
        self._count = None if self._kept is None else len(first)

    def __iter__(self) -> Iterator[Spo]:
        return self._read() if self._kept is None else iter(self._kept)

    def having(self, predicates: Iterable[ox.NamedNode]) -> Iterator[Spo]:
        """Those with one of these predicates; the others are not read, if many."""
        wanted = set(predicates)
        if self._kept is not None:
            return (spo for spo in self._kept if spo[1] in wanted)
        return (spo for p in wanted for spo in self._read(p))

    def __bool__(self) -> bool:
        return self._count != 0

    def count(self) -> int:
        """How many there are; asked after a reading to the end, it costs nothing."""
        if self._count is None:
            self._count = sum(1 for _ in self)
        return self._count

    def _read(self, predicate: ox.NamedNode | None = None) -> Iterator[Spo]:
        graph, there = self._graph, self._there
        is_all = isinstance(graph, ox.NamedNode) and not there.contains_named_graph(
            graph
        )
        count = 0
        for quad in self._here.quads_for_pattern(None, predicate, None, graph):
            if is_all or quad not in there:
                count += 1
                yield quad.subject, quad.predicate, quad.object
        if predicate is None:
            self._count = count


class Change:
    """What a change did to one graph.

    Attributes:
        came: triples it has now and had not.
        went: triples it had and has not any more.
    """

    __slots__ = ("came", "went")

    def __init__(
        self,
        before: ox.Store,
        after: ox.Store,
        graph: ox.NamedNode | ox.DefaultGraph,
    ) -> None:
        self.came = Difference(after, before, graph)
        self.went = Difference(before, after, graph)


def follow(
    before: ox.Store,
    after: ox.Store,
    *,
    unnamed: str,
    only: Iterable[str] | None = None,
) -> tuple[dict[str, Change], int]:
    """Make the default graph of ``after`` the union of its named graphs again.

    Args:
        before: the store before a change; in it the union holds.
        after: the store after the change.
        unnamed: IRI of the graph to which what the change did to the default
            graph itself is moved.
        only: the named graphs the change can have touched, with ``""`` if it
            can have touched the default graph itself; ``None`` for all of them.

    Returns:
        The named graphs that changed, and by how many quads the store grew.
    """
    touched = None if only is None else set(only)
    if touched is None or "" in touched:
        default = ox.DefaultGraph()
        keep = ox.NamedNode(unnamed)
        change = _change(before, after, default)
        if change is not None:
            for spo in change.went:
                after.remove(ox.Quad(*spo, keep))
                after.add(ox.Quad(*spo))
            put(after, (ox.Quad(*spo, keep) for spo in change.came))
            for spo in change.came:
                after.remove(ox.Quad(*spo))
            if touched is not None:
                touched.add(unnamed)
    changes = graph_changes(before, after, touched)
    seen = [c for name, c in changes.items() if name not in vocab.HIDDEN_GRAPHS]
    grown = -sum(take_from_default(after, change.went) for change in seen)
    grown += sum(add_to_default(after, change.came) for change in seen)
    grown += sum(c.came.count() - c.went.count() for c in changes.values())
    return changes, grown


def put(store: ox.Store, quads: Iterable[ox.Quad]) -> None:
    """Put quads in: a few in one transaction, many in bulk, so that memory is flat."""
    stream = iter(quads)
    first = list(islice(stream, IN_MEMORY))
    if len(first) < IN_MEMORY:
        store.extend(first)
        return
    store.bulk_extend(first)
    for quad in stream:
        store.bulk_extend(chain([quad], islice(stream, AT_ONCE - 1)))


def remove_graph(store: ox.Store, graph: ox.NamedNode) -> None:
    """Remove a graph; the engine's own way holds all of it in one transaction."""
    for quad in store.quads_for_pattern(None, None, None, graph):
        store.remove(quad)
    store.remove_graph(graph)


def take_from_default(store: ox.Store, gone: Iterable[Spo]) -> int:
    """Take out what no named graph holds any more; how many that were."""
    count = 0
    for spo in gone:
        quad = ox.Quad(*spo)
        if quad in store and not is_held(store, spo):
            store.remove(quad)
            count += 1
    return count


def add_to_default(store: ox.Store, came: Iterable[Spo]) -> int:
    """Put in what is not there, each of them given once; how many that were."""
    count = 0

    def lacking() -> Iterator[ox.Quad]:
        nonlocal count
        for spo in came:
            quad = ox.Quad(*spo)
            if quad not in store:
                count += 1
                yield quad

    put(store, lacking())
    return count


def is_held(store: ox.Store, spo: Spo, aside: Iterable[str] = ()) -> bool:
    """Whether a named graph holds this, other than a hidden one and those aside."""
    left_out = {*vocab.HIDDEN_GRAPHS, *aside}
    return any(
        isinstance(q.graph_name, ox.NamedNode) and q.graph_name.value not in left_out
        for q in store.quads_for_pattern(*spo, None)
    )


def graph_changes(
    before: ox.Store, after: ox.Store, only: Iterable[str] | None = None
) -> dict[str, Change]:
    """The named graphs that differ, or came or went, each with what it did."""
    if only is None:
        only = {
            g.value
            for store in (before, after)
            for g in store.named_graphs()
            if isinstance(g, ox.NamedNode)
        }
    changes: dict[str, Change] = {}
    for name in sorted({*only} - {""}):
        graph = ox.NamedNode(name)
        existed = before.contains_named_graph(graph)
        change = _change(before, after, graph)
        if change is None and existed != after.contains_named_graph(graph):
            change = Change(before, after, graph)  # an empty one
        if change is not None:
            changes[name] = change
    return changes


def _change(
    before: ox.Store, after: ox.Store, graph: ox.NamedNode | ox.DefaultGraph
) -> Change | None:
    old = before.quads_for_pattern(None, None, None, graph)
    new = after.quads_for_pattern(None, None, None, graph)
    # Both come in the order of the same index: equal graphs are equal lists.
    if all(a == b for a, b in zip_longest(old, new)):
        return None
    change = Change(before, after, graph)
    return change if change.came or change.went else None
