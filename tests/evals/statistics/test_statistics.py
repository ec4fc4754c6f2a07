"""The statistics agree with those of packages that people trust."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.errors import InputError
from surefoot.evals import (
    cluster_bootstrap,
    cluster_stderr,
    compare,
    holm,
    mcnemar_exact,
    pass_at_k,
    pass_hat_k,
    sign_flip,
    stderr,
    wilson,
)

CASES = [(0, 7), (3, 7), (7, 7), (61, 200), (1, 1000)]


def values(n: int = 60, groups: int = 12) -> tuple[list[float], list[int]]:
    """Return values that go together within groups."""
    draw = random.Random(3)
    centres = [draw.gauss(0.2, 1) for _ in range(groups)]
    return [centres[i % groups] + draw.gauss(0, 0.4) for i in range(n)], [
        i % groups for i in range(n)
    ]


@pytest.mark.parametrize(("successes", "n"), CASES)
def test_wilson_is_that_of_statsmodels(successes: int, n: int) -> None:
    proportion = pytest.importorskip(
        "statsmodels.stats.proportion", reason="statsmodels is not installed"
    )
    low, high = proportion.proportion_confint(successes, n, method="wilson")
    ours = wilson(successes, n)
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 9), (12, 30), (700, 760)])
def test_exact_mcnemar_is_the_binomial_test_of_scipy(first: int, second: int) -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
    n = first + second
    expected = stats.binomtest(min(first, second), n).pvalue if n else 1.0
    assert mcnemar_exact(first, second) == pytest.approx(expected, abs=1e-9)


def test_holm_is_that_of_statsmodels() -> None:
    multitest = pytest.importorskip(
        "statsmodels.stats.multitest", reason="statsmodels is not installed"
    )
    p = [0.01, 0.04, 0.03, 0.5, 0.0004]
    assert holm(p) == pytest.approx(list(multitest.multipletests(p, method="holm")[1]), abs=1e-12)


def test_the_standard_error_is_that_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
    sample, _ = values()
    assert stderr(sample) == pytest.approx(float(stats.sem(sample)), abs=1e-12)


def test_clustered_errors_and_intervals_are_those_of_inspect() -> None:
    scorer = pytest.importorskip("inspect_ai.scorer", reason="inspect_ai is not installed")
    sample, groups = values()
    scores = [
        scorer.SampleScore(score=scorer.Score(value=value), sample_metadata={"group": str(group)})
        for value, group in zip(sample, groups, strict=True)
    ]
    theirs = scorer.stderr(cluster="group")(scores)
    assert cluster_stderr(sample, groups) == pytest.approx(float(theirs), abs=1e-9)
    plain = scorer.stderr()(scores)
    assert stderr(sample) == pytest.approx(float(plain), abs=1e-9)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_pass_at_k_and_pass_hat_k_are_those_of_inspect(k: int) -> None:
    scorer = pytest.importorskip("inspect_ai.scorer", reason="inspect_ai is not installed")
    for one in ([True, False, True, True], [False] * 4, [True] * 4, [False, False, True, False]):
        scores = [scorer.Score(value=float(passed)) for passed in one]
        at, hat = scorer.pass_at(k)(scores).value, scorer.pass_k(k)(scores).value
        assert pass_at_k([one], k).value == pytest.approx(at, abs=1e-9)
        assert pass_hat_k([one], k).value == pytest.approx(hat, abs=1e-9)


def test_wilsons_interval_is_that_of_inspect() -> None:
    scorer = pytest.importorskip("inspect_ai.scorer", reason="inspect_ai is not installed")
    scores = [
        scorer.SampleScore(score=scorer.Score(value=value)) for value in (1.0, 0, 1.0, 1.0, 0, 1.0)
    ]
    theirs, ours = scorer.ci_wilson()(scores), wilson(4, 6)
    assert (ours.low, ours.high) == pytest.approx((theirs["lower"], theirs["upper"]), abs=1e-9)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_pass_at_k_and_pass_hat_k_are_averages_over_all_choices_of_k_trials(k: int) -> None:
    from itertools import combinations

    trials = [[True, False, True, True], [False] * 4, [True] * 4, [False, False, True, False]]
    chosen = [list(combinations(one, k)) for one in trials]
    at = sum(sum(map(any, one)) / len(one) for one in chosen) / len(trials)
    hat = sum(sum(map(all, one)) / len(one) for one in chosen) / len(trials)
    assert pass_at_k(trials, k).value == pytest.approx(at, abs=1e-12)
    assert pass_hat_k(trials, k).value == pytest.approx(hat, abs=1e-12)


def test_too_few_repeats_are_told_and_not_guessed() -> None:
    with pytest.raises(InputError):
        pass_hat_k([[True, True], [True]], 2)


def test_the_cluster_bootstrap_agrees_with_the_clustered_error() -> None:
    sample, groups = values(n=4000, groups=400)
    interval = cluster_bootstrap(sample, groups)
    error = cluster_stderr(sample, groups)
    assert (interval.high - interval.low) / 2 == pytest.approx(1.96 * error, rel=0.05)
    assert interval == cluster_bootstrap(sample, groups)


def test_the_bootstrap_agrees_with_that_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
    sample, _ = values()
    theirs = stats.bootstrap(
        (sample,), lambda x, axis: x.mean(axis=axis), method="percentile", rng=5
    ).confidence_interval
    ours = cluster_bootstrap(sample, range(len(sample)))
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.02)


def test_sign_flips_agree_with_the_permutation_test_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
    draw = random.Random(1)
    differences = [draw.gauss(0.2, 1) for _ in range(40)]
    theirs = stats.permutation_test(
        (differences,),
        lambda x, axis: x.mean(axis=axis),
        permutation_type="samples",
        n_resamples=20_000,
        rng=4,
    ).pvalue
    assert sign_flip(differences, range(40)) == pytest.approx(theirs, abs=0.01)


def test_few_clusters_are_flipped_in_every_way() -> None:
    assert sign_flip([1.0] * 12, [0, 1, 2] * 4) == 2 / 8
    assert sign_flip([0.0, 0.0], [0, 1]) == 1.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_makes_p_smaller_nor_changes_its_order(p: list[float]) -> None:
    corrected = holm(p)
    assert all(new >= old for old, new in zip(p, corrected, strict=True))
    order = sorted(range(len(p)), key=p.__getitem__)
    assert [corrected[i] for i in order] == sorted(corrected)


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_holds_the_share_and_stays_within_0_and_1(successes: int, n: int) -> None:
    interval = wilson(min(successes, n), n)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1 + 1e-12


def scores(*shares: float) -> dict[str, dict[str, list[float]]]:
    return {"answer": {f"q{n}": [share] for n, share in enumerate(shares)}}


def test_a_clear_gain_is_better_and_a_clear_loss_is_worse() -> None:
    low, high = scores(*[0.0] * 30), scores(*[1.0] * 20, *[0.0] * 10)
    assert [one.verdict for one in compare(low, high)] == ["better"]
    assert [one.verdict for one in compare(high, low)] == ["worse"]


def test_no_difference_is_not_worse_by_a_margin_and_inconclusive_without_one() -> None:
    same = scores(*[1.0, 0.0] * 20)
    assert compare(same, same, margin=0.02)[0].verdict == "not worse"
    assert compare(same, same)[0].verdict == "inconclusive"


def test_an_inconclusive_comparison_says_how_many_items_would_do() -> None:
    one = compare(scores(0, 0, 0, 1, 0, 1, 0, 0), scores(1, 0, 0, 1, 0, 0, 1, 0))[0]
    assert one.verdict == "inconclusive"
    assert one.needed is not None and one.needed > 8
    assert one.test == "mcnemar"
    assert (one.won, one.lost) == (("q0", "q6"), ("q5",))


def test_items_that_go_together_count_as_the_few_that_they_are() -> None:
    before, after = scores(*[0.0] * 40), scores(*[1.0] * 10, *[0.0] * 30)
    alone = compare(before, after)[0]
    together = compare(before, after, clusters={f"q{n}": n // 10 for n in range(40)})[0]
    assert alone.verdict == "better"
    assert (together.clusters, together.verdict) == (4, "inconclusive")
    assert together.test == "sign-flip"


def test_items_that_only_one_side_has_are_named_and_do_not_count() -> None:
    before = {"answer": {"a": [1.0], "b": [0.0]}}
    after = {"answer": {"b": [1.0], "c": [1.0]}}
    one = compare(before, after)[0]
    assert (one.items, one.only_before, one.only_after) == (1, ("a",), ("c",))


def test_repeats_are_averaged_before_they_are_compared() -> None:
    one = compare({"g": {"a": [1.0, 0.0]}}, {"g": {"a": [1.0, 1.0]}})[0]
    assert (one.before, one.after, one.difference.value) == (0.5, 1.0, 0.5)
    assert math.isnan(one.stderr)
