"""How many projects an organisation will join next: a Poisson regression.

Features: log of its projects so far and the kind its name tells. Fitted on
random halves of what is known (one half stands for the past, the other for
the future), never on what comes after ``now``. The number it gives is the
"expected activity" part of the score: popularity, shrunk towards what
organisations of the same kind do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from kg.analysis.partners.history import History
from kg.analysis.partners.score import Floats

RIDGE = 5.0
HALVES = 10


@dataclass(frozen=True, slots=True)
class Activity:
    """A fitted regression: log rate = intercept + slopes . (x - mean) / spread."""

    intercept: float
    slopes: Floats
    mean: Floats
    spread: Floats

    def log_rate(self, history: History) -> Floats:
        """Log of the projects expected of each organisation."""
        scaled = (features(history) - self.mean) / self.spread
        return np.asarray(self.intercept + scaled @ self.slopes)


def features(history: History) -> Floats:
    """N x (1 + kinds - 1): log of projects, kinds (the last is the reference)."""
    return np.column_stack([np.log(history.counts), history.kinds[:, :-1]])


def fit(history: History, *, seed: int = 0) -> Activity:
    """Fit on ``HALVES`` random halves of the history's own projects."""
    rng = np.random.default_rng(seed)
    tables, outcomes = [], []
    for _ in range(HALVES):
        past = rng.random(len(history.projects)) < 0.5
        if past.all() or not past.any():
            continue
        first = [p for p, keep in zip(history.projects, past, strict=True) if keep]
        rest = [p for p, keep in zip(history.projects, past, strict=True) if not keep]
        half = History(history.records, first, history.now)
        tables.append(features(half))
        outcomes.append(half.participations(rest))
    if not tables or not np.concatenate(outcomes).any():
        width = features(history).shape[1]
        slopes = np.zeros(width)
        slopes[0] = 1.0
        return Activity(0.0, slopes, np.zeros(width), np.ones(width))
    return _regress(np.concatenate(tables), np.concatenate(outcomes), RIDGE * HALVES)


def _regress(table: Floats, outcome: Floats, ridge: float) -> Activity:
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    scaled = (table - mean) / spread

    def loss(b: Floats) -> tuple[float, Floats]:
        log_rate = np.clip(b[0] + scaled @ b[1:], -30, 30)
        rate = np.exp(log_rate)
        value = float(
            (rate - outcome * log_rate).sum() + ridge / 2 * (b[1:] ** 2).sum()
        )
        slope = scaled.T @ (rate - outcome) + ridge * b[1:]
        return value, np.concatenate([[(rate - outcome).sum()], slope])

    start = np.zeros(table.shape[1] + 1)
    start[0] = np.log(outcome.mean())
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B").x
    return Activity(float(found[0]), found[1:], mean, spread)
