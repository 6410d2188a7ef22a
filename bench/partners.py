"""How good the partner advice is: one table, baselines beside it.

Usage: ``python bench/partners.py DIR [--cutoff 2015-09-01] [--seed 0]
[--weights default] [--json FILE]``, or ``make bench-partners DATA=DIR``.

DIR holds projects.csv, participations.csv and organisations.csv (columns:
kg/analysis/partners/records.py; protocol: kg/analysis/partners/protocol.py).
The weights are chosen inside the run, on earlier splits of train; test is read
once, for the table.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from kg.analysis.partners import protocol, tune
from kg.analysis.partners.affinity import Affinity
from kg.analysis.partners.baselines import baselines
from kg.analysis.partners.protocol import MEASURES, Scorer, Task
from kg.analysis.partners.records import read_folder
from kg.analysis.partners.score import Floats, Integers, weighted
from kg.analysis.partners.spread import spread
from kg.errors import KGError

OURS = "Life Valley"


def our_scorer(task: Task, weights: Mapping[str, float]) -> Scorer:
    """The product's score on the task's history."""
    affinity = Affinity(task.history)

    history = task.history

    def score(askers: Integers) -> Floats:
        plain = weighted(affinity.block(askers), weights)
        taken = history.taken(askers)
        return spread(plain, taken, history.shared, history.counts)

    return score


def main() -> int:
    arguments = parse()
    start = time.perf_counter()
    records = read_folder(arguments.folder)
    cutoff = protocol.cutoff_of(records, arguments.cutoff)
    train = [p for p in records.projects if p.start < cutoff]
    task = protocol.split(records, cutoff)
    weights = (
        dict(tune.DEFAULT)
        if arguments.weights == "default"
        else tune.tune(records, train, cutoff, seed=arguments.seed)
    )
    chosen = time.perf_counter() - start
    describe(arguments.folder, cutoff, train, task, records)
    methods = baselines(task.history, seed=arguments.seed)
    methods[OURS] = our_scorer(task, weights)
    table = {}
    print("\n| method | " + " | ".join(MEASURES) + " |")
    print("| --- |" + " --- |" * len(MEASURES))
    for name, scorer in methods.items():
        outcome = protocol.measure(task, scorer)
        values = outcome.measures()
        low, high = outcome.interval(seed=arguments.seed)
        cells = [
            f"{v:.3f} [{a:.3f}, {b:.3f}]" if v == v else "–"
            for v, a, b in zip(values, low, high, strict=True)
        ]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
        table[name] = values
    best = best_columns(table)
    print(f"\n{OURS} is best in {len(best)} of {len(MEASURES)} columns: {best}")
    print("Weights: " + json.dumps(weights, ensure_ascii=False))
    print(
        f"Weights chosen in {chosen:.0f} s; all in {time.perf_counter() - start:.0f} s."
    )
    print(
        "Intervals: 95 %, 1,000 bootstrap draws over askers. 'fair': AUC against "
        "two-step\nnon-partners within each asker, then the mean: docs/partners.md."
    )
    if arguments.json:
        write(arguments.json, table, weights, cutoff)
    return 0


def best_columns(table: Mapping[str, Floats]) -> list[str]:
    """Columns in which ours is at least as good as every other method."""
    others = np.array([v for name, v in table.items() if name != OURS])
    best = np.fmax.reduce(others)  # a measure without pairs is no number anywhere
    won = np.round(table[OURS], 3) >= np.round(best, 3)
    return [m for m, w in zip(MEASURES, won, strict=True) if w]


def describe(folder, cutoff, train, task, records) -> None:
    print(f"Data {folder}: {len(records.projects)} projects of 2 to 60 participants.")
    print(
        f"Train: {len(train)} projects before {cutoff}, {len(task.history)} "
        f"organisations, {task.history.partners.nnz // 2} pairs. Test: "
        f"{len(records.projects) - len(train)} projects, {len(task.askers)} askers, "
        f"{len(task.pairs)} new pairs."
    )


def write(path: Path, table, weights, cutoff) -> None:
    rows = {
        name: dict(zip(MEASURES, map(float, values), strict=True))
        for name, values in table.items()
    }
    body = {"cutoff": str(cutoff), "weights": weights, "table": rows}
    path.write_text(json.dumps(body, indent=2), encoding="utf-8")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cutoff", type=dt.date.fromisoformat, default=None)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weights", choices=("tuned", "default"), default="tuned")
    parser.add_argument("--json", type=Path, default=None)
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KGError as error:
        print(f"{error.message}\n{error.zh}\n{error.hint}", file=sys.stderr)
        sys.exit(1)
