"""Pairing: two sets of results by the content of their items, never by position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

from ..statistics import Comparison, compare
from .result import Result
from .summary import cluster_of

Scores = dict[str, dict[str, list[float]]]


def compare_results(
    before: Sequence[Result],
    after: Sequence[Result],
    *,
    cluster: str | None = None,
    margin: float | None = None,
) -> list[Comparison]:
    """Compare two sets of results, grader by grader.

    Items are the same when their ids are and, where both know it, the hash of their content.
    """
    changed = _changed(before, after)
    names = {r.item: cluster_of(r, cluster) for r in [*before, *after]}
    clusters: dict[str, Hashable] = {
        **names,
        **{f"{item} (changed)": names[item] for item in changed},
    }
    old = _scores(before, frozenset())
    return compare(old, _scores(after, changed), clusters=clusters, margin=margin)


def _changed(before: Iterable[Result], after: Iterable[Result]) -> frozenset[str]:
    """Return the items whose content differs between the two."""
    hashes = {result.item: result.item_hash for result in before if result.item_hash}
    return frozenset(
        result.item
        for result in after
        if result.item_hash and hashes.get(result.item, result.item_hash) != result.item_hash
    )


def _scores(results: Iterable[Result], changed: frozenset[str]) -> Scores:
    scores: Scores = defaultdict(lambda: defaultdict(list))
    for result in results:
        if result.score is not None:
            item = f"{result.item} (changed)" if result.item in changed else result.item
            scores[result.grader][item].append(result.score)
    return scores
