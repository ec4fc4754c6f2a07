"""Intervals: a mean, how sure it is, and what clusters do to that."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

SEED = 20_240_501
RESAMPLES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A value and the interval it lies in, by the confidence asked for."""

    value: float
    low: float
    high: float


def mean(values: Sequence[float]) -> float:
    """Return the mean; not a number when there are no values."""
    return math.fsum(values) / len(values) if values else math.nan


def stderr(values: Sequence[float]) -> float:
    """Return the standard error of the mean of independent values."""
    if len(values) < 2:
        return math.nan
    centre = mean(values)
    variance = math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1)
    return math.sqrt(variance / len(values))


def cluster_stderr(values: Sequence[float], clusters: Sequence[Hashable]) -> float:
    """Return the standard error when values of one cluster go together.

    With the correction for few clusters, C / (C - 1).
    """
    sums = cluster_sums([value - mean(values) for value in values], clusters)
    if len(sums) < 2:
        return math.nan
    squares = math.fsum(total**2 for total in sums.values())
    return math.sqrt(squares * len(sums) / (len(sums) - 1)) / len(values)


def cluster_sums(values: Sequence[float], clusters: Sequence[Hashable]) -> Mapping[Hashable, float]:
    """Return the sum of each cluster's values, in order of first appearance."""
    sums: dict[Hashable, float] = defaultdict(float)
    for value, cluster in zip(values, clusters, strict=True):
        sums[cluster] += value
    return sums


def cluster_bootstrap(
    values: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """Return the mean with the interval that drawing whole clusters again and again gives."""
    import numpy as np

    centre = mean(values)
    sums = np.array(list(cluster_sums(values, clusters).values()))
    sizes = np.array(list(cluster_sums([1.0] * len(values), clusters).values()))
    if len(sums) < 2:
        return Interval(value=centre, low=math.nan, high=math.nan)
    draws = np.random.default_rng(seed)
    means = np.empty(resamples)
    step = max(1, 4_000_000 // len(sums))
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        picked = draws.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=count)
        means[start : start + count] = (picked @ sums) / (picked @ sizes)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(value=centre, low=float(low), high=float(high))
