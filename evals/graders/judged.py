"""Judged: the verdict that a judge has left on a trace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..traces.trace import Trace
from .grade import Grade, scored, unscorable
from .reference import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Reads the recorded verdict of a judge."""

    version: ClassVar[int] = 2
    judge: str
    name: str = field(default="judge")

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade a trace as the judge did; a verdict off the vocabulary is an error."""
        label = f"judge.{self.judge}"
        if label not in trace.labels:
            return unscorable(self, f"The recording has no verdict of the judge {self.judge!r}.")
        verdict = trace.labels[label]
        if not isinstance(verdict, bool):
            reason = f"The judge gave no verdict: {trace.labels.get(f'{label}.error')}."
            return Grade(grader=self.name, outcome="error", reason=reason)
        return scored(self, float(verdict), reason=str(trace.labels.get(f"{label}.text") or ""))
