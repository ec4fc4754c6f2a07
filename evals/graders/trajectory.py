"""Trajectory match: were the calls that were made the ones that were expected?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import JsonValue

from ..traces.trace import Trace
from .grade import Grade, not_applicable, scored
from .matching import Alignment, Mode, align
from .reference import Reference
from .typed_json import Coercions


@dataclass(frozen=True, slots=True, kw_only=True)
class TrajectoryMatch:
    """Compares the agent's calls with the reference's.

    `exact`: the same calls at the same places. `in_order`: the longest common subsequence.
    `any_order`: the largest matching. `subset`: nothing but expected calls. `superset`: all
    expected calls, and maybe more. `partial_order`: all expected calls, each behind those it
    names in `after`. The score is F1, or precision for `subset` and recall for `superset` and
    `partial_order`.
    """

    version: ClassVar[int] = 1
    mode: Mode = "any_order"
    coercions: Coercions = field(default_factory=Coercions)
    name: str = "trajectory"

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade the calls of a trace."""
        if reference.calls is None and not reference.forbidden:
            return not_applicable(self, "The reference names no calls.")
        made = trace.calls
        broken = [call.tool for call in made if call.args_error is not None]
        forbidden = [call.tool for call in made if call.tool in reference.forbidden]
        expected = reference.calls
        if expected is None:
            aligned = Alignment(pairs=(), expected=0, made=0)
        else:
            aligned = align(made, expected, mode=self.mode, coercions=self.coercions)
        score = 0.0 if forbidden else self._score(aligned)
        grade = scored(
            self,
            score,
            reason=_reason(trace, reference, aligned, forbidden),
            details={
                "precision": aligned.precision,
                "recall": aligned.recall,
                "f1": aligned.f1,
                "alignment": [[want, call] for want, call in aligned.pairs],
                "missing": list(aligned.missing),
                "extra": list(aligned.extra),
                "forbidden": _texts(forbidden),
                "is_best": aligned.is_best,
            },
        )
        if not broken:
            return grade
        told = f"Arguments of {', '.join(sorted(set(broken)))} could not be read. {grade.reason}"
        return Grade(
            grader=self.name,
            outcome="invalid_arguments",
            score=score,
            passed=grade.passed,
            reason=told.strip(),
            details={**grade.details, "invalid": _texts(broken)},
        )

    def _score(self, aligned: Alignment) -> float:
        match self.mode:
            case "subset":
                return aligned.precision
            case "superset" | "partial_order":
                return aligned.recall
            case _:
                return aligned.f1


def _reason(trace: Trace, reference: Reference, aligned: Alignment, forbidden: list[str]) -> str:
    told: list[str] = []
    if forbidden:
        told.append(f"Forbidden: {', '.join(sorted(set(forbidden)))}.")
    if aligned.missing and reference.calls is not None:
        names = [reference.calls[place].tool for place in aligned.missing]
        told.append(f"Missing: {', '.join(names)}.")
    if aligned.extra:
        told.append(f"Not expected: {', '.join(trace.calls[p].tool for p in aligned.extra)}.")
    return " ".join(told)


def _texts(names: list[str]) -> list[JsonValue]:
    return list(names)
