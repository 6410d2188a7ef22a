"""The first names of a list, chosen so that they do not all stand or fall together.

Organisations that always join the same consortia are one chance, not two: if
the first is not met, its companion will not be either. So the top of a list is
chosen one by one, each for the chance that it is met *and* none before it is
(greedy maximum coverage; Carbonell, Goldstein 1998 for the idea, Chen, Karger
2006 for why it serves the first hit). Only the order at the top changes; the
scores it is told by are those of the list, so nothing else moves.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from kg.analysis.partners.score import Booleans, Floats

LOOKED_AT = 60  # the best of a list, among which the order is chosen
CHOSEN = 20  # how many places are filled one by one
STRENGTH = 0.9  # how far a companion's chance is spent
DOUBT = 0.5  # projects added to each count: one joint project proves little


def spread(
    scores: Floats, taken: Booleans, shared: sparse.csr_array, counts: Floats
) -> Floats:
    """The scores with the top of each row in another order.

    Args:
        scores: (askers, n); one unit of score is taken for a factor e of chance.
        taken: (askers, n): who may not be listed; their scores stay.
        shared: n x n, projects that two organisations share.
        counts: n, projects of each.

    Returns:
        (askers, n): the same values, among the best ``LOOKED_AT`` of each row
        given to others.
    """
    found = scores.copy()
    for i, row in enumerate(np.where(taken, -np.inf, scores)):
        best = np.argsort(-row, kind="stable")[:LOOKED_AT]
        best = best[np.isfinite(row[best])]
        together = shared[best][:, best].toarray() / (counts[best][:, None] + DOUBT)
        found[i, best[_order(row[best], together)]] = row[best]
    return found


def _order(scores: Floats, together: Floats) -> list[int]:
    """Places of ``scores`` (which descend) in the order in which they are chosen.

    Args:
        scores: logs of the chances, but for a constant.
        together: [a, b]: chance that b is there where a is.
    """
    left = np.log(np.maximum(1 - STRENGTH * together, 1e-3))
    worth = scores.astype(float).copy()
    order: list[int] = []
    for _ in range(min(CHOSEN, len(scores))):
        one = int(np.argmax(worth))
        order.append(one)
        worth += left[:, one]
        worth[one] = -np.inf
    chosen = set(order)
    return order + [j for j in range(len(scores)) if j not in chosen]
