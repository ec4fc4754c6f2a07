"""A judge is an instrument: it is recorded, and how far it can be trusted is measured."""

from __future__ import annotations

import math

import pytest

from surefoot import ScriptedModel, says
from surefoot.agent import fails
from surefoot.errors import InputError, ModelError
from surefoot.evals import (
    Judged,
    Provenance,
    Reference,
    Trace,
    TraceStep,
    calibrate,
    corrected_share,
    grade,
    judge_traces,
)


def trace(name: str) -> Trace:
    steps = (TraceStep(source="user", text="q"), TraceStep(source="agent", text=name))
    return Trace(trace_id=name, steps=steps, provenance=Provenance(format="test"))


@pytest.mark.anyio
async def test_verdicts_are_kept_with_the_traces_and_graded_without_the_model() -> None:
    model = ScriptedModel(
        says("It is right.\n**PASS**"),
        says("No.\nfail"),
        says("It is satisfied."),
        fails(ModelError("down")),
    )
    traces = [trace(name) for name in "abcd"]
    told = await judge_traces(model, "Is it right?", traces, name="j", concurrency=1)
    grades = [grade(Judged(judge="j"), one, Reference()) for one in told]
    assert [(g.outcome, g.passed) for g in grades] == [
        ("scored", True),
        ("scored", False),
        ("error", None),
        ("error", None),
    ]
    assert "PASS or FAIL" in model.seen[0].messages[0].text
    assert grade(Judged(judge="other"), told[0], Reference()).outcome == "unscorable"


def test_calibration_tells_agreement_chance_and_both_kinds_of_mistake() -> None:
    verdicts = [True, True, True, False, False, None, True, False]
    truth = [True, True, False, False, False, True, True, True]
    found = calibrate(verdicts, truth)
    assert (found.judged, found.errors) == (7, 1)
    assert found.agreement.value == pytest.approx(5 / 7)
    assert found.sensitivity.value == pytest.approx(3 / 4)
    assert found.specificity.value == pytest.approx(2 / 3)


def test_kappa_is_that_of_statsmodels() -> None:
    rater = pytest.importorskip(
        "statsmodels.stats.inter_rater", reason="statsmodels is not installed"
    )
    verdicts = [True] * 30 + [False] * 12 + [True] * 8 + [False] * 10
    truth = [True] * 30 + [True] * 12 + [False] * 8 + [False] * 10
    theirs = rater.cohens_kappa([[30, 12], [8, 10]]).kappa
    assert calibrate(verdicts, truth).kappa == pytest.approx(theirs, abs=1e-9)


def test_a_pass_rate_is_corrected_for_the_judges_mistakes() -> None:
    judge = calibrate([True] * 9 + [False] + [True] * 2 + [False] * 8, [True] * 10 + [False] * 10)
    assert corrected_share(0.55, judge) == pytest.approx(0.5)
    lenient = calibrate([True] * 4, [True, True, False, False])
    assert math.isnan(corrected_share(1.0, lenient))
    with pytest.raises(InputError):
        calibrate([True], [])
