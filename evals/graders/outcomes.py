"""Outcome: did the run end as it should, and is the state what was wanted?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..traces.trace import Trace
from .grade import Grade, scored, unscorable
from .reference import Reference
from .typed_json import Coercions, equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Compares the labels that came with the recording with those wanted.

    `label` takes one label as the score: a number from 0 to 1, or true and false. Without it and
    without a wanted state, a run passes that came to its end.
    """

    version: ClassVar[int] = 1
    label: str = ""
    coercions: Coercions = field(default_factory=lambda: Coercions(integral_floats=True))
    name: str = "outcome"

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade how a trace ended."""
        if self.label:
            return self._by_label(trace)
        if reference.state:
            return self._by_state(trace, reference)
        if trace.status == "unknown":
            return unscorable(self, "The recording does not tell how the run ended.")
        done = trace.status == "completed"
        reason = "" if done else f"It ended as {trace.status}. {trace.error or ''}".strip()
        return scored(self, 1.0 if done else 0.0, reason=reason, details={"status": trace.status})

    def _by_label(self, trace: Trace) -> Grade:
        value = trace.labels.get(self.label)
        if not isinstance(value, int | float):
            return unscorable(self, f"The recording has no verdict {self.label!r}.")
        return scored(self, min(max(float(value), 0.0), 1.0), passed=value >= 1)

    def _by_state(self, trace: Trace, reference: Reference) -> Grade:
        missing = [key for key in reference.state if key not in trace.labels]
        if missing:
            return unscorable(self, f"The recording has no verdict {missing[0]!r}.")
        wrong = [
            key
            for key, wanted in reference.state.items()
            if not equal(trace.labels[key], wanted, self.coercions)
        ]
        score = 1 - len(wrong) / len(reference.state)
        return scored(self, score, reason=f"Not as wanted: {', '.join(wrong)}." if wrong else "")
