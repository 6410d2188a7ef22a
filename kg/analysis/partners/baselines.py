"""What advice must beat: the yardstick's baselines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from kg.analysis.partners.history import History, one_hot
from kg.analysis.partners.protocol import Scorer
from kg.analysis.partners.score import Floats, Integers

DAMPING = 0.85
STEPS = 60


def baselines(history: History, *, seed: int = 0) -> dict[str, Scorer]:
    """Name of each baseline to its scorer: askers -> (askers, n)."""
    n = len(history)
    degree = history.degrees

    def shared(weight: Floats) -> Scorer:
        middle = sparse.diags_array(weight)
        return lambda askers: (
            (history.partners[askers] @ middle) @ history.partners
        ).toarray()

    adamic_adar = shared(1 / np.log(np.maximum(degree, 2)))
    programmes = history.incidence @ one_hot([p.programme for p in history.projects])
    programmes = sparse.csr_array(programmes).sign()

    def combined(askers: Integers) -> Floats:
        parts = (
            np.log1p(adamic_adar(askers)),
            (programmes[askers] @ programmes.T).toarray(),
            np.broadcast_to(np.log(degree), (len(askers), n)),
        )
        return np.asarray(sum(_standard(p) for p in parts))

    return {
        "random": lambda a: np.random.default_rng([seed, *a]).random((len(a), n)),
        "popularity (partners)": _every(degree),
        "popularity (projects)": _every(history.counts),
        "common neighbours": shared(np.ones(n)),
        "Adamic-Adar": adamic_adar,
        "resource allocation": shared(1 / np.maximum(degree, 1)),
        "personalised PageRank 0.85": _pagerank(history),
        "z(log AA) + z(programmes) + z(log degree)": combined,
    }


def _every(values: Floats) -> Scorer:
    return lambda askers: np.broadcast_to(values, (len(askers), len(values)))


def _standard(rows: Floats) -> Floats:
    spread = rows.std(axis=1, keepdims=True)
    return np.asarray((rows - rows.mean(axis=1, keepdims=True)) / (spread + 1e-12))


def _pagerank(history: History) -> Callable[[Integers], Floats]:
    """On the unweighted network of partners, as the published table has it."""
    share = sparse.diags_array(1 / np.maximum(history.degrees, 1))
    step = sparse.csr_array((share @ history.partners).T)

    def scores(askers: Integers) -> Floats:
        start = np.zeros((len(history), len(askers)))
        start[askers, np.arange(len(askers))] = 1.0
        state = start
        for _ in range(STEPS):
            state = DAMPING * (step @ state) + (1 - DAMPING) * start
        return np.asarray(state.T)

    return scores
