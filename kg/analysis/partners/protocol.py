"""The yardstick's protocol: split, askers, measures, bootstrap.

Train holds the projects that start before the cutoff, test the rest. Each
organisation that has a partner in train and wins one in test (both known in
train) asks; its partners in train are left out of the list; a hit is a new
partner in test. MRR of the first hit and Hits@k are means over askers; ties
are broken by a seeded coin.

The published AUC figures are those of pairs oriented by identifier: each new
pair once, its smaller identifier asking; against random ordered pairs that are
no partners, and against pairs two steps apart of the same asker, all pooled.
(Found by trying: no other reading gives the published table.) Identifiers
of CORDIS grow with age, so this orientation favours popularity. ``fair`` is
free of it: AUC against two-step non-partners within each asker, then the mean.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kg.analysis.partners.history import History
from kg.analysis.partners.records import Records
from kg.analysis.partners.score import Booleans, Floats, Integers
from kg.errors import DataError

MEASURES = ("MRR", "Hits@1", "Hits@10", "Hits@50", "AUC random", "AUC two-hop", "fair")
YARDSTICK_CUTOFF = dt.date(2015, 9, 1)
BLOCK = 256
Scorer = Callable[[Integers], Floats]


@dataclass(frozen=True)
class Task:
    """One measurement: what is known, and what came to be.

    Attributes:
        history: the past.
        hits: n x n booleans by row, given for some askers.
        askers: numbers of those who ask.
        jitter: seed of the coin that breaks ties.
    """

    history: History
    askers: Integers
    hits: Booleans
    pairs: Integers
    random_pairs: Integers
    two_step_pairs: Integers
    two_step: Booleans
    jitter: int = 0

    @cached_property
    def taken(self) -> Booleans:
        """(askers, n): existing partners and the asker itself."""
        return self.history.taken(self.askers)

    @cached_property
    def coin(self) -> Floats:
        """(askers, n): small random numbers that break ties."""
        return np.random.default_rng(self.jitter).random(self.hits.shape) * 1e-6


def cutoff_of(records: Records, given: dt.date | None = None) -> dt.date:
    """The day that parts train from test.

    The given one; else the yardstick's, if each side has a quarter of the
    projects; else the start of the median project.

    Raises:
        DataError: if one side is left without projects.
    """
    starts = [p.start for p in records.projects]
    day = given or YARDSTICK_CUTOFF
    share = sum(s < day for s in starts) / max(len(starts), 1)
    if given is None and starts and not 0.25 <= share <= 0.75:
        day = starts[len(starts) // 2]
    if not any(s < day for s in starts) or not any(s >= day for s in starts):
        raise DataError(
            f"{day} leaves one side without projects.",
            zh=f"以 {day} 划分后有一侧没有项目。",
            hint="Give a day between the first and the last start.",
            hint_zh="请给出首个与末个项目开始日期之间的日期。",
        )
    return day


def split(records: Records, day: dt.date) -> Task:
    """The task of foreseeing, on a day, the new pairs from then on."""
    past = [p for p in records.projects if p.start < day]
    later = [p for p in records.projects if p.start >= day]
    history = History(records, past, day)
    return make_task(history, history.new_pairs(later))


def make_task(
    history: History,
    new: object,
    *,
    seed: int = 0,
    negatives: int = 100,
    most_askers: int | None = None,
) -> Task:
    """Draw the negatives of a task.

    Args:
        history: the past.
        new: sparse n x n, 1 where two become partners.
        seed: of every draw.
        negatives: two-step non-partners drawn for each new pair, and about as
            many random ones.
        most_askers: keep a random sample of askers of this size.
    """
    rng = np.random.default_rng(seed)
    matrix = new  # a csr_array; typed as object to keep scipy out of signatures
    askers = np.flatnonzero(np.asarray(matrix.sum(axis=1))).astype(np.int64)  # type: ignore[attr-defined]
    if most_askers and len(askers) > most_askers:
        askers = np.sort(rng.choice(askers, most_askers, replace=False))
    hits = matrix[askers].toarray() > 0  # type: ignore[index]
    taken = history.taken(askers)
    steps = (history.partners[askers] @ history.partners).toarray() > 0
    two_step = steps & ~taken & ~hits
    place, other = np.nonzero(hits)
    oriented = other > askers[place]
    pairs = np.column_stack([place[oriented], other[oriented]])
    near = [
        (p, b)
        for p in pairs[:, 0]
        if two_step[p].any()
        for b in rng.choice(np.flatnonzero(two_step[p]), negatives)
    ]
    return Task(
        history,
        askers,
        hits,
        pairs.astype(np.int64),
        _random_pairs(history, matrix, rng, negatives * 500, most_askers or 1500),
        np.array(near, dtype=np.int64).reshape(-1, 2),
        two_step,
        seed,
    )


def _random_pairs(
    history: History, new: object, rng: np.random.Generator, count: int, most_rows: int
) -> Integers:
    """Ordered pairs that are no partners, before or after; rows few enough."""
    n = len(history)
    rows = np.sort(rng.choice(n, min(n, most_rows), replace=False)).astype(np.int64)
    free = ~history.taken(rows) & ~(new[rows].toarray() > 0)  # type: ignore[index]
    place, other = np.nonzero(free)
    drawn = rng.choice(len(place), min(count, len(place)), replace=False)
    return np.column_stack([rows[place[drawn]], other[drawn]]).astype(np.int64)


@dataclass(frozen=True)
class Outcome:
    """What a method reached: each measure over the askers, and its parts."""

    ranks: Floats
    above_random: Floats
    above_two_step: Floats
    fair: Floats
    pair_askers: Integers

    def measures(self, draw: Integers | None = None) -> Floats:
        """MRR, Hits@1, @10, @50, AUC random, AUC two-hop, fair.

        Args:
            draw: numbers of askers (with repetition) of a bootstrap.
        """
        if draw is None:
            ranks, fair = self.ranks, self.fair
            random, near = self.above_random, self.above_two_step
        else:
            ranks, fair = self.ranks[draw], self.fair[draw]
            times = np.bincount(draw, minlength=len(self.ranks))[self.pair_askers]
            random = np.repeat(self.above_random, times)
            near = np.repeat(self.above_two_step, times)
        hits = [float((ranks <= k).mean()) for k in (1, 10, 50)]
        values = [float((1 / ranks).mean()), *hits, _mean(random), _mean(near)]
        return np.array([*values, _mean(fair)])

    def interval(self, *, draws: int = 1000, seed: int = 0) -> Floats:
        """2 x measures: the 95 % interval of a bootstrap over askers."""
        rng = np.random.default_rng(seed)
        n = len(self.ranks)
        found = np.array([self.measures(rng.integers(n, size=n)) for _ in range(draws)])
        with warnings.catch_warnings():  # a measure without pairs stays no number
            warnings.simplefilter("ignore", RuntimeWarning)
            return np.asarray(np.nanquantile(found, (0.025, 0.975), axis=0))


def measure(task: Task, score: Scorer) -> Outcome:
    """Run a method on a task.

    Args:
        task: what to foresee.
        score: from numbers of askers to scores (askers, n).
    """
    rng = np.random.default_rng(task.jitter)
    ranks, fair = [], []
    pairs = np.zeros(len(task.pairs))
    near = np.zeros(len(task.two_step_pairs))
    for first, askers in _blocks(task.askers):
        scores = score(askers)
        here = slice(first, first + len(askers))
        hits, taken = task.hits[here], task.history.taken(askers)
        ranks.append(_first_hits(scores, hits, taken, rng))
        fair += [
            _above(scores[i][hits[i]], scores[i][task.two_step[first + i]])
            for i in range(len(askers))
        ]
        for table, values in ((task.pairs, pairs), (task.two_step_pairs, near)):
            inside = (table[:, 0] >= first) & (table[:, 0] < first + len(askers))
            values[inside] = scores[table[inside, 0] - first, table[inside, 1]]
    random = _scores_of(task.random_pairs, score)
    return Outcome(
        np.concatenate(ranks),
        above(pairs, random),
        above(pairs, near),
        np.array([float(np.mean(a)) if len(a) else np.nan for a in fair]),
        task.pairs[:, 0],
    )


def measure_fast(task: Task, rows: Integers, scores: Floats) -> Floats:
    """The first six measures, for choosing weights.

    Args:
        task: what to foresee.
        rows: numbers of the organisations whose rows ``scores`` has, ascending;
            askers and those of the random pairs among them.
        scores: (rows, n).
    """
    here = np.searchsorted(rows, task.askers)
    mine = scores[here]
    open_scores = np.where(task.taken, -np.inf, mine + task.coin)
    best = np.where(task.hits, open_scores, -np.inf).max(axis=1)
    ranks = 1 + (open_scores > best[:, None]).sum(axis=1)
    pairs = mine[task.pairs[:, 0], task.pairs[:, 1]]
    near = mine[task.two_step_pairs[:, 0], task.two_step_pairs[:, 1]]
    place = np.searchsorted(rows, task.random_pairs[:, 0])
    random = scores[place, task.random_pairs[:, 1]]
    hits = [(ranks <= k).mean() for k in (1, 10, 50)]
    areas = [_mean(above(pairs, random)), _mean(above(pairs, near))]
    return np.array([(1 / ranks).mean(), *hits, *areas])


def _blocks(askers: Integers) -> Iterator[tuple[int, Integers]]:
    for first in range(0, len(askers), BLOCK):
        yield first, askers[first : first + BLOCK]


def _first_hits(
    scores: Floats, hits: Booleans, taken: Booleans, rng: np.random.Generator
) -> Floats:
    """Place of the first hit of each asker; equal scores in random order."""
    coin = rng.random(scores.shape)
    ranks = np.empty(len(scores))
    for i, row in enumerate(scores):
        order = np.lexsort((coin[i], -row))
        order = order[~taken[i][order]]
        ranks[i] = 1 + np.flatnonzero(hits[i][order])[0]
    return ranks


def _scores_of(pairs: Integers, score: Scorer) -> Floats:
    values = np.empty(len(pairs))
    rows = np.unique(pairs[:, 0])
    for _, askers in _blocks(rows):
        scores = score(askers)
        inside = np.isin(pairs[:, 0], askers)
        place = np.searchsorted(askers, pairs[inside, 0])
        values[inside] = scores[place, pairs[inside, 1]]
    return values


def above(values: Floats, others: Floats) -> Floats:
    """For each value the share of the others below it; equal ones half."""
    if not len(others):
        return np.full(len(values), np.nan)
    ordered = np.sort(others)
    below = np.searchsorted(ordered, values, "left")
    not_above = np.searchsorted(ordered, values, "right")
    return np.asarray((below + not_above) / 2 / len(ordered))


def _above(values: Floats, others: Floats) -> Floats:
    return above(values, others) if len(others) else np.empty(0)


def _mean(values: Floats) -> float:
    kept = values[~np.isnan(values)]
    return float(kept.mean()) if len(kept) else float("nan")
