"""Answers: what a run says in the end, and what it used."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from .evidence import Evidence
from .verdicts import Verdict

Reason = Literal["answered", "limit", "cancelled"]


class Usage(BaseModel):
    """What model calls and tool calls used."""

    model_config = ConfigDict(frozen=True)

    model_calls: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    """None when no price is known."""
    seconds: float = 0.0
    """Wall time of the run."""

    def plus(self, other: Usage) -> Usage:
        """Return both added up; a price that is unknown on one side stays out of the sum."""
        costs = [c for c in (self.cost_usd, other.cost_usd) if c is not None]
        return Usage(
            model_calls=self.model_calls + other.model_calls,
            tool_calls=self.tool_calls + other.tool_calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_usd=sum(costs) if costs else None,
            seconds=self.seconds + other.seconds,
        )


class Citation(BaseModel):
    """One `[S1]` in an answer's text."""

    model_config = ConfigDict(frozen=True)

    evidence_id: str
    sentence: int
    """Index of the sentence that cites it, from 0."""
    run_id: str | None = None
    """The earlier run of the thread that found it; None where the answer's own run did."""


class Answer(BaseModel):
    """What a run said, with everything it stands on."""

    model_config = ConfigDict(frozen=True)

    text: str
    citations: tuple[Citation, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    """What it cites of earlier turns, then the run's whole ledger, cited or not, in order."""
    verdicts: tuple[Verdict, ...] = ()
    confidence: float | None = None
    """Share of its claims that can be expected to hold; None when none could be measured."""
    usage: Usage = Usage()
    run_id: str
    thread_id: str
    reason: Reason = "answered"
    """`limit` or `cancelled` when the run could not finish; `text` is then what was verified."""
