"""Verdicts: what a check found out about one intermediate output or one claim."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Stage = Literal["plan", "call", "result", "answer", "memory"]
Outcome = Literal["supported", "unsupported", "contradicted", "not_checkable", "not_checked"]


class Verdict(BaseModel):
    """One check's finding, with its reason in words."""

    model_config = ConfigDict(frozen=True)

    stage: Stage
    check: str
    """The check's name, such as `numbers`."""
    outcome: Outcome
    """`not_checkable`: by its nature. `not_checked`: the check could not run."""
    code: str = ""
    """A stable word for the reason, such as `number_not_in_evidence`."""
    reason: str = ""
    """The reason in words. Never holds text that was withheld."""
    claim_id: str | None = None
    """The claim within the answer, such as `c3.1`; the step id at the other stages."""
    evidence_ids: tuple[str, ...] = ()
    repair: str | None = None
    """What would put it right, addressed to the planner."""
    confidence: float | None = None
    """How likely the claim holds, as measured on labelled claims; None where nothing was."""

    @property
    def failed(self) -> bool:
        """True when what was checked must not be built on."""
        return self.outcome in ("unsupported", "contradicted")

    @property
    def advice(self) -> str:
        """The reason and what would put it right, as the planner reads them."""
        return f"{self.reason} {self.repair or ''}".strip()
