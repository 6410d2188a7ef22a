"""Weights of the parts, chosen on what train itself can tell.

Train is split again, several times: by time (early cuts of train, the rest of
train to be foreseen) and at random halves (one half stands for the past). On
these inner splits a coordinate ascent adds or takes a step on one part at a
time, and keeps it only when the measures gain on *both* kinds of split. The
search runs a few times with other halves and the weights are averaged
(bagging), so that no single split decides. Half way the result is drawn back to
``DEFAULT``: train is small, and what one programme tells of itself is noisy.
Test is never read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kg.analysis.partners.affinity import Affinity
from kg.analysis.partners.history import History
from kg.analysis.partners.protocol import Task, make_task, measure_fast
from kg.analysis.partners.records import Project, Records
from kg.analysis.partners.score import Floats, Integers

START: dict[str, float] = {"projects": 1.0, "expected": 0.5, "asker": 0.3}
STEPS = (0.3, 0.2, -0.2, 0.1, -0.1)
CUTS = (0.45, 0.5, 0.57)
HALVES = 6
BAGS = 8
ROUNDS = 25
# Weight of MRR, Hits@1, Hits@10, Hits@50, AUC random, AUC two-hop in the aim:
# a person reads ten names, so Hits@10 counts twice.
AIM = np.array([1.0, 0.5, 2.0, 1.0, 1.0, 1.0])
LEAST_GAIN = 0.002
LEAST_MEASURE = 0.05  # a gain is relative to no less: few askers may hit nothing
MOST_ASKERS = 200
FEWEST_PROJECTS = 30
# Not searched: whether two are two steps apart. On small train it gains by chance,
# and then puts all who are two steps away before all who are not.
LEFT_OUT = frozenset({"two steps"})


@dataclass(frozen=True)
class Fold:
    """One inner split with its parts at the rows that measuring needs."""

    task: Task
    rows: Integers
    parts: Mapping[str, Floats]


def inner_folds(
    records: Records, train: Sequence[Project], day: dt.date, *, seed: int
) -> tuple[list[Fold], list[Fold]]:
    """Folds by time and folds by random halves, of train only."""
    by_time, by_half = [], []
    starts = [p.start for p in train]
    for cut in sorted({starts[int(share * len(starts))] for share in CUTS}):
        past = [p for p in train if p.start < cut]
        fold = _fold(records, past, [p for p in train if p.start >= cut], cut, seed)
        by_time += [fold] if fold else []
    rng = np.random.default_rng([seed, 1])
    for number in range(HALVES):
        keep = rng.random(len(train)) < 0.5
        past = [p for p, k in zip(train, keep, strict=True) if k]
        rest = [p for p, k in zip(train, keep, strict=True) if not k]
        half = _fold(records, past, rest, day, seed + number)
        by_half += [half] if half else []
    return by_time, by_half


def _fold(
    records: Records,
    past: Sequence[Project],
    later: Sequence[Project],
    now: dt.date,
    seed: int,
) -> Fold | None:
    """The fold, or None when nobody known meets anybody new in it."""
    if not past or not later:
        return None
    history = History(records, past, now)
    new = history.new_pairs(later)
    if new.nnz < 40:
        return None
    task = make_task(history, new, seed=seed, negatives=12, most_askers=MOST_ASKERS)
    rows = np.unique(np.concatenate([task.askers, task.random_pairs[:, 0]]))
    parts = Affinity(history, seed=seed).block(rows)
    return Fold(task, rows, {k: v.astype(np.float32) for k, v in parts.items()})


def tune(
    records: Records, train: Sequence[Project], day: dt.date, *, seed: int = 0
) -> dict[str, float]:
    """Choose weights for the parts on splits of train.

    Args:
        records: the tables.
        train: the projects that may be looked at.
        day: the end of train.
        seed: of halves and draws.

    Returns:
        Weight by the name of a part. ``DEFAULT`` when train is too small
        (fewer than 30 projects, or no inner split with 20 new pairs).
    """
    if len(train) < FEWEST_PROJECTS:
        return dict(DEFAULT)
    found = []
    for bag in range(BAGS):
        by_time, by_half = inner_folds(records, train, day, seed=seed + 100 * bag)
        if not by_half:
            return dict(DEFAULT)
        found.append(_climb(by_time or by_half, by_half))
    names = sorted({name for weights in (DEFAULT, *found) for name in weights})
    means = {n: float(np.mean([w.get(n, 0.0) for w in found])) for n in names}
    shrunk = {n: (means[n] + DEFAULT.get(n, 0.0)) / 2 for n in names}
    return {n: round(w, 3) for n, w in shrunk.items() if abs(w) >= 0.01}


class _Aim:
    """The gain of a set of weights over the start, on both kinds of folds."""

    def __init__(self, by_time: Sequence[Fold], by_half: Sequence[Fold]) -> None:
        self.groups = (by_time, by_half)
        self.first = [self._measures(g, self.sums(g, START)) for g in self.groups]

    @staticmethod
    def sums(folds: Sequence[Fold], weights: Mapping[str, float]) -> list[Floats]:
        """Each fold's score at these weights."""
        return [
            np.asarray(sum(w * f.parts[n] for n, w in weights.items())) for f in folds
        ]

    @staticmethod
    def _measures(folds: Sequence[Fold], scores: Sequence[Floats]) -> Floats:
        found = [
            measure_fast(f.task, f.rows, s) for f, s in zip(folds, scores, strict=True)
        ]
        return np.asarray(np.mean(found, axis=0))

    def gain(self, scores: Sequence[Sequence[Floats]]) -> float:
        """Smaller of both groups' relative gains, plus a quarter of their sum."""
        time, half = (
            (self._measures(g, s) - first) / np.maximum(first, LEAST_MEASURE)
            for g, s, first in zip(self.groups, scores, self.first, strict=True)
        )
        return float((np.minimum(time, half) + 0.25 * (time + half)) @ AIM)


def _climb(by_time: Sequence[Fold], by_half: Sequence[Fold]) -> dict[str, float]:
    aim = _Aim(by_time, by_half)
    weights = dict(START)
    names = [n for n in by_half[0].parts if n not in LEFT_OUT]
    current = [aim.sums(g, weights) for g in aim.groups]
    best = aim.gain(current)
    for _ in range(ROUNDS):
        moves = []
        for name in names:
            for step in STEPS:
                if weights.get(name, 0.0) + step < -1e-9:
                    continue
                moved = [
                    [s + step * f.parts[name] for f, s in zip(g, sums, strict=True)]
                    for g, sums in zip(aim.groups, current, strict=True)
                ]
                moves.append((aim.gain(moved), name, step))
        gain, name, step = max(moves)
        if gain < best + LEAST_GAIN:
            break
        best = gain
        weights[name] = weights.get(name, 0.0) + step
        current = [
            [s + step * f.parts[name] for f, s in zip(g, sums, strict=True)]
            for g, sums in zip(aim.groups, current, strict=True)
        ]
    return {n: w for n, w in weights.items() if abs(w) > 1e-9}


# Chosen by ``tune`` on the yardstick's train; used where train is too small.
DEFAULT: dict[str, float] = {
    "projects": 1.038,
    "expected": 0.45,
    "asker": 0.312,
    "both": 0.1,
    "family": 0.212,
    "kinds": 0.025,
    "countries": 0.05,
    "reach": 0.3,
    "latent": 0.025,
    "shared partners": 0.075,
}
