"""Asks the main pages once behind the first answers, so that no reader is the first.

The first visit of a page imports what only it needs, compiles its template and reads
what is kept for a generation: 10 to 900 ms that a reader would wait for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

from flask import Flask

from kg import vocab
from kg.errors import KGError
from kg.query.read import tracks
from kg.search import Wish
from kg.wiring import Parts

LOG = logging.getLogger(__name__)
_MAIN = (
    "/",
    "/tracks",
    "/tracks/matrix",
    "/entities",
    "/questions",
    "/rankings",
    "/sources",
    "/indicators",
    "/explore",
    "/search?q=a",
    "/api/search?q=a",
    "/sparql",
)
# What they load is seldom needed, and a service of a small graph stays small.
_OF_A_LARGE_GRAPH = ("/ontology", "/datasets", "/insights", "/partners")
_BROWSER = {"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip"}


def rehearse(app: Flask, parts: Parts, is_over: Callable[[], bool]) -> int:
    """Ask the main pages, one of each kind, in this thread.

    Args:
        app: that answers; nothing is counted or logged as a visit.
        parts: tell what there is to visit.
        is_over: whether the service is being stopped.

    Returns:
        How many pages were asked.
    """
    client, asked = app.test_client(use_cookies=False), 0
    companies = _companies(parts)
    for path in (*_MAIN, *_things(parts, companies), *_seldom(parts, companies)):
        if is_over():
            break
        # Whatever a page says, a reader will see it as well; here nobody does.
        client.get(path, headers=_BROWSER).close()
        asked += 1
    LOG.debug("%d pages were asked before their first readers", asked)
    return asked


def _seldom(parts: Parts, companies: Sequence[str]) -> Iterator[str]:
    try:
        is_small = parts.keeper.is_small()
    except KGError:
        return
    if not is_small:
        yield from _OF_A_LARGE_GRAPH
        for one in companies[:1]:
            yield f"/partners?asker={one}"


def _companies(parts: Parts) -> list[str]:
    """Local identifiers, as in addresses, of the two most linked, or fewer."""
    try:
        if (index := parts.names.ready) is None:
            return []
        found = index.search(Wish("", type="company", limit=2))
        found = found or index.search(Wish("", limit=2))
    except KGError:  # such as a large graph that was never prepared
        return []
    return [quote(m.iri.removeprefix(vocab.ID), safe="") for m in found]


def _things(parts: Parts, ids: Sequence[str]) -> Iterator[str]:
    """Pages and pictures of a track and of the most linked things."""
    try:
        order = tracks.tree(parts.reader).order
    except KGError:
        return
    if order:  # tracks have pages of their own
        yield "/tracks/" + quote(order[0].removeprefix(f"{vocab.ID}track-"), safe="")
    for one in ids[:1]:
        yield f"/entities/{one}"
        yield f"/entities/{one}/facts"
        yield f"/api/graph/expand?id={one}"
        yield f"/api/graph/ego?id={one}"
    if len(ids) > 1:
        yield f"/api/graph/path?from={ids[0]}&to={ids[1]}"
