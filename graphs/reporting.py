"""Reporting: the results of a plan as the model's tool messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from surefoot.messages import Message, ToolMessage

from .board import StepResult
from .planning import PLAN_TOOL, CallGroup
from .rendering import render


def tool_messages(
    groups: Sequence[CallGroup], results: Mapping[str, StepResult], hints: Sequence[str] = ()
) -> list[Message]:
    """Return one message per tool call of the model, in its order; the last ends with `hints`."""
    messages = [_tool_message(group, results) for group in groups]
    if hints:
        told = "\n\n".join([messages[-1].text, *(f"Check: {hint}" for hint in hints)])
        messages[-1] = replace(messages[-1], text=told)
    return [*messages]


def _tool_message(group: CallGroup, results: Mapping[str, StepResult]) -> ToolMessage:
    if group.error is not None:
        text, failed = f"Error (not_run): {group.error}", True
    elif group.name == PLAN_TOOL:
        text = "\n\n".join(_section(one, results.get(one)) for one in group.steps)
        failed = all(one in results and results[one].error is not None for one in group.steps)
    else:
        result = results[group.steps[0]]
        text, failed = _told(result), result.error is not None
    return ToolMessage(call_id=group.call_id, name=group.name, text=text, is_error=failed)


def _section(step_id: str, result: StepResult | None) -> str:
    if result is None:
        return f"## {step_id}\nThis call was already made; its result is above."
    return f"## {step_id} {result.step.tool}\n{_told(result)}"


def _told(result: StepResult) -> str:
    if result.error is not None:
        return f"Error ({result.code}): {result.error}"
    hints = [f"Check: {hint}" for hint in result.hints]
    return "\n\n".join(
        [render(result.evidence, limit=result.shown) or "Nothing was found.", *hints]
    )
