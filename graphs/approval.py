"""Approval: calls with side effects wait for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Literal

from langgraph.types import interrupt
from pydantic import BaseModel, ConfigDict, JsonValue

from surefoot.events import ApprovalRequested, ApprovalResolved

from .board import Prepared
from .context import RunContext
from .tainting import rule_on


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
    again = {one.step.call_id for one in waiting if _is_unknown(context, one)}
    for one in waiting:
        if context.first(_asked(context, one.step.call_id, again)):
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
        given = interrupt([one.step.call_id for one in open_calls])
        # What was decided before the process ended does not hold for a call that it may have made.
        is_old = given["attempt"] != context.attempt
        for call_id, value in given["decisions"].items():
            if not (is_old and call_id in again):
                decisions[call_id] = Decision.model_validate(value)
    for call_id in (one.step.call_id for one in waiting):
        decision = decisions[call_id]
        if context.first(_asked(context, call_id, again).replace("approval", "decision")):
            context.emit(
                ApprovalResolved(call_id=call_id, decision=decision.decision, args=decision.args)
            )
    return decisions


def answered(context: RunContext, decisions: Mapping[str, Decision]) -> dict[str, object]:
    """Return what an interrupted run is resumed with."""
    return {
        "attempt": context.attempt,
        "decisions": {call_id: one.model_dump() for call_id, one in decisions.items()},
    }


def _asked(context: RunContext, call_id: str, again: Set[str]) -> str:
    return f"approval {call_id}{f' {context.attempt}' if call_id in again else ''}"


def _is_unknown(context: RunContext, one: Prepared) -> bool:
    known = context.known_calls.get(one.step.call_id)
    return known is not None and known.is_unknown


def _reason(context: RunContext, one: Prepared) -> str:
    if _is_unknown(context, one):
        return (
            f"{one.tool.name} was called before the process ended, and nothing tells whether it "
            "took effect. Approve to call it again."
        )
    ruling = rule_on(context, one)
    why = f"{one.tool.name} has side effects." if one.tool.side_effects else ""
    return f"{why} {ruling.reason}".strip()
