"""How long an import takes and what it holds, by the number of rows.

Each size runs in a process of its own: a spreadsheet (CSV, Chinese headers) of firms
with a track, a founding year and an address each is mapped, matched against the
article and the public facts, checked by every shape and check, compared with what is
there and published into a store in memory. One row in fifty is a firm that the store
knows, under its own name.

Run: ``python bench/intake.py [--rows 1000 10000 100000] [--dry-run]``
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kg.config import load_settings
from kg.curate.guess import guess_mapping
from kg.curate.known import finder, known_entities
from kg.curate.mapping import read_mapping
from kg.curate.problem import Problems
from kg.curate.sheet import read_tables
from kg.wiring import build_parts

HEADER = ("企业名称", "赛道", "成立时间", "网站")
TRACKS = ("细胞与基因治疗", "医疗器械", "合成生物")
BRANDS = "安博诚达恩方光海和佳康莱美诺启瑞盛泰维新"
EVERY = 50


def write_sheet(path: Path, rows: int, known: list[str]) -> None:
    """A sheet of made-up firms, and some that are known."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for number in range(rows):
            name = f"{_brand(number)}生物{number}科技有限公司"
            if number % EVERY == 0 and number // EVERY < len(known):
                name = known[number // EVERY]
            track = TRACKS[number % len(TRACKS)]
            site = f"https://example.org/{number}"
            out.writerow((name, track, 1990 + number % 35, site))


def _brand(number: int) -> str:
    size = len(BRANDS)
    return "".join(BRANDS[number // size**place % size] for place in (0, 1, 2))


def measure(rows: int, *, publish: bool = True) -> dict[str, float]:
    """Import one sheet; seconds by step and megabytes at the peak.

    Args:
        rows: of the sheet.
        publish: whether the import is published after it was read and checked.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        given = {"store": f"file:{home / 'store'}", "datasets": str(home / "datasets")}
        parts = build_parts(load_settings(given, environment={}))
        store, desk = parts.store, parts.desk
        entities = known_entities(store, without="-")
        names = [e.name_zh for e in entities.values() if "Company" in e.types]
        path = home / "firms.csv"
        write_sheet(path, rows, names)
        table = read_tables(path, Problems())[0]
        toml = home / "firms.toml"
        guessed = guess_mapping(table, finder(entities.values()))
        toml.write_text(guessed.replace("FILL-IN", "list"), encoding="utf-8")
        steps: dict[str, list[float]] = {}
        last, doing = _now(), ""

        def progress(step: str, _done: int, _all: int) -> None:
            nonlocal last, doing
            now = _now()
            if doing:
                spent = steps.setdefault(doing, [0.0, 0.0])
                spent[:] = [a + b - c for a, b, c in zip(spent, now, last, strict=True)]
            last, doing = now, step

        desk.progress = progress
        before = _peak()
        start, start_cpu = _now()
        proposal = desk.propose([path], read_mapping(toml), home)
        proposal.problems.stop_if_any()
        if publish:
            desk.accept(proposal, who="bench")
        progress("", 1, 1)
        took = time.perf_counter() - start
        own_s = time.process_time() - start_cpu
        linked = proposal.linked
        store.close()
        workers = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "rows": rows,
            "triples": len(proposal.triples),
            "seconds": round(took, 2),
            "rows_a_second": round(rows / took),
            "processor_s": round(own_s, 2),
            "processor_workers_s": round(workers.ru_utime + workers.ru_stime, 2),
            "peak_mb": round(_peak()),
            "before_mb": round(before),
            "child_mb": round(_peak(resource.RUSAGE_CHILDREN)),
            "linked": len(linked.links) if linked else 0,
            "doubtful": len(linked.doubts) if linked else 0,
            **{f"s_{step}": round(wall, 2) for step, (wall, _) in steps.items()},
            **{
                f"processor_s_{step}": round(cpu, 2) for step, (_, cpu) in steps.items()
            },
        }


def _now() -> tuple[float, float]:
    """Wall and processor seconds: a busy machine stretches the one alone."""
    return time.perf_counter(), time.process_time()


def _peak(whose: int = resource.RUSAGE_SELF) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024


def main() -> None:
    """Each size in a process of its own, so that peaks do not mix."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--dry-run", action="store_true", help="publish nothing")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one, publish=not given.dry_run)))
        return
    for rows in given.rows:
        command = [sys.executable, __file__, "--one", str(rows)]
        command += ["--dry-run"] if given.dry_run else []
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(done.stdout.strip(), flush=True)


if __name__ == "__main__":
    main()
