"""Time and memory against size, beside the peers, from one command.

Generates ecosystems, loads each as ``kg load`` does, serves it, asks ten typical
questions as the service answers them (its own pages and API, caches off) and as
SPARQL text; the same text goes to ``oxigraph serve`` on the very same files, to
Virtuoso, rdflib and rdflib-endpoint. Prints tables in Markdown with the exponent
of each curve (1.0: linear), and writes ``results.json``.

Run: ``python bench/scale.py [SIZE ...] [--folder DIR] [--peers NAMES]``
     ``make bench-scale SIZES="1000 10000 100000 1000000"``
A million organisations: 12 GB of N-Triples, about 25 GB of store (twice that
while tables are merged), 11 GB of dump and as much again for Virtuoso.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from bench import scale_peers as peers
from bench.scale_measure import (
    Cost,
    Timing,
    exponent,
    folder_mb,
    geometric_mean,
    python,
    run,
    timed,
)
from bench.scale_queries import Question, questions

PEERS = ("service", "raw", "oxigraph", "virtuoso", "rdflib", "rdflib-endpoint")
RUNS = 5
LIMIT_S = 60.0


class Size:
    """One size: its files, and what was measured."""

    def __init__(self, organisations: int, folder: Path) -> None:
        self.organisations = organisations
        self.folder = folder / str(organisations)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "ecosystem.nt"
        self.store = self.folder / "store"
        self.dump = self.folder / "all" / "all.nt"
        self.triples = 0
        self.costs: dict[str, Cost] = {}
        self.memory: dict[str, float] = {}
        self.disk_mb = 0.0
        self.answers: dict[str, dict[str, Timing]] = {}

    def prepare(self) -> None:
        """Generate and load, unless that was done; the dump for other engines."""
        if not self.data.exists():
            part = self.data.with_suffix(".part.nt")
            self.costs["generate"] = run(
                *python("-m", "bench.generator", str(self.organisations), str(part))
            )
            part.rename(self.data)
        if not self.store.exists():
            where = f"file:{self.store}"
            self.costs["load"] = run(
                *python("-m", "kg", "load", str(self.data), "--store", where)
            )
        self.disk_mb = folder_mb(self.store)
        store = ox.Store.read_only(str(self.generation))
        counted = store.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
        self.triples = int(next(iter(counted))["n"].value)  # type: ignore[arg-type,call-overload]
        if not self.dump.exists():
            self.dump.parent.mkdir(exist_ok=True)
            part = self.dump.with_suffix(".part")
            with part.open("wb") as out:
                store.dump(out, ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
            part.rename(self.dump)

    @property
    def generation(self) -> Path:
        """The generation that counts."""
        name = (self.store / "CURRENT").read_text(encoding="ascii").strip()
        return self.store / "generations" / name

    def ask(self, name: str) -> None:
        """Start a peer, ask it everything."""
        began = time.perf_counter()
        found: dict[str, Timing] = {}
        try:
            with self._peer(name) as server:
                started = time.perf_counter() - began
                self.costs[f"start {name}"] = server.load or Cost(started, 0.0, 0.0)
                for question in questions():
                    found[question.name] = timed(server.ask(question), RUNS, LIMIT_S)
                    self._say(name, question, found[question.name])
                self.memory[name] = server.memory()
        except Exception as error:  # noqa: BLE001 (a peer that fails is a result)
            print(f"  {name}: {type(error).__name__}: {error}"[:200], file=sys.stderr)
        self.answers[name] = found

    def _say(self, name: str, question: Question, timing: Timing) -> None:
        shown = (
            f"{timing.cold_ms:9.1f} {timing.warm_ms:9.1f} ms"
            if timing.warm_ms
            else timing.told
        )
        print(f"  {name:16} {question.name:18} {shown}", file=sys.stderr)

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

    def row(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "organisations": self.organisations,
            "triples": self.triples,
            "disk_mb": round(self.disk_mb, 1),
            "costs": {k: v.row() for k, v in self.costs.items()},
            "memory_mb": {k: round(v, 1) for k, v in self.memory.items()},
            "answers": {
                peer: {q: vars(t) for q, t in found.items()}
                for peer, found in self.answers.items()
            },
        }


def report(sizes: list[Size], names: list[str]) -> Iterator[str]:
    """The tables, as Markdown."""
    counts = [s.organisations for s in sizes]
    head = " | ".join(f"{n:,}" for n in counts)
    yield f"\n| step | {head} | exponent |\n|{' --- |' * (len(sizes) + 2)}"
    yield _row(
        "triples (asserted and inferred)", counts, [s.triples for s in sizes], "{:,.0f}"
    )
    yield _row("store, MB", counts, [s.disk_mb for s in sizes], "{:,.0f}")
    for step in ("generate", "load"):
        done = [s.costs.get(step) for s in sizes]
        for part in ("wall_s", "cpu_s", "peak_mb"):
            values = [getattr(c, part) if c else None for c in done]
            yield _row(f"{step}, {part}", counts, values, "{:,.1f}")
    for name in names:
        starts = [s.costs.get(f"start {name}") for s in sizes]
        yield _row(
            f"{name}: up, s",
            counts,
            [c.wall_s if c else None for c in starts],
            "{:,.1f}",
        )
        yield _row(
            f"{name}: memory, MB",
            counts,
            [s.memory.get(name) for s in sizes],
            "{:,.0f}",
        )
    for name in names:
        yield f"\n**{name}**, ms cold / warm\n"
        yield f"| question | {head} | exponent |\n|{' --- |' * (len(sizes) + 2)}"
        for question in questions():
            found = [s.answers.get(name, {}).get(question.name) for s in sizes]
            warm = [t.warm_ms if t else None for t in found]
            cells = " | ".join(_pair(t) for t in found)
            yield f"| {question.name} | {cells} | {_slope(counts, warm)} |"
        means = [
            geometric_mean(
                [t.warm_ms for t in s.answers.get(name, {}).values()] or [None]
            )
            for s in sizes
        ]
        yield _row("geometric mean, warm", counts, means, "{:,.1f}")


def _pair(timing: Timing | None) -> str:
    if timing is None:
        return "-"
    if timing.warm_ms is None or timing.cold_ms is None:
        return f"failed ({timing.told[:40]})"
    return f"{timing.cold_ms:,.1f} / {timing.warm_ms:,.1f}"


def _slope(sizes: list[int], values: list[float | None]) -> str:
    found = exponent(sizes, values)
    return "-" if found is None else f"{found:.2f}"


def _row(name: str, sizes: list[int], values: list[Any], form: str) -> str:
    cells = " | ".join("-" if v is None else form.format(v) for v in values)
    return f"| {name} | {cells} | {_slope(sizes, values)} |"


def main() -> int:
    """Measure each size and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[1000, 10_000])
    parser.add_argument("--folder", type=Path, default=Path("var/bench-scale"))
    parser.add_argument("--peers", default=",".join(PEERS))
    given = parser.parse_args()
    names = [n for n in PEERS if n in given.peers.split(",")]
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    if busy > 0.5:
        print(
            f"The machine is busy (load {busy:.1f} a core): times are too long.",
            file=sys.stderr,
        )
    given.folder.mkdir(parents=True, exist_ok=True)
    sizes = [Size(n, given.folder.resolve()) for n in sorted(given.sizes)]
    for size in sizes:
        print(f"{size.organisations:,} organisations", file=sys.stderr)
        size.prepare()
        for name in names:
            if size.plays(name):
                size.ask(name)
        rows = [s.row() for s in sizes]
        (given.folder / "results.json").write_text(json.dumps(rows, indent=1))
    print("\n".join(report(sizes, names)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
