"""Calibration: how far a judge can be trusted, by labels that are known to be right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.errors import InputError

from ..statistics import Interval, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A judge's verdicts beside the truth. A verdict off the vocabulary is an error, not a fail."""

    judged: int
    """Verdicts that could be read and have a truth beside them."""
    errors: int
    """Verdicts that could not be read."""
    agreement: Interval
    kappa: float
    """Agreement beyond chance: 1 is perfect, 0 is chance, below 0 is worse."""
    sensitivity: Interval
    """The share of good runs that the judge passes."""
    specificity: Interval
    """The share of bad runs that the judge fails."""


def calibrate(verdicts: Sequence[bool | None], truth: Sequence[bool]) -> Calibration:
    """Compare a judge's verdicts with the truth; None stands for one off the vocabulary."""
    if len(verdicts) != len(truth):
        raise InputError(f"There are {len(verdicts)} verdicts for {len(truth)} labels.")
    pairs = [(v, t) for v, t in zip(verdicts, truth, strict=True) if v is not None]
    n = len(pairs)
    agreed = sum(verdict == label for verdict, label in pairs)
    good = [verdict for verdict, label in pairs if label]
    bad = [verdict for verdict, label in pairs if not label]
    return Calibration(
        judged=n,
        errors=len(verdicts) - n,
        agreement=wilson(agreed, n),
        kappa=_kappa(pairs),
        sensitivity=wilson(sum(good), len(good)),
        specificity=wilson(len(bad) - sum(bad), len(bad)),
    )


def _kappa(pairs: Sequence[tuple[bool, bool]]) -> float:
    if not pairs:
        return math.nan
    n = len(pairs)
    seen = sum(verdict == label for verdict, label in pairs) / n
    passed = sum(verdict for verdict, _ in pairs) / n
    good = sum(label for _, label in pairs) / n
    chance = passed * good + (1 - passed) * (1 - good)
    return 1.0 if chance == 1 else (seen - chance) / (1 - chance)


def corrected_share(passed: float, calibration: Calibration) -> float:
    """Return the share of good runs that a judge's pass rate stands for, given its mistakes.

    Not a number where the judge tells good from bad no better than chance.
    """
    sensitivity, specificity = calibration.sensitivity.value, calibration.specificity.value
    power = sensitivity + specificity - 1
    if not power > 0:
        return math.nan
    return min(1.0, max(0.0, (passed + specificity - 1) / power))
