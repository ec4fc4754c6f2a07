"""Confidence: how likely the claims of an answer hold, as measured on labelled ones."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from surefoot.verdicts import Verdict

FOUND, COMPUTED = 0.98, 0.92
"""Of sentences about tables that pass because their figures are there, or follow from what is
there, when each true one comes with a broken one, this share is true. Measured on sentences written
by hand, where it is lowest: `python -m surefoot.evals.bench.checks confidence` prints it."""


def sure(verdict: Verdict) -> Verdict:
    """Return a verdict on figures with its confidence."""
    confidence = COMPUTED if verdict.code == "computed" else FOUND
    return verdict.model_copy(update={"confidence": confidence})


def answer_confidence(verdicts: Iterable[Verdict]) -> float | None:
    """Return the share of an answer's claims that can be expected to hold.

    Claims that failed are taken to have been left out. None when no claim was measured.
    """
    by_claim: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.stage == "answer":  # `c3.1` goes with the rest of its sentence.
            sentence = (verdict.claim_id or "").partition(".")[0]
            by_claim.setdefault(sentence, []).append(verdict)
    told = [
        confidence
        for of_claim in by_claim.values()
        if not any(one.failed for one in of_claim)
        if (confidence := _of_claim(of_claim)) is not None
    ]
    return round(fmean(told), 3) if told else None


def _of_claim(verdicts: list[Verdict]) -> float | None:
    """Return what the last check that measured says: a review knows what came before it."""
    told = [one.confidence for one in verdicts if one.confidence is not None]
    return told[-1] if told else None
