"""The parts of the score that dated projects give, with where each comes from.

What a part means stands in ``PARTS``; docs/partners.md gives the papers.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import svds

from kg.analysis.partners import activity
from kg.analysis.partners.history import History, one_hot
from kg.analysis.partners.score import Booleans, Floats, Integers

# name -> (Chinese, English): the sentence shown beside a part.
PARTS: dict[str, tuple[str, str]] = {
    "projects": ("项目数（对数）", "projects so far, logarithm"),
    "expected": (
        "预期活跃度",
        "projects expected, from count and kind of organisation",
    ),
    "asker": ("提问者的预期活跃度", "projects expected of the asker"),
    "both": ("双方活跃度之积", "activity of both, multiplied"),
    "kinds": ("机构类型互补", "kinds of organisation that meet more than by chance"),
    "family": ("同一类征集", "the same family of calls"),
    "two steps": ("有共同伙伴", "two steps away: there is a shared partner"),
    "reach": ("伙伴的主题相近", "partners at work on the same topics"),
    "latent": ("潜在空间邻近", "nearness in the spectrum of the participation table"),
    "shared partners": ("共同伙伴（资源分配）", "shared partners, resource allocation"),
    "pagerank": ("个性化 PageRank", "personalised PageRank"),
    "countries": ("国家亲和", "countries that meet more than by chance"),
}
DAMPING = 0.85
STEPS = 25
LATENT = 16
DENSE = 1_500  # projects up to which the latent space is computed exactly
SMOOTH = 20.0
SAMPLE_ROWS = 400


class Affinity:
    """Parts for any asker of a history, on a common scale.

    Each part is centred and divided by its spread over the pairs of a sample
    of askers, so that weights can be compared and carried from one history to
    another.
    """

    def __init__(self, history: History, *, seed: int = 0) -> None:
        self.history = history
        self._activity = activity.fit(history, seed=seed)
        rng = np.random.default_rng(seed)
        count = min(len(history), SAMPLE_ROWS)
        rows = np.sort(rng.choice(len(history), count, replace=False))
        self._scale = {
            name: (float(values.mean()), float(values.std()) + 1e-9)
            for name, values in self._raw(rows.astype(np.int64)).items()
        }

    def block(self, askers: Integers) -> dict[str, Floats]:
        """Each part as an array (askers, n), scaled."""
        return {
            name: (values - self._scale[name][0]) / self._scale[name][1]
            for name, values in self._raw(askers).items()
        }

    def candidates(self, asker: int) -> Integers:
        """All who are not yet partners (``PartSource``)."""
        taken = self.history.taken(np.array([asker], dtype=np.int64))[0]
        return np.flatnonzero(~taken).astype(np.int64)

    def parts(self, asker: int, candidates: Integers) -> dict[str, Floats]:
        """The parts of some candidates (``PartSource``)."""
        rows = self.block(np.array([asker], dtype=np.int64))
        return {name: values[0, candidates] for name, values in rows.items()}

    def _raw(self, askers: Integers) -> dict[str, Floats]:
        shape = (len(askers), len(self.history))
        found = {
            name: np.broadcast_to(values, shape)
            for name, values in self._of_candidate.items()
        }
        rate = self._of_candidate["expected"]
        centred = (rate - rate.mean()) / (rate.std() + 1e-9)
        found["asker"] = np.broadcast_to(rate[askers][:, None], shape)
        found["both"] = centred[askers][:, None] * centred[None, :]
        found.update(self._of_attributes(askers))
        found.update(self._of_network(askers))
        return found

    @cached_property
    def _of_candidate(self) -> dict[str, Floats]:
        return {
            "projects": np.log(self.history.counts),
            "expected": self._activity.log_rate(self.history),
        }

    def _of_attributes(self, askers: Integers) -> dict[str, Floats]:
        h = self.history
        kinds = h.kinds[askers] @ self._kind_lift @ h.kinds.T
        countries = (h.countries[askers] @ self._country_lift) @ h.countries.T
        family = self._families[askers] @ self._families.T
        return {
            "kinds": kinds,
            "countries": np.asarray(countries),
            "family": family.toarray(),
        }

    def _of_network(self, askers: Integers) -> dict[str, Floats]:
        h = self.history
        n = len(h)
        allocated = ((h.partners[askers] @ self._per_degree) @ h.partners).toarray()
        latent = np.maximum(self._latent[askers] @ self._latent.T, 0)
        reach = (self._reach[askers] @ self._reach.T).toarray()
        near = allocated > 0
        return {
            "two steps": near.astype(float),
            "shared partners": _within(np.log(allocated + 0.05), near),
            "pagerank": _within(np.log(self.pagerank(askers) * n + 0.1), near),
            "latent": _within(np.log(latent * n + 1), near),
            "reach": _within(reach, near),
        }

    def pagerank(self, askers: Integers) -> Floats:
        """Where a walk that returns to each asker with 15 % spends its time."""
        h = self.history
        weights = np.maximum(np.asarray(h.shared.sum(axis=1)), 1e-12)
        incidence, turned = h.incidence, h.incidence.T.tocsr()
        start = np.zeros((len(h), len(askers)))
        start[askers, np.arange(len(askers))] = 1.0
        state = start
        for _ in range(STEPS):
            spread = state / weights[:, None]
            moved = incidence @ (turned @ spread) - h.counts[:, None] * spread
            state = DAMPING * moved + (1 - DAMPING) * start
        return np.asarray(state.T)

    @cached_property
    def _per_degree(self) -> sparse.dia_array:
        return sparse.diags_array(1 / np.maximum(self.history.degrees, 1))

    @cached_property
    def _kind_lift(self) -> Floats:
        kinds = sparse.csr_array(self.history.kinds)
        return _lift((kinds.T @ self.history.shared @ kinds).toarray())

    @cached_property
    def _country_lift(self) -> Floats:
        c = self.history.countries
        return _lift((c.T @ self.history.shared @ c).toarray())

    @cached_property
    def _families(self) -> sparse.csr_array:
        families = one_hot([p.topic[:3] for p in self.history.projects])
        return _unit_rows(sparse.csr_array(self.history.incidence @ families))

    @cached_property
    def _reach(self) -> sparse.csr_array:
        """Topics of one's partners, as square roots of shares (Hellinger)."""
        h = self.history
        own = (h.incidence @ one_hot([p.topic for p in h.projects])).sign()
        seen = sparse.csr_array(h.shared @ own)
        total = np.maximum(np.asarray(seen.sum(axis=1)), 1e-12)
        return sparse.csr_array(
            sparse.csr_array(sparse.diags_array(1 / total) @ seen).sqrt()
        )

    @cached_property
    def _latent(self) -> Floats:
        """N x LATENT: left singular vectors of the scaled table times values."""
        h = self.history
        left = sparse.diags_array(1 / np.sqrt(h.counts))
        table = left @ h.incidence @ sparse.diags_array(1 / np.sqrt(h.sizes))
        return np.asarray(table @ _right_vectors(sparse.csr_array(table), LATENT))


def _right_vectors(table: sparse.csr_array, most: int) -> Floats:
    """Columns x ``most``: the right singular vectors of the largest values.

    Up to ``DENSE`` columns exactly, by the eigenvectors of the table's Gram
    matrix; beyond by Lanczos steps from a seeded start, which do not converge
    on small tables of many components.
    """
    columns = table.shape[1]
    if columns <= DENSE:
        first = max(columns - most, 0)
        gram = (table.T @ table).toarray()
        _, vectors = linalg.eigh(gram, subset_by_index=[first, columns - 1])
        return np.asarray(vectors)
    start = np.random.default_rng(0).standard_normal(min(table.shape))
    _, _, turned = svds(table, k=most, v0=start)
    return np.asarray(turned.T)


def _within(values: Floats, near: Booleans) -> Floats:
    """Values less the mean of their group (two steps away, or further) by row.

    Whether somebody is two steps away is a part of its own; the parts of
    nearness then say only how near among those at the same distance.
    """
    centred = values.copy()
    for group in (near, ~near):
        size = np.maximum(group.sum(axis=1, keepdims=True), 1)
        mean = (values * group).sum(axis=1, keepdims=True) / size
        centred -= mean * group
    return np.asarray(centred)


def _lift(met: Floats) -> Floats:
    """Log of how often groups meet over what their sizes would give, smoothed."""
    total = met.sum(axis=1)
    by_chance = np.outer(total, total) / max(met.sum(), 1e-12)
    return np.asarray(np.log((met + SMOOTH) / (by_chance + SMOOTH)))


def _unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)))
    return sparse.csr_array(sparse.diags_array(1 / np.maximum(length, 1e-12)) @ matrix)
