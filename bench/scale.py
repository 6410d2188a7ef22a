"""Time and memory against size, beside the peers, from one command.

Generates ecosystems, loads each as ``kg load`` and ``kg prepare`` do (and as
``oxigraph load`` does), publishes a data set of a thousand facts into it, serves
it, times its pages, asks ten typical questions as the service answers them (its
own pages and API, caches off) and as SPARQL text; the same text goes to
``oxigraph serve`` on the very same files, to Virtuoso, rdflib and
rdflib-endpoint. Prints one table in Markdown with the exponent of each curve
(1.0: linear). Times of questions and pages are cold / warm milliseconds.

Each size keeps ``results.json`` in its folder, so that parts can be run, and run
again, on their own: ``--only load,raw``; the table has what is known by then, and
``--picture scale.svg --csv scale.csv`` takes it along.

Run: ``python bench/scale.py [SIZE ...] [--folder DIR] [--only PARTS]
[--picture SVG] [--csv FILE]``
     ``make bench-scale SIZES="1000 10000 100000"``
100,000 organisations need 15 GB of disk, a million ten times that.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from bench import scale_peers as peers
from bench import scale_picture as picture
from bench import scale_steps as steps
from bench.scale_measure import (
    Cost,
    Timing,
    anonymous_mb,
    exponent,
    folder_mb,
    geometric_mean,
    python,
    run,
    timed,
)
from bench.scale_queries import questions

PEERS = ("service", "raw", "oxigraph", "virtuoso", "rdflib", "rdflib-endpoint")
STEPS = ("load", "oxigraph-load", "prepare", "publish", "pages")
RUNS = 5
LIMIT_S = 60.0


class Size:
    """One size: its files, and what was measured (numbers by name)."""

    def __init__(self, organisations: int, folder: Path) -> None:
        self.organisations = organisations
        self.folder = folder / str(organisations)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "ecosystem.nt"
        self.store = self.folder / "store"
        self.cache = self.folder / "cache"
        self.dump = self.folder / "all" / "all.nt"
        self._kept = self.folder / "results.json"
        self._is_loaded_now = False
        self.found: dict[str, Any] = {"numbers": {}, "timings": {}}
        if self._kept.exists():
            self.found = json.loads(self._kept.read_text(encoding="utf-8"))

    def number(self, name: str, value: float) -> None:
        """Keep a number; one that is not known is left out."""
        if not math.isnan(value):
            self.found["numbers"][name] = round(value, 3)

    def cost(self, name: str, cost: Cost) -> None:
        """Keep what a step took."""
        self.number(f"{name}, s", cost.wall_s)
        self.number(f"{name}, processor s", cost.cpu_s)
        self.number(f"{name}, most memory MB", cost.peak_mb)

    def save(self) -> None:
        """Write what is known."""
        self._kept.write_text(json.dumps(self.found, indent=1), encoding="utf-8")

    @property
    def generation(self) -> Path:
        """The generation that counts."""
        name = (self.store / "CURRENT").read_text(encoding="ascii").strip()
        return self.store / "generations" / name

    def prepare(self) -> None:
        """Generate and load, unless that was done."""
        if not self.data.exists() and not self.store.exists():
            part = self.data.with_suffix(".part.nt")
            arguments = ("-m", "bench.generator", str(self.organisations), str(part))
            self.cost("generate", run(*python(*arguments)))
            part.rename(self.data)
        if not self.store.exists():
            self.cost("load", steps.load(self.data, self.store))
            self._is_loaded_now = True
        self.number("store, MB", folder_mb(self.store))
        if "triples" not in self.found["numbers"]:
            count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
            rows = ox.Store.read_only(str(self.generation)).query(count)
            self.number("triples", int(next(iter(rows))["n"].value))  # type: ignore[arg-type,call-overload]
        if not (self.cache / "shelf").exists():
            self.cost("prepare", steps.prepare(self.store, self.cache))

    def do(self, part: str) -> None:
        """Measure one part; one that fails is told, and the others go on."""
        print(f"  {part} …", file=sys.stderr, flush=True)
        try:
            if part in PEERS:
                self._ask(part)
            else:
                self._step(part)
        except Exception:  # noqa: BLE001 (a part that fails is a result)
            told = traceback.format_exc().strip().splitlines()
            print(f"  {part} failed: {told[-1][:300]}", file=sys.stderr, flush=True)
        self.save()

    def _step(self, part: str) -> None:
        if part == "load" and self.data.exists() and not self._is_loaded_now:
            again = self.folder / "again"
            self.cost("load", steps.load(self.data, again))
            steps.shutil.rmtree(again)
        if part == "oxigraph-load" and self.data.exists():
            cost, size = steps.oxigraph_load(self.data, self.folder / "oxigraph")
            self.cost("oxigraph load", cost)
            self.number("oxigraph load, MB", size)
        if part == "prepare":
            self.cost("prepare", steps.prepare(self.store, self.cache))
        if part == "publish":
            cost, replacement_s = steps.publish(self.store, self.folder)
            self.number("publish 1,000 facts, s", replacement_s)
            self.number("publish, most memory MB", cost.peak_mb)
        if part == "pages":
            with peers.product(self.store, LIMIT_S, own_pages=True) as server:
                assert server.http is not None
                found, numbers = steps.pages(server.http, RUNS, LIMIT_S)
                for name, value in numbers.items():
                    self.number(name, value)
                self.number("pages: memory, MB", server.memory())
                if server.pid:
                    self.number("pages: anonymous memory, MB", anonymous_mb(server.pid))
            self.found["timings"]["pages"] = {n: vars(t) for n, t in found.items()}

    def _ask(self, name: str) -> None:
        """Start a peer, ask it everything."""
        found: dict[str, Timing] = {}
        if name in {"virtuoso", "rdflib", "rdflib-endpoint"}:
            self._write_dump()
        began = time.perf_counter()
        with self._peer(name) as server:
            up = server.load or Cost(time.perf_counter() - began, math.nan, math.nan)
            self.number(f"{name}: start, s", up.wall_s)
            for question in questions():
                found[question.name] = timed(server.ask(question), RUNS, LIMIT_S)
                steps.say(name, question.name, found[question.name])
            self.number(f"{name}: memory, MB", server.memory())
        self.found["timings"][name] = {n: vars(t) for n, t in found.items()}

    def _write_dump(self) -> None:
        """The default graph as a file, for the engines that read one."""
        if self.dump.exists():
            return
        self.dump.parent.mkdir(exist_ok=True)
        part = self.dump.with_suffix(".part")
        store = ox.Store.read_only(str(self.generation))
        with part.open("wb") as out:
            store.dump(out, ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        part.rename(self.dump)

    def _peer(self, name: str) -> AbstractContextManager[peers.Running]:
        if name in {"service", "raw"}:
            return peers.product(self.store, LIMIT_S, own_pages=name == "service")
        if name == "oxigraph":
            return peers.oxigraph_server(self.generation, LIMIT_S)
        if name == "virtuoso":
            return peers.virtuoso_server(self.dump, self.folder / "virtuoso", LIMIT_S)
        if name == "rdflib":
            return peers.rdflib_memory(self.dump, LIMIT_S)
        return peers.rdflib_endpoint(self.dump, LIMIT_S)

    def plays(self, name: str) -> bool:
        """Whether a peer can play at this size."""
        if name.startswith("rdflib"):
            return self.organisations <= peers.RDFLIB_UP_TO
        return name != "virtuoso" or peers.has_virtuoso()

    def timing(self, group: str, name: str) -> Timing | None:
        """What is known of a page or question."""
        found = self.found["timings"].get(group, {}).get(name)
        return Timing(**found) if found else None


def report(sizes: list[Size]) -> Iterator[str]:
    """One table, as Markdown."""
    counts = [s.organisations for s in sizes]
    head = " | ".join(f"{n:,}" for n in counts)
    yield f"\n| organisations | {head} | exponent |\n|{' --- |' * (len(sizes) + 2)}"
    names = dict.fromkeys(n for s in sizes for n in s.found["numbers"])
    for name in sorted(names, key=_order):
        yield _row(name, counts, [s.found["numbers"].get(name) for s in sizes])
    groups = ("pages", *PEERS)
    for group in (g for g in groups if any(g in s.found["timings"] for s in sizes)):
        yield f"| **{group}**, ms cold / warm |{' |' * (len(sizes) + 1)}"
        known = dict.fromkeys(
            n for s in sizes for n in s.found["timings"].get(group, {})
        )
        for name in known:
            found = [s.timing(group, name) for s in sizes]
            warm = [t.warm_ms if t else None for t in found]
            cells = " | ".join(_pair(t) for t in found)
            yield f"| {name} | {cells} | {_slope(counts, warm)} |"
        if group in PEERS:
            means = [_mean(s, group) for s in sizes]
            yield _row(f"geometric mean of {group}, warm", counts, means)


def _mean(size: Size, group: str) -> float | None:
    found = [size.timing(group, q.name) for q in questions()]
    return geometric_mean([t.warm_ms if t else None for t in found])


def _order(name: str) -> tuple[int, str]:
    first = ("triples", "store", "generate", "load", "oxigraph load", "prepare")
    at = [i for i, start in enumerate(first) if name.startswith(start)]
    return (at[0] if at else len(first), name)


def _pair(timing: Timing | None) -> str:
    if timing is None:
        return "-"
    if timing.warm_ms is None or timing.cold_ms is None:
        return f"failed ({timing.told[:40]})"
    return f"{timing.cold_ms:,.1f} / {timing.warm_ms:,.1f}"


def _slope(sizes: list[int], values: list[float | None]) -> str:
    found = exponent(sizes, values)
    return "-" if found is None else f"{found:.2f}"


def _row(name: str, sizes: list[int], values: list[float | None]) -> str:
    cells = " | ".join("-" if v is None else f"{v:,.{_digits(v)}f}" for v in values)
    return f"| {name} | {cells} | {_slope(sizes, values)} |"


def _digits(value: float) -> int:
    return 0 if value >= 100 else 1 if value >= 10 else 2


def main() -> int:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[1000, 10_000])
    parser.add_argument("--folder", type=Path, default=Path("var/bench-scale"))
    parts = (*STEPS, *PEERS)
    parser.add_argument(
        "--only", default=",".join(parts), help=f"of {', '.join(parts)}, table"
    )
    parser.add_argument("--picture", type=Path, help="draw the curves as an SVG")
    parser.add_argument("--csv", type=Path, help="write every figure as a table")
    given = parser.parse_args()
    wanted = given.only.split(",")
    if unknown := set(wanted) - {*parts, "table"}:
        parser.error(f"no part {', '.join(sorted(unknown))}")
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    if busy > 0.5:
        print(
            f"The machine is busy (load {busy:.1f} a core): times are too long.",
            file=sys.stderr,
        )
    given.folder.mkdir(parents=True, exist_ok=True)
    sizes = [Size(n, given.folder.resolve()) for n in sorted(given.sizes)]
    for size in sizes:
        todo = [p for p in parts if p in wanted and size.plays(p)]
        if todo:
            print(f"{size.organisations:,} organisations", file=sys.stderr, flush=True)
            size.prepare()
            size.save()
        for part in todo:
            size.do(part)
    print("\n".join(report(sizes)))
    _take_along(sizes, given.picture, given.csv)
    return 0


def _take_along(sizes: list[Size], svg: Path | None, table: Path | None) -> None:
    found = {s.organisations: s.found for s in sizes}
    if table:
        picture.write_csv(table, found)
    if svg:
        by_size = {s.organisations: s for s in sizes}
        picture.draw(svg, found, lambda n, peer: _mean(by_size[n], peer))


if __name__ == "__main__":
    sys.exit(main())
