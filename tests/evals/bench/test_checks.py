"""The benchmark of the answer checks: what it breaks, what it learns and what it says of both."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from surefoot.errors import InputError
from surefoot.evals import checks
from surefoot.verdicts import Verdict


@pytest.fixture(scope="module")
def small() -> list[checks.Trial]:
    """A small suite, looked at by the default checks."""
    return list(checks.trials(checks.answers(per_quarter=6)))


def test_every_broken_sentence_differs_from_the_whole_one(small: list[checks.Trial]) -> None:
    for one in small:
        whole = one.answer.sentences[one.place]
        assert (one.text == whole) is (one.fault is None)


def test_the_frozen_half_shares_no_source_with_the_other(small: list[checks.Trial]) -> None:
    sources: dict[bool, set[str]] = {True: set(), False: set()}
    for one in small:
        for statement in one.answer.statements:
            assert statement.frozen is one.answer.frozen
            sources[statement.frozen].add(statement.source)
    assert not sources[True] & sources[False] - {"planes"}


def test_the_default_checks_find_what_is_broken_and_refuse_little_else(
    small: list[checks.Trial],
) -> None:
    told = checks.rates(small)
    assert told["false alarms, sentences"].value < 0.05
    for fault in ("number", "unit", "date", "entity", "quote", "citation"):
        assert told[fault].value > 0.9


def test_a_regression_learns_what_tells_claims_apart() -> None:
    chance = np.random.default_rng(1)
    holds = chance.random(400) < 0.4
    features = np.c_[holds + chance.normal(0, 0.7, 400), chance.normal(0, 1, 400)]
    model = checks.fit(features, holds)
    assert model.weights[0] > 5 * abs(model.weights[1])
    made = checks.tried(features, holds, [str(n % 80) for n in range(400)])
    assert made.likelihood.shape == (10, 400)
    assert checks.auroc(made.likelihood.mean(axis=0), holds) > 0.8
    assert checks.balanced(made.accepts[0], holds) > 0.7
    assert checks.calibration_error(made.likelihood.mean(axis=0), holds) < 0.1


def test_the_area_is_what_it_is_by_hand() -> None:
    holds = np.array([True, False, True, False])
    assert checks.auroc(np.array([0.9, 0.1, 0.8, 0.2]), holds) == 1.0
    assert checks.auroc(np.array([0.1, 0.9, 0.2, 0.8]), holds) == 0.0
    assert checks.auroc(np.array([0.5, 0.5, 0.5, 0.5]), holds) == 0.5
    assert checks.auroc(np.array([0.5, 0.4, 0.3, 0.3]), holds) == 0.625


def test_the_drawing_in_the_documentation_is_that_of_the_kept_scores() -> None:
    assert checks.PLOT.read_text(encoding="utf-8") == checks.draw()


def test_chunks_of_one_claim_are_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    meta = {"id": "d1", "claim_title": "A"}
    rows = [
        {
            "label": "supported",
            "claim": "It is.",
            "evidence": texts,
            "meta": meta | {"chunk_idx": at},
        }
        for texts, at in ((["b", "d"], [1, 3]), (["a", "b"], [0, 1]))
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (one,) = checks.labelled_claims(path)
    assert one.holds and one.group == "A"
    assert one.claim.cited[0].content == "a\n\nb\n\nd"
    with pytest.raises(InputError):
        checks.labelled_claims(tmp_path / "nothing")


def test_what_passes_is_as_sure_as_few_broken_ones_pass(small: list[checks.Trial]) -> None:
    def looked(is_true: bool, *, fails: bool) -> checks.Looked:
        outcome = "unsupported" if fails else "supported"
        verdict = Verdict(stage="answer", check="numbers_in_evidence", outcome=outcome)
        return checks.Looked(is_true, (verdict,))

    true = [looked(True, fails=False)] * 8 + [looked(True, fails=True)] * 2
    broken = [looked(False, fails=True)] * 8 + [looked(False, fails=False)]
    told = checks.share_true(true + broken, "found")
    assert (told.true_passed, told.broken_passed, told.broken) == (8, 1, 9)
    assert told.value == pytest.approx(0.8 / (0.8 + 1.5 / 10))
    assert checks.share_true(true + broken, "computed").true_passed == 0
    for one in checks.answers_said(small):
        assert 0 < one.confidence <= 1 and one.held > 0.6 and 0 < one.weight <= 1
