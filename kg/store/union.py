"""Keeps the default graph the set union of the named graphs.

Hidden graphs (``vocab.HIDDEN_GRAPHS``: suggestions) are left out of the union.

Every change is compared with the state before it, graph by graph, so that the
work grows with what changed and not with what is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

import pyoxigraph as ox

from kg import vocab

Spo = tuple[Any, Any, Any]
Change = tuple[set[Spo], set[Spo]]
"""What came and what went."""

_LOOK_UPS = 100_000


def follow(
    before: ox.Store,
    after: ox.Store,
    *,
    unnamed: str,
    only: Iterable[str] | None = None,
) -> list[str]:
    """Make the default graph of ``after`` the union of its named graphs again.

    Args:
        before: the store before a change; in it the union holds.
        after: the store after the change.
        unnamed: IRI of the graph to which what the change did to the default
            graph itself is moved.
        only: the named graphs the change can have touched, with ``""`` if it
            can have touched the default graph itself; ``None`` for all of them.

    Returns:
        IRIs of the named graphs that changed, in order.
    """
    return sorted(follow_changes(before, after, unnamed=unnamed, only=only)[0])


def follow_changes(
    before: ox.Store,
    after: ox.Store,
    *,
    unnamed: str,
    only: Iterable[str] | None = None,
) -> tuple[dict[str, Change], int]:
    """The same; gives what came and went, and by how many quads the store grew.

    A store that was empty has no count, and no content of the changes.
    """
    touched = None if only is None else set(only)
    is_new = next(iter(before), None) is None
    if is_new and touched is not None and "" not in touched:
        return {name: (set(), set()) for name in _all_new(after, touched)}, 0
    default = ox.DefaultGraph()
    if touched is None or "" in touched:
        came, went = _change(before, after, default)
        keep = ox.NamedNode(unnamed)
        for spo in went:
            after.remove(ox.Quad(*spo, keep))
            after.add(ox.Quad(*spo))
        after.extend(ox.Quad(*spo, keep) for spo in came)
        for spo in came:
            after.remove(ox.Quad(*spo))
        if touched is not None and (came or went):
            touched.add(unnamed)
    changes = graph_changes(before, after, touched)
    seen = [c for name, c in changes.items() if name not in vocab.HIDDEN_GRAPHS]
    grown = sum(len(came) - len(went) for came, went in changes.values())
    grown -= take_from_default(after, {spo for _, went in seen for spo in went})
    grown += add_to_default(after, {spo for came, _ in seen for spo in came})
    return changes, grown


def take_from_default(store: ox.Store, gone: set[Spo]) -> int:
    """Take out what no named graph holds any more; how many that were."""
    lost = [
        quad
        for spo in gone - _still_there(store, gone)
        if (quad := ox.Quad(*spo)) in store
    ]
    for quad in lost:
        store.remove(quad)
    return len(lost)


def add_to_default(store: ox.Store, came: set[Spo]) -> int:
    """Put in what is not there; how many that were."""
    new = [quad for spo in came if (quad := ox.Quad(*spo)) not in store]
    store.extend(new)
    return len(new)


def _all_new(after: ox.Store, only: Iterable[str]) -> list[str]:
    """The same for a store that was empty: nothing to compare, all in bulk."""
    names = sorted(n for n in only if after.contains_named_graph(ox.NamedNode(n)))
    for name in (n for n in names if n not in vocab.HIDDEN_GRAPHS):
        quads = after.quads_for_pattern(None, None, None, ox.NamedNode(name))
        after.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    return names


def graph_changes(
    before: ox.Store, after: ox.Store, only: Iterable[str] | None = None
) -> dict[str, Change]:
    """The named graphs that differ, each with what came and what went."""
    if only is None:
        only = {
            g.value
            for store in (before, after)
            for g in store.named_graphs()
            if isinstance(g, ox.NamedNode)
        }
    changes: dict[str, Change] = {}
    for name in filter(None, only):
        graph = ox.NamedNode(name)
        came, went = _change(before, after, graph)
        existed = before.contains_named_graph(graph)
        if came or went or existed != after.contains_named_graph(graph):
            changes[name] = (came, went)
    return changes


def _change(
    before: ox.Store, after: ox.Store, graph: ox.NamedNode | ox.DefaultGraph
) -> Change:
    old = before.quads_for_pattern(None, None, None, graph)
    new = after.quads_for_pattern(None, None, None, graph)
    # Both come in the order of the same index: equal graphs are equal lists.
    if all(a == b for a, b in zip_longest(old, new)):
        return set(), set()
    was, is_now = (
        {(q.subject, q.predicate, q.object) for q in quads}
        for quads in (
            before.quads_for_pattern(None, None, None, graph),
            after.quads_for_pattern(None, None, None, graph),
        )
    )
    return is_now - was, was - is_now


def _still_there(store: ox.Store, wanted: set[Spo]) -> set[Spo]:
    """Those of these that a named graph holds, other than a hidden one."""
    hidden = {ox.NamedNode(name) for name in vocab.HIDDEN_GRAPHS}
    aside = {ox.DefaultGraph(), *hidden}
    if len(wanted) <= _LOOK_UPS:
        return {
            spo
            for spo in wanted
            if any(
                q.graph_name not in aside for q in store.quads_for_pattern(*spo, None)
            )
        }
    return {
        spo
        for graph in list(store.named_graphs())
        if graph not in hidden
        for q in store.quads_for_pattern(None, None, None, graph)
        if (spo := (q.subject, q.predicate, q.object)) in wanted
    }
