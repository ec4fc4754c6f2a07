"""Significance: exact and resampling tests of paired differences, and many of them at once."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from itertools import product

from .intervals import SEED, cluster_sums

PERMUTATIONS = 20_000
_EXACT = 14
"""Up to this many clusters, every choice of signs is tried."""


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Return the two-sided p of so many items that only one of two runs passed."""
    n = only_first + only_second
    fewer = min(only_first, only_second)
    tail = sum(math.comb(n, k) for k in range(fewer + 1))
    return float(min(1.0, 2 * tail / 2**n)) if n < 1000 else min(1.0, 2 * _tail(n, fewer))


def _tail(n: int, fewer: int) -> float:
    """Return the lower tail of a fair coin, in logarithms, for counts beyond a float's range."""
    half = n * math.log(2)
    return math.fsum(
        math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - half)
        for k in range(fewer + 1)
    )


def sign_flip(
    differences: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> float:
    """Return the two-sided p of a mean difference, flipping the signs of whole clusters."""
    import numpy as np

    sums = [total for total in cluster_sums(differences, clusters).values() if total != 0]
    if not sums:
        return 1.0
    seen = abs(math.fsum(sums)) - 1e-12
    if len(sums) <= _EXACT:
        signs = product((-1, 1), repeat=len(sums))
        hits = sum(
            abs(math.fsum(s * total for s, total in zip(one, sums, strict=True))) >= seen
            for one in signs
        )
        return float(hits / 2 ** len(sums))
    draws = np.random.default_rng(seed)
    totals = np.array(sums)
    hits = 0
    step = max(1, 4_000_000 // len(sums))
    for start in range(0, permutations, step):
        size = (min(step, permutations - start), len(sums))
        flipped = (draws.integers(0, 2, size=size, dtype=np.int8) * 2 - 1) @ totals
        hits += int((np.abs(flipped) >= seen).sum())
    return (hits + 1) / (permutations + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values corrected for being several, by Holm's step-down rule."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected = [1.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, p_values[place] * (len(p_values) - rank)))
        corrected[place] = highest
    return corrected
