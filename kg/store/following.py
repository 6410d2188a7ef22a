"""What has to follow a change: the default graph, and what the rules conclude."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg import vocab
from kg.store.conclusions import conclude_all, renew, rules_of
from kg.store.union import Change, follow, graph_changes


@dataclass(frozen=True, slots=True)
class Basis:
    """What is known of the state that a change starts from.

    Attributes:
        is_concluded: whether its conclusions are those that the rules give.
        quads: how many it has; ``None`` if nobody counted.
    """

    is_concluded: bool = True
    quads: int | None = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """A change with all that follows.

    Attributes:
        changed: IRIs of the named graphs that changed; that of the conclusions
            only if the change itself touched it.
        is_renewed: whether conclusions were brought up to date, and not left.
        basis: for the next change.
    """

    changed: list[str]
    is_renewed: bool
    basis: Basis


def follow_change(
    before: ox.Store,
    after: ox.Store,
    only: Iterable[str] | None,
    basis: Basis,
    *,
    conclude: bool,
    folder: Path | None = None,
) -> Followed:
    """Bring the default graph and, where asked for, the conclusions up to date.

    Args:
        before: the state before the change.
        after: the state after it; it is changed.
        only: the named graphs that it can have touched (see ``union.follow``).
        basis: what is known of ``before``.
        conclude: whether to conclude; else a graph of conclusions is left as it
            is, and counts as current only if nothing else can have changed it.
        folder: for files; ``None`` for the system's own.
    """
    changes, grown = follow(before, after, unnamed=vocab.UNNAMED_GRAPH, only=only)
    quads = None if basis.quads is None else basis.quads + grown
    if not conclude:
        is_concluded = _is_still_concluded(after, changes, basis)
        return Followed(sorted(changes), False, Basis(is_concluded, quads))
    if not basis.is_concluded:
        more = conclude_all(after, folder=folder)
    elif changes:
        size = len(after) if quads is None else quads
        more = renew(before, after, changes, quads=size, folder=folder)
    else:
        return Followed([], False, basis)
    quads = None if quads is None else quads + more
    return Followed(sorted(changes), True, Basis(True, quads))


def only_compared(
    before: ox.Store, after: ox.Store, only: Iterable[str] | None
) -> Followed:
    """The same for a store whose default graph is a graph of its own."""
    changed = sorted(graph_changes(before, after, only))
    return Followed(changed, False, Basis(is_concluded=True, quads=None))


def _is_still_concluded(
    after: ox.Store, changes: Mapping[str, Change], basis: Basis
) -> bool:
    if vocab.INFERRED_GRAPH in changes:  # they came along
        return True
    if basis.is_concluded and vocab.HIDDEN_GRAPHS.issuperset(changes):
        return True
    return not rules_of(after)
