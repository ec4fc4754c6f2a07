"""Abstention: does the agent say that it cannot know, when and only when it cannot?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from ..traces.trace import Trace
from .grade import Grade, not_applicable, scored, unscorable
from .reference import Reference

_PATTERNS = (
    r"\b(?:i|we) (?:can ?not|can['’]t|could ?n['’]t|could not|do(?:n['’]t| not)|(?:am|was|were|are)"
    r" (?:unable|not able) to) (?:answer|find|know|tell|determine|verify|confirm|provide|have)\b",
    r"\b(?:is|are|was|were)(?: not|n['’]t) (?:available|known|mentioned|provided|recorded)\b",
    r"\bno (?:information|data|record|evidence|mention) (?:is |was )?(?:about|on|of|for|available"
    r"|found|that)\b",
    r"\bnothing (?:was|has been) found\b",
    r"\bnot enough (?:information|data|evidence)\b",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """Reads whether an answer declines, by its words, and compares that with the reference."""

    version: ClassVar[int] = 1
    patterns: tuple[str, ...] = _PATTERNS
    name: str = "abstention"

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade whether a trace declines as it should."""
        if reference.answerable is None:
            return not_applicable(self, "The reference does not say whether it can be answered.")
        if trace.answer is None:
            return unscorable(self, "There is no answer.")
        declined = self.declines(trace.answer)
        right = declined != reference.answerable
        reason = ""
        if not right:
            reason = (
                "It declined what can be answered."
                if declined
                else "It answered what cannot be known."
            )
        return scored(self, float(right), reason=reason, details={"declined": declined})

    def declines(self, answer: str) -> bool:
        """Return whether an answer says that it cannot be given."""
        return any(re.search(one, answer, re.IGNORECASE) for one in self.patterns)
