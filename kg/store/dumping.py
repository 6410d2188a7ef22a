"""Writes graphs of a store as one document, at the engine's own speed.

Nothing is held: what is written is a triple or a quad at a time, in the order of the
engine's index, so that a dump of any size takes the memory of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pyoxigraph as ox

from kg import vocab

Write = Callable[[bytes], object]
DUMPED: Final = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
}
"""Media types that can be written without holding the whole."""
_QUADS: Final = {"application/n-quads", "application/trig"}


class _Out:
    """Where the engine writes."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def write(self, data: bytes) -> int:
        """Pass a piece on."""
        self._write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""


def dump_graphs(
    store: ox.Store, graphs: Sequence[str], media_type: str, write: Write
) -> None:
    """Write some named graphs; one that is not there is empty.

    Args:
        store: is only read.
        graphs: IRIs, best the largest first; a format of triples gets their set
            union.
        media_type: one of ``DUMPED``.
        write: takes the pieces.
    """
    names = [ox.NamedNode(graph) for graph in graphs]
    out = _Out(write)
    form = DUMPED[media_type]
    if media_type in _QUADS:
        quads = (q for n in names for q in store.quads_for_pattern(None, None, None, n))
        ox.serialize(quads, out, form, prefixes=_prefixes(media_type))  # type: ignore[arg-type]
        return
    if media_type == "application/n-triples" and names:
        # The first by the engine alone; lines of the others simply follow.
        first = names.pop(0)
        store.dump(out, form, from_graph=first)  # type: ignore[arg-type]
        ox.serialize(_union(store, names, [first]), out, form)  # type: ignore[arg-type]
        return
    triples = _union(store, names, [])
    ox.serialize(triples, out, form, prefixes=_prefixes(media_type))  # type: ignore[arg-type]


def _union(
    store: ox.Store, names: Sequence[ox.NamedNode], written: Sequence[ox.NamedNode]
) -> Iterator[ox.Triple]:
    """Each triple of these graphs once, and none that was written before."""
    before = list(written)
    for name in names:
        for q in store.quads_for_pattern(None, None, None, name):
            spo = q.subject, q.predicate, q.object
            if not any(ox.Quad(*spo, other) in store for other in before):
                yield q.triple
        before.append(name)


def _prefixes(media_type: str) -> dict[str, str] | None:
    readable = {"text/turtle", "application/rdf+xml", "application/trig"}
    return dict(vocab.PREFIXES) if media_type in readable else None
