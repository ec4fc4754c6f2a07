"""Comparing: is B better than A, by items that both have?"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Literal

from .intervals import Interval, cluster_bootstrap, cluster_stderr, mean, stderr
from .significance import holm, mcnemar_exact, sign_flip

Verdict = Literal["better", "worse", "not worse", "inconclusive"]
Test = Literal["mcnemar", "sign-flip", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One grader's view of B against A. Repeats are averaged per item before anything else."""

    grader: str
    items: int
    """Items that both have."""
    clusters: int
    before: float
    after: float
    difference: Interval
    stderr: float
    test: Test
    p: float
    corrected_p: float
    """After Holm's correction over the graders compared."""
    verdict: Verdict
    needed: int | None = None
    """Items that would show a difference this big 4 times out of 5, when it is inconclusive."""
    only_before: tuple[str, ...] = ()
    """Items that only A has; they do not count."""
    only_after: tuple[str, ...] = ()
    won: tuple[str, ...] = ()
    """Items that B does better."""
    lost: tuple[str, ...] = ()
    """Items that B does worse."""


Scores = Mapping[str, Sequence[float]]
"""A grader's scores by item, one per repeat."""


def compare(
    before: Mapping[str, Scores],
    after: Mapping[str, Scores],
    *,
    clusters: Mapping[str, Hashable] | None = None,
    margin: float | None = None,
    confidence: float = 0.95,
) -> list[Comparison]:
    """Compare two sets of scores, grader by grader.

    `clusters` tells which items go together; without it each stands alone. `margin` is how much
    worse still counts as not worse.
    """
    graders = [grader for grader in before if grader in after]
    compared = [
        _one(grader, before[grader], after[grader], clusters or {}, confidence)
        for grader in graders
    ]
    corrected = holm([one.p for one in compared])
    return [
        _judged(replace(one, corrected_p=p), margin, confidence)
        for one, p in zip(compared, corrected, strict=True)
    ]


def _one(
    grader: str,
    before: Scores,
    after: Scores,
    clusters: Mapping[str, Hashable],
    confidence: float,
) -> Comparison:
    items = [item for item in before if item in after]
    old = [mean(before[item]) for item in items]
    new = [mean(after[item]) for item in items]
    differences = [b - a for a, b in zip(old, new, strict=True)]
    groups = [clusters.get(item, item) for item in items]
    count = len(set(groups))
    independent = count == len(items)
    test, p = _tested(old, new, differences, groups, independent)
    spread = stderr(differences) if independent else cluster_stderr(differences, groups)
    if items:
        interval = cluster_bootstrap(differences, groups, confidence=confidence)
    else:
        interval = Interval(value=math.nan, low=math.nan, high=math.nan)
    return Comparison(
        grader=grader,
        items=len(items),
        clusters=count,
        before=mean(old),
        after=mean(new),
        difference=interval,
        stderr=spread,
        test=test,
        p=p,
        corrected_p=p,
        verdict="inconclusive",
        only_before=tuple(item for item in before if item not in after),
        only_after=tuple(item for item in after if item not in before),
        won=tuple(i for i, d in zip(items, differences, strict=True) if d > 0),
        lost=tuple(i for i, d in zip(items, differences, strict=True) if d < 0),
    )


def _tested(
    old: Sequence[float],
    new: Sequence[float],
    differences: Sequence[float],
    groups: Sequence[Hashable],
    independent: bool,
) -> tuple[Test, float]:
    if not differences:
        return "none", 1.0
    if independent and {*old, *new} <= {0.0, 1.0}:
        return "mcnemar", mcnemar_exact(differences.count(-1.0), differences.count(1.0))
    return "sign-flip", sign_flip(differences, groups)


def _judged(one: Comparison, margin: float | None, confidence: float) -> Comparison:
    """Give the verdict. A difference counts when test and interval agree on it."""
    interval = one.difference
    is_sure = one.corrected_p < 1 - confidence
    if is_sure and interval.low > 0:
        return replace(one, verdict="better")
    if is_sure and interval.high < 0:
        return replace(one, verdict="worse")
    if margin is not None and one.items > 1 and interval.low > -margin:
        return replace(one, verdict="not worse")
    return replace(one, needed=_needed(one, margin, confidence))


def _needed(one: Comparison, margin: float | None, confidence: float) -> int | None:
    """Return how many items would do, going by how much these differ."""
    effect = abs(one.difference.value) or (margin or 0.0)
    if not effect or not one.stderr or math.isnan(one.stderr):
        return None
    z = NormalDist().inv_cdf(0.5 + confidence / 2) + NormalDist().inv_cdf(0.8)
    return max(one.items, math.ceil(one.items * (z * one.stderr / effect) ** 2))
