"""Summaries: what each grader found over all traces, and over groups of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..statistics import Interval, cluster_bootstrap, pass_at_k, pass_hat_k, wilson
from .result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One grader over a set of traces."""

    grader: str
    group: str = ""
    mean: Interval
    """The mean over items of the means of their repeats."""
    items: int
    traces: int
    """Traces with a score."""
    clusters: int
    passed: int
    outcomes: dict[str, int]
    """How many traces had which outcome; nothing is left out."""


def cluster_of(result: Result, cluster: str | None = None) -> str:
    """Return what a result goes together with; by default, the first thing that it shares."""
    if cluster is not None:
        return result.clusters.get(cluster, result.item)
    return next(iter(result.clusters.values()), result.item)


def summarise(
    results: Iterable[Result], *, cluster: str | None = None, group: str = ""
) -> list[Line]:
    """Return a line per grader."""
    by_grader: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_grader[result.grader].append(result)
    return [_line(grader, found, cluster, group) for grader, found in by_grader.items()]


def breakdown(
    results: Iterable[Result], by: Callable[[Result], str], *, cluster: str | None = None
) -> list[Line]:
    """Return a line per group and grader, the groups in order of their names."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[by(result)].append(result)
    return [
        line
        for group in sorted(groups)
        for line in summarise(groups[group], cluster=cluster, group=group)
    ]


def _line(grader: str, results: Sequence[Result], cluster: str | None, group: str) -> Line:
    scores: dict[str, list[float]] = defaultdict(list)
    clusters: dict[str, str] = {}
    for result in results:
        if result.score is not None:
            scores[result.item].append(result.score)
            clusters[result.item] = cluster_of(result, cluster)
    means = [sum(one) / len(one) for one in scores.values()]
    groups = [clusters[item] for item in scores]
    independent = len(set(groups)) == len(groups)
    if independent and set(means) <= {0.0, 1.0}:
        interval = wilson(sum(means), len(means))
    else:
        interval = cluster_bootstrap(means, groups)
    if interval.low == interval.high and interval.value in (0.0, 1.0):
        # Drawing again from what is all alike knows no doubt; few clusters are a reason for it.
        interval = wilson(interval.value * len(set(groups)), len(set(groups)))
    return Line(
        grader=grader,
        group=group,
        mean=interval,
        items=len(means),
        traces=sum(map(len, scores.values())),
        clusters=len(set(groups)),
        passed=sum(result.passed is True for result in results),
        outcomes=dict(Counter(result.outcome for result in results)),
    )


def pass_rates(results: Iterable[Result], k: int) -> tuple[Interval, Interval]:
    """Return pass@k and pass^k of one grader's results. Raises `InputError`."""
    trials: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        trials[result.item].append(result.passed is True)
    listed = list(trials.values())
    return pass_at_k(listed, k), pass_hat_k(listed, k)
