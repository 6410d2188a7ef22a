"""What the product itself does at a size: load, publish, serve its pages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psutil

from bench.scale_measure import Cost, Http, Timing, folder_mb, python, run, timed
from bench.scale_queries import HUB, TRACK
from tests.servers import oxigraph

PAGES = {
    "page: home": "/",
    "page: tracks": "/tracks",
    "page: a track": f"/tracks/{TRACK.removeprefix('track-')}",
    "page: a thing": f"/entities/{HUB}",
    "page: list of things": "/entities",
    "search: two characters": f"/api/search?q={quote('康泰')}",
    "search: pinyin": "/api/search?q=kangtai",
    "search: nothing found": "/api/search?q=zzzzzz",
    "explorer: page": "/explore",
    "explorer: overview": "/api/graph/overview",
    "explorer: expand": f"/api/graph/expand?id={HUB}",
    "explorer: ego": f"/api/graph/ego?id={HUB}",
    "partners": f"/api/partners?asker={HUB}",
    "insights": "/insights",
    "question: achieved and planned": "/questions/achieved_and_planned",
    "question: hubs": "/questions/hubs",
    "question: facts and funding": "/questions/facts_and_funding_of_firms",
    "datasets": "/datasets",
    "VoID": "/.well-known/void",
}
EXPORTS = {"export: N-Triples": "/downloads/all.nt"}

# The publication that is measured: in a process of its own, on a copy by hard links.
_PUBLISH = """
import sys, time
from pathlib import Path
from kg.config import load_settings
from kg.curate.publication import publish
from kg.store.files import FileTriples
from kg.wiring import build_store
store = build_store(load_settings({"store": "file:" + sys.argv[1]}, environment={}))
graph = sys.argv[2]
for path in map(Path, sys.argv[3:]):
    began = time.perf_counter()
    publish(store, {graph: FileTriples((path,))})
    print(time.perf_counter() - began)
store.close()
"""


def load(data: Path, store: Path) -> Cost:
    """``kg load``."""
    return run(*python("-m", "kg", "load", str(data), "--store", f"file:{store}"))


def oxigraph_load(data: Path, folder: Path) -> tuple[Cost, float]:
    """``oxigraph load`` of the file twice, as our store keeps it; MiB it takes.

    Once into a named graph and once into the default graph: the same quads, but
    no inference and no merging of tables.
    """
    shutil.rmtree(folder, ignore_errors=True)
    costs = []
    for graph in ((), ("--graph", "urn:g")):
        command = (str(oxigraph.program()), "load", "--location", str(folder))
        costs.append(run(*command, "--file", str(data), *graph))
    size = folder_mb(folder)
    shutil.rmtree(folder, ignore_errors=True)
    total = Cost(
        sum(c.wall_s for c in costs),
        sum(c.cpu_s for c in costs),
        max(c.peak_mb for c in costs),
    )
    return total, size


def prepare(store: Path, cache: Path) -> Cost:
    """``kg prepare``: counts, names and the picture, once per generation."""
    shutil.rmtree(cache, ignore_errors=True)
    environment = {"KG_STORE": f"file:{store}", "KG_CACHE": str(cache)}
    return run(*python("-m", "kg", "prepare"), environment=environment)


def publish(store: Path, folder: Path) -> tuple[Cost, float]:
    """A data set of a thousand facts comes, and is replaced by another.

    Returns:
        The cost of all, and seconds of the replacement alone.
    """
    copy = folder / "published"
    shutil.rmtree(copy, ignore_errors=True)
    # RocksDB never changes a table file: hard links are as good as a copy.
    shutil.copytree(store, copy, copy_function=os.link)
    (copy / "CURRENT").unlink()
    shutil.copy(store / "CURRENT", copy / "CURRENT")
    files = [folder / "facts-0.nt", folder / "facts-1.nt"]
    for number, file in enumerate(files):
        file.write_text("".join(_facts(number)), encoding="utf-8")
    try:
        began = time.perf_counter()
        process = subprocess.Popen(
            python("-c", _PUBLISH, str(copy), "urn:facts", *map(str, files)),
            stdout=subprocess.PIPE,
            text=True,
        )
        peak = _peak_mb(process)
        assert process.stdout is not None
        told = process.stdout.read().split()
        if process.returncode:
            raise RuntimeError(f"publication ended with {process.returncode}")
        wall = time.perf_counter() - began
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    return Cost(wall, float("nan"), peak), float(told[-1])


def _facts(round_: int) -> list[str]:
    """A thousand statements, half of them other ones in each round."""
    from kg import vocab

    lines = []
    for i in range(1000):
        number = i if i % 2 else 10_000 + 1000 * round_ + i
        firm = f"<{vocab.ID}new-firm-{number}>"
        lines.append(f"{firm} <{vocab.ONTOLOGY}inTrack> <{vocab.ID}{TRACK}> .\n")
        lines.append(f"{firm} a <{vocab.ONTOLOGY}Company> .\n")
    return [line.replace(" a ", f" <{vocab.expand('rdf:type')}> ") for line in lines]


def _peak_mb(process: subprocess.Popen[str]) -> float:
    """Most memory of a process and its children together, until it ends."""
    peak = 0.0
    family = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            members = [family, *family.children(recursive=True)]
            peak = max(peak, sum(p.memory_info().rss for p in members) / 2**20)
        except psutil.Error:
            pass
        time.sleep(0.05)
    return peak


def pages(
    http: Http, runs: int, limit_s: float
) -> tuple[dict[str, Timing], dict[str, float]]:
    """Time each page, and each export once, as it is kept afterwards.

    Returns:
        The timings, and numbers by name: seconds to the first and the last byte of
        an export that is being made, and to the last of one that lies there.
    """
    found = {}
    for name, path in PAGES.items():
        found[name] = timed(_page(http, path), runs, limit_s)
        say("page", name, found[name])
    numbers = {}
    for name, path in EXPORTS.items():
        first, last, length = http.download(path)
        _, again, _ = http.download(path)
        numbers |= {
            f"{name}: first byte, s": first,
            f"{name}: last byte, s": last,
            f"{name}: again, s": again,
            f"{name}, MB": length / 2**20,
        }
    return found, numbers


def _page(http: Http, path: str) -> Callable[[], int]:
    return lambda: http.page(path)


def say(who: str, name: str, timing: Timing) -> None:
    """Tell one timing on stderr."""
    shown = timing.told
    if timing.cold_ms is not None and timing.warm_ms is not None:
        shown = f"{timing.cold_ms:9.1f} {timing.warm_ms:9.1f} ms"
    print(f"  {who:16} {name:24} {shown}", file=sys.stderr, flush=True)
