"""Sureness: of sentences and answers that pass, how many are true, and how many are said to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from surefoot.evidence import TableSource
from surefoot.graphs import DEFAULT_CHECKS, answer_confidence, judge
from surefoot.verdicts import Verdict

from .faults import Trial
from .statements import FAULTS
from .written import claim_of, written

Kind = Literal["found", "computed"]
_A_HALF = 0.5
"""Added to what passes though it is broken: that none has passed yet does not mean none will."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One sentence about a table, and what the checks said of it."""

    is_true: bool
    verdicts: tuple[Verdict, ...]

    @property
    def passes_as(self) -> Kind | None:
        """How its figures are known, when it passes."""
        if any(one.failed for one in self.verdicts):
            return None
        said = {one.code for one in self.verdicts if one.check == "numbers_in_evidence"}
        return "computed" if "computed" in said else "found" if said else None


@dataclass(frozen=True, slots=True)
class Share:
    """How sure it is that a sentence is true which passes in one way."""

    value: float
    true_passed: int
    broken_passed: int
    broken: int


def share_true(looked: Sequence[Looked], kind: Kind) -> Share:
    """Return which share of passing sentences is true, when one broken one comes with each."""
    passed = [one.is_true for one in looked if one.passes_as == kind]
    true, broken = (sum(one.is_true is is_true for one in looked) for is_true in (True, False))
    wrong = len(passed) - sum(passed)
    right_rate, wrong_rate = sum(passed) / true, (wrong + _A_HALF) / (broken + 1)
    return Share(right_rate / (right_rate + wrong_rate), sum(passed), wrong, broken)


def generated(tried: Iterable[Trial]) -> list[Looked]:
    """Return the suite's sentences about tables."""
    return [
        Looked(one.fault is None, one.verdicts)
        for one in tried
        if isinstance(one.finding.source, TableSource)
    ]


def by_hand() -> list[Looked]:
    """Return the sentences about tables that people wrote."""
    return [
        Looked(one.fault is None, tuple(judge(DEFAULT_CHECKS.answer, claim_of(one))))
        for one in written(("tables",))
    ]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer's confidence beside what held, and how much the answer counts."""

    confidence: float
    held: float
    weight: float


def answers_said(tried: Sequence[Trial]) -> Iterator[Said]:
    """Yield each answer as it is released: whole, and broken in each way it can be.

    The broken ones of an answer count together as much as the whole one.
    """
    by_answer: dict[int, list[Trial]] = {}
    for one in tried:
        by_answer.setdefault(id(one.answer), []).append(one)
    for of_answer in by_answer.values():
        whole = {one.place: one for one in of_answer if one.fault is None}
        broken = [{**whole, one.place: one} for one in of_answer if one.fault in FAULTS]
        for sentences, weight in ((whole, 1.0), *((one, 1 / len(broken)) for one in broken)):
            passed = [one for one in sentences.values() if not one.failed]
            confidence = answer_confidence(
                verdict.model_copy(update={"claim_id": f"c{one.place}"})
                for one in passed
                for verdict in one.verdicts
            )
            if confidence is not None:
                held = sum(one.fault is None for one in passed) / len(passed)
                yield Said(confidence, held, weight)


def print_sureness(tried: Sequence[Trial]) -> None:
    """Print what a verdict's and an answer's confidence are worth."""
    sets = {
        "suite, tuned half": generated(one for one in tried if not one.answer.frozen),
        "suite, frozen half": generated(one for one in tried if one.answer.frozen),
        "written by hand": by_hand(),
    }
    kinds: tuple[Kind, ...] = ("found", "computed")
    print("of sentences about tables that pass, when one in two is broken, these are true")
    for name, looked in sets.items():
        shares = [(kind, share_true(looked, kind)) for kind in kinds]
        told = "; ".join(
            f"{kind} {one.value:.3f} ({one.true_passed} true, {one.broken_passed} of "
            f"{one.broken} broken passed)"
            for kind, one in shares
        )
        print(f"{name:<20} {told}")
    for name, frozen in (("tuned", False), ("frozen", True)):
        said = list(answers_said([one for one in tried if one.answer.frozen is frozen]))
        total = sum(one.weight for one in said)
        mean = sum(one.weight * one.confidence for one in said) / total
        held = sum(one.weight * one.held for one in said) / total
        brier = sum(one.weight * (one.confidence - one.held) ** 2 for one in said) / total
        print(
            f"answers, {name} half: {mean:.3f} said to hold on average, {held:.3f} of their "
            f"sentences held, Brier {brier:.3f}, {len(said)} answers"
        )
