"""Proportions: Wilson's interval, and the chances of passing within or in all of k tries."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

from surefoot.errors import InputError

from .intervals import Interval, cluster_bootstrap


def wilson(successes: float, n: int, *, confidence: float = 0.95) -> Interval:
    """Return a proportion with Wilson's score interval."""
    if n == 0:
        return Interval(value=math.nan, low=0.0, high=1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(value=share, low=low, high=high)


def pass_at_k(trials: Sequence[Sequence[bool]], k: int) -> Interval:
    """Return the chance that at least one of `k` tries of an item passes, over all items."""
    return _over_items(trials, k, lambda n, c: 1 - math.comb(n - c, k) / math.comb(n, k))


def pass_hat_k(trials: Sequence[Sequence[bool]], k: int) -> Interval:
    """Return the chance that all of `k` tries of an item pass, over all items."""
    return _over_items(trials, k, lambda n, c: math.comb(c, k) / math.comb(n, k))


def _over_items(
    trials: Sequence[Sequence[bool]], k: int, chance: Callable[[int, int], float]
) -> Interval:
    """Average over items; the interval draws whole items. Raises `InputError` when one has < k."""
    short = [len(one) for one in trials if len(one) < k]
    if short or k < 1:
        raise InputError(
            f"k = {k} needs at least that many repeats of every item; {len(short)} of "
            f"{len(trials)} items have fewer. Run with more repeats, or ask for a smaller k."
        )
    values = [chance(len(one), sum(one)) for one in trials]
    return cluster_bootstrap(values, range(len(values)))
