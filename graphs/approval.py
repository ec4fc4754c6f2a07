"""Approval: calls with side effects wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from langgraph.types import interrupt
from pydantic import BaseModel, ConfigDict, JsonValue

from surefoot.events import ApprovalRequested, ApprovalResolved

from .acting import Prepared
from .context import RunContext


class Decision(BaseModel):
    """What a person decided about one call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Literal["approve", "reject", "edit"]
    args: dict[str, JsonValue] | None = None
    """The arguments to use instead, with `edit`."""
    reason: str = ""


def decide(context: RunContext, waiting: Sequence[Prepared]) -> dict[str, Decision]:
    """Return a decision for each call, by call id, interrupting the run until there is one."""
    decisions: dict[str, Decision] = {}
    for one in waiting:
        if context.first(f"approval {one.step.call_id}"):
            context.emit(
                ApprovalRequested(
                    step_id=one.step.id,
                    call_id=one.step.call_id,
                    tool=one.tool.name,
                    args=one.args,
                    reason=_reason(context, one),
                )
            )
    while open_calls := [one for one in waiting if one.step.call_id not in decisions]:
        given = cast("dict[str, object]", interrupt([one.step.call_id for one in open_calls]))
        for call_id, value in given.items():
            decisions[call_id] = Decision.model_validate(value)
    for call_id, decision in decisions.items():
        if context.first(f"decision {call_id}"):
            context.emit(
                ApprovalResolved(call_id=call_id, decision=decision.decision, args=decision.args)
            )
    return decisions


def _reason(context: RunContext, one: Prepared) -> str:
    known = context.known_calls.get(one.step.call_id)
    if known is not None and known.is_unknown:
        return (
            f"{one.tool.name} was called before the process ended, and nothing tells whether it "
            "took effect. Approve to call it again."
        )
    return f"{one.tool.name} has side effects."
