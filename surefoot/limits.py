"""Limits: what one run may use."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ReleasePolicy = Literal["hold", "label", "retract"]
"""When a sentence of an answer leaves: after its check, before it with verdicts to follow, or
before it with failed sentences withdrawn."""

OwnKnowledge = Literal["withhold", "mark"]
"""What becomes of a sentence that cites nothing and names what no evidence has: it is left out, or
it is said with a mark."""

ThreadPolicy = Literal["enqueue", "reject", "interrupt", "rollback"]
"""What a second message to a busy thread does: waits, is refused, stops the first run, or stops
it and lets the conversation forget that it was asked."""


class Limits(BaseModel):
    """What one run may use. Reaching one ends the run with what it has verified so far."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(default=32, ge=1)
    """Tool calls."""
    model_calls: int = Field(default=12, ge=1)
    tokens: int | None = Field(default=None, ge=1)
    """Input and output together."""
    cost_usd: float | None = Field(default=None, gt=0)
    seconds: float = Field(default=300.0, gt=0)
    """Wall time, waiting for approval left out."""
    parallel_calls: int = Field(default=8, ge=1)
    repairs: int = Field(default=3, ge=0)
    """Failed checks that may be sent back to the planner."""
