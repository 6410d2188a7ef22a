"""Communities lie side by side in a round field, however small some are."""

from __future__ import annotations

import numpy as np

from kg.analysis.layout import discs


def test_small_communities_lie_around_the_large_ones_not_on_a_line() -> None:
    sizes = [8000] * 2 + [1] * 200
    member = np.repeat(np.arange(len(sizes)), sizes)
    points = discs(np.empty((0, 2), dtype=np.int64), member)
    wide, high = np.ptp(points, axis=0)
    assert 0.5 < wide / high < 1.5
    homes = np.array([points[member == g].mean(axis=0) for g in range(len(sizes))])
    gaps = np.hypot(*(homes[:, None] - homes[None]).transpose(2, 0, 1))
    reach = 0.75 * np.sqrt(np.array(sizes)) + 0.8
    apart = gaps - reach[:, None] - reach[None]
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > -1
