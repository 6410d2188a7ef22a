"""The server's time for each page and each API of the explorer, against size.

Asks every family of addresses through the application itself (no network) on one
or several stores and prints, for each family, milliseconds of the first visit of
an address (nothing kept of it in the process: what a cache by generation cannot
help) and of a repeated one, medians and the worst, and the exponent of the first
visits against size (1.0: linear; what only grows with its result stays near 0).

Run: ``python -m bench.pages [STORE ...] [--rounds N] [--limit MS] [--cache DIR]``

A STORE is a setting (``file:var/large``, ``sparql+http://…``); what a large graph
needs is computed first (``kg prepare``) unless it is there. Without one the graph
that ships is asked, on disk. ``--organisations N`` makes a synthetic ecosystem
(``bench.generator``), loads it and asks that.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from flask.testing import FlaskClient

from bench.generator.__main__ import ecosystem, write
from bench.scale_measure import exponent, python, run
from kg import vocab
from kg.config import load_settings
from kg.query.fitting import fitted
from kg.query.read import indicators as indicators_
from kg.query.read import sources as sources_
from kg.query.read import tracks as tracks_
from kg.query.read.listing import page
from kg.query.read.overview import overview
from kg.store.isolated import IsolatedStore
from kg.vocab import ONTOLOGY
from kg.web import create_app
from kg.web.reading import page_of
from kg.wiring import Parts, build_parts, questions

SAMPLE = 12
HUBS = 3
TYPED = ("康泰", "bj", "kang", "tai", "bio", "生物", "zzzzz", "康态", "biotehc", "科")


@dataclass
class Measured:
    """Milliseconds of one family on one store."""

    first: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    largest: int = 0


def sample(found: list[str]) -> list[str]:
    """Some of them, spread evenly: the first, the last and between."""
    step = max(1, len(found) // SAMPLE)
    return found[::step][:SAMPLE]


def families(parts: Parts) -> dict[str, list[str]]:
    """Addresses to ask, by family; the busiest things have families of their own."""
    read = parts.reader
    tree = tracks_.tree(read)
    organisations, total = page(read, ONTOLOGY + "Organization", "zh", (5000, 0))
    hubs = list(parts.graphs.most_linked(40).nodes.values())
    hubs.sort(key=lambda node: -node.degree)
    busy = [n.iri for n in hubs if n.group not in {"track", "area"}][:HUBS]
    parks = [n.iri for n in hubs if n.group == "area"][:HUBS]
    ids = [iri.removeprefix(vocab.ID) for iri in sample(organisations)]
    hub_ids = [iri.removeprefix(vocab.ID) for iri in (*busy, *parks)]
    tracks = [tree[iri].id for iri in tree.order]
    pages = min(-(-total // 50), 40)
    known = [iri for iri, _, _ in sources_.all_sources(read)]
    found = {
        "home": ["/", "/?lang=en"],
        "tracks": ["/tracks", "/tracks?lang=en"],
        "track": [page_of(iri) for iri in sample(tree.order)],
        "track, page 2": [f"/tracks/{t}?page=2" for t in tracks[:3]],
        "matrix": [
            f"/tracks/matrix?{wish}"
            for wish in ("", "lang=en", "page=2", "sort=name", "kind=company")
        ],
        "compare": [f"/tracks/compare?a={a}&b={b}" for a, b in pairwise(tracks[:5])],
        "entities": [f"/entities?type=Organization&page={n}" for n in (1, pages)],
        "organisation": [page_of(iri) for iri in sample(organisations)],
        "busiest": [page_of(iri) for iri in (*busy, *parks)],
        "its facts": [f"/entities/{i}/facts" for i in hub_ids],
        "sources": ["/sources", "/sources?page=2"],
        "source": [page_of(i) for i in sample(known)],
        "indicators": ["/indicators"],
        "indicator": [page_of(n.iri) for n, _ in indicators_.indicators(read)[:SAMPLE]],
        "ontology": ["/ontology"],
        "datasets": ["/datasets"],
        "search page": [f"/search?q={quote(text)}" for text in TYPED],
        "/api/search": [f"/api/search?q={quote(text)}" for text in TYPED],
        "explore": ["/explore"],
        "questions": ["/questions"],
        "expand": [f"/api/graph/expand?id={i}" for i in ids],
        "expand, busiest": [f"/api/graph/expand?id={i}" for i in hub_ids],
        "ego": [f"/api/graph/ego?id={i}" for i in ids],
        "ego, two steps": [f"/api/graph/ego?id={i}&depth=2" for i in ids[:4]],
        "path": [f"/api/graph/path?from={a}&to={b}" for a, b in pairwise(ids)],
        "common": [f"/api/graph/common?a={a}&b={b}" for a, b in pairwise(ids)],
        "about": [f"/api/graph/about?id={i}" for i in (*ids[:4], *hub_ids[:2])],
        "overview": ["/api/graph/overview", "/api/graph/communities"],
        "partners, form": ["/partners"],
        "insights": ["/insights"],
        **_answers(parts),
    }
    return {name: paths for name, paths in found.items() if paths}


def _answers(parts: Parts) -> dict[str, list[str]]:
    """Each question whose blanks can be filled, as it is first asked."""
    offered = fitted(questions(), parts.reader)
    return {f"? {q.name}": [f"/questions/{q.name}"] for q in offered if not q.absent}


def ask(client: FlaskClient, path: str) -> tuple[float, int]:
    """Milliseconds and bytes of one page.

    Raises:
        SystemExit: if it does not answer.
    """
    accept = "application/json" if path.startswith("/api/") else "text/html"
    before = time.perf_counter()
    answer = client.get(path, headers={"Accept": accept, "Accept-Encoding": "gzip"})
    size = len(answer.data)
    spent = (time.perf_counter() - before) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return spent, size


@dataclass
class Asked:
    """What was measured on one store."""

    organisations: int
    families: dict[str, Measured]


def measure(url: str, cache: Path, given: argparse.Namespace) -> Asked:
    """Ask every family on one store, by a service that was just started."""
    settings = {"store": url, "cache": str(cache), "shipped": given.shipped}
    parts = build_parts(load_settings(settings, environment={}))
    try:
        if isinstance(parts.store, IsolatedStore):
            parts.store.warm()
        parts.warm()
        parts.keeper.wait()
        parts.warm()
        client = create_app(parts).test_client(use_cookies=False)
        organisations = overview(parts.reader).organisations
        print(f"\n{url}: {organisations:,} organisations", file=sys.stderr)
        found: dict[str, Measured] = {}
        for name, paths in families(parts).items():
            if re.search(given.only, name):
                found[name] = one = _family(client, paths, given.rounds)
                print(f"{name:28} {_cell(one)}", file=sys.stderr)
        return Asked(organisations, found)
    finally:
        parts.store.close()


def _family(client: FlaskClient, paths: list[str], rounds: int) -> Measured:
    found = Measured()
    for path in paths:
        spent, size = ask(client, path)
        found.first.append(spent)
        found.largest = max(found.largest, size)
        found.again += [ask(client, path)[0] for _ in range(rounds)]
    return found


def _cell(one: Measured) -> str:
    first, again = statistics.median(one.first), statistics.median(one.again)
    return f"{first:.0f} ({max(one.first):.0f}) / {again:.0f}"


def make(organisations: int, folder: Path) -> str:
    """The address of a store with a synthetic ecosystem of this size."""
    path, store = folder / f"{organisations}.nt", f"file:{folder}/{organisations}"
    with path.open("w", encoding="utf-8", newline="\n") as out:
        write(ecosystem(organisations), out, quads=False)
    run(*python("-m", "kg", "load", str(path), "--store", store))
    path.unlink()
    return store


def report(asked: list[Asked]) -> Iterator[str]:
    """The table, in Markdown."""
    sizes = [one.organisations for one in asked]
    head = " | ".join(f"{n:,}" for n in sizes)
    yield "\nms: first visit, median (worst) / again, median\n"
    yield f"| | {head} | exponent |"
    yield f"|{' --- |' * (len(sizes) + 2)}"
    for name in dict.fromkeys(name for one in asked for name in one.families):
        found = [one.families.get(name) for one in asked]
        firsts = [statistics.median(f.first) if f else None for f in found]
        slope = exponent(sizes, firsts) if len(sizes) > 1 else None
        cells = " | ".join(_cell(f) if f else "-" for f in found)
        yield f"| {name} | {cells} | {'-' if slope is None else f'{slope:.2f}'} |"


def main() -> int:
    """Measure; exit code 1 when a median of first visits is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stores", nargs="*")
    parser.add_argument("--organisations", type=int, nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=200.0, help="milliseconds")
    parser.add_argument("--cache", type=Path, help="kept between runs")
    parser.add_argument("--only", default="", help="families that match this")
    given = parser.parse_args()
    given.shipped = "no"
    with tempfile.TemporaryDirectory(prefix="kg-pages-") as name:
        folder = Path(name)
        urls = [*given.stores, *(make(n, folder) for n in given.organisations)]
        if not urls:
            given.shipped, urls = "yes", [f"file:{folder}/shipped"]
        cache = given.cache or folder / "cache"
        asked = [measure(url, cache / re.sub(r"\W+", "-", url), given) for url in urls]
    print("\n".join(report(asked)))
    late = [
        name
        for one in asked
        for name, found in one.families.items()
        if statistics.median(found.first) > given.limit
    ]
    if late:
        print(f"over {given.limit:.0f} ms: {', '.join(late)}", file=sys.stderr)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
