"""The server's time for each page, from the embedded store.

Asks every family of pages through the application itself (no network) and
prints milliseconds (median, 95th percentile, and the median of this process's
processor time, which a busy machine does not stretch) and the largest page. The first
visit after a publication is told apart: it counts what is kept per generation.

Run: ``python -m bench.pages [--organisations N] [--rounds N] [--limit MS]``

Without ``--organisations`` the graph that ships; with it, that graph and a
synthetic ecosystem of so many organisations beside it, on disk.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from flask.testing import FlaskClient

from bench.generator.__main__ import ecosystem, write
from bench.generator.ecosystem import GRAPH
from kg.config import load_settings
from kg.query.read import Reader
from kg.query.read import indicators as indicators_
from kg.query.read import sources as sources_
from kg.query.read import tracks as tracks_
from kg.query.read.listing import listed
from kg.store import Store
from kg.store.files import FileTriples
from kg.vocab import ONTOLOGY
from kg.web import create_app
from kg.web.reading import page_of
from kg.wiring import build_parts

SAMPLE = 20


def grow(store: Store, organisations: int, folder: Path) -> None:
    """Publish a synthetic ecosystem beside what the store holds."""
    before = time.perf_counter()
    path = folder / "synthetic.nt"
    with path.open("w", encoding="utf-8", newline="\n") as out:
        lines = write(ecosystem(organisations), out, quads=False)
    store.replace_graphs({GRAPH: FileTriples((path,))})
    path.unlink()
    spent = time.perf_counter() - before
    print(f"{organisations:,} organisations, {lines:,} triples, made in {spent:.0f} s")


def sample(found: list[str]) -> list[str]:
    """Some of them, spread evenly: the first, the last and between."""
    step = max(1, len(found) // SAMPLE)
    return [page_of(iri) for iri in found[::step][:SAMPLE]]


def families(read: Reader) -> dict[str, list[str]]:
    """Addresses to ask, by family; the biggest track is always among them."""
    tree = tracks_.tree(read)
    organisations = listed(read, read.terms.subs(ONTOLOGY + "Organization"), "zh")
    biggest = max(tree.order, key=lambda iri: tree[iri].members, default="")
    some = {
        "home": ["/"],
        "tracks": ["/tracks"],
        "track, biggest": [page_of(biggest)] if biggest else [],
        "track": sample(tree.order),
        "matrix": ["/tracks/matrix", "/tracks/matrix?page=2&sort=name"],
        "organisation": sample(organisations),
        "organisations": ["/entities?type=Organization"],
        "sources": ["/sources"],
        "source": sample([iri for iri, _, _ in sources_.all_sources(read)]),
        "indicators": ["/indicators"],
        "indicator": sample([n.iri for n, _ in indicators_.indicators(read)]),
        "questions": ["/questions", "/questions/firms_in_track"],
    }
    return {name: paths for name, paths in some.items() if paths}


def ask(client: FlaskClient, path: str) -> tuple[float, float, int]:
    """Milliseconds, of them on a processor, and bytes of one page."""
    before, busy = time.perf_counter(), time.process_time()
    answer = client.get(path, headers={"Accept": "text/html"})
    spent = (time.perf_counter() - before) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return spent, (time.process_time() - busy) * 1000, len(answer.data)


def main() -> int:
    """Measure; exit code 1 when a median is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organisations", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=50.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"file:{folder / 'store'}" if given.organisations else "memory:"
        settings = load_settings(
            {"store": url, "cache": str(folder / "cache")}, environment={}
        )
        parts = build_parts(settings)
        if given.organisations:
            grow(parts.store, given.organisations, folder)
        app = create_app(parts)
        client = app.test_client(use_cookies=False)
        first = [ask(client, path)[0] for path in ("/", "/tracks", "/tracks/matrix")]
        told = ", ".join(f"{ms:.0f}" for ms in first)
        print(f"first visit of home, tracks, matrix: {told} ms")
        with app.app_context():
            asked = families(Reader(app.extensions["kg"].store))
        late = 0
        for family, paths in asked.items():
            late += report(client, family, paths, given)
    return 1 if late else 0


def report(
    client: FlaskClient, name: str, paths: list[str], given: argparse.Namespace
) -> bool:
    """Print one family; whether its median is over the limit."""
    for path in paths:
        ask(client, path)
    found = [ask(client, path) for _ in range(given.rounds) for path in paths]
    times = sorted(ms for ms, _, _ in found)
    busy = statistics.median(ms for _, ms, _ in found)
    median = statistics.median(times)
    high = times[int(len(times) * 0.95)] if len(times) > 1 else times[0]
    size = max(size for _, _, size in found) / 1000
    print(
        f"{name:16}\tp50 {median:6.1f} ms\tp95 {high:6.1f} ms"
        f"\tcpu {busy:6.1f} ms\t{size:5.0f} kB"
    )
    return median > given.limit


if __name__ == "__main__":
    sys.exit(main())
