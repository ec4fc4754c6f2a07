"""The act node: run the plan wave by wave and hand the results back to the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from langgraph.runtime import Runtime
from langgraph.types import Command

from surefoot.errors import LimitReached, ToolError
from surefoot.messages import Message, ToolMessage
from surefoot.plan import Step

from .acting import Board, Prepared, StepResult, call_checked, fail, prepare, run_wave
from .approval import decide
from .context import RunContext
from .planning import PLAN_TOOL, CallGroup
from .rendering import render
from .state import Progress, RunState


async def act(state: RunState, runtime: Runtime[RunContext]) -> Command[str]:
    """Run every step of the plan and return the results as the model's tool messages."""
    told, progress = await run_plan(runtime.context, state["progress"])
    return Command(update={"messages": told, "progress": progress}, goto="think")


async def run_plan(context: RunContext, progress: Progress) -> tuple[list[Message], Progress]:
    """Run the plan; return the messages that tell the model of it, and how far the run has come."""
    board = Board(progress.plan)
    closing = await _run_all(context, board)
    found = any(result.evidence for result in board.results.values())
    stalls = 0 if found else progress.stalls + 1
    if not closing and stalls >= 2:
        closing = "the last two rounds brought nothing new."
    told = tool_messages(progress.groups, board.results)
    return told, replace(progress, stalls=stalls, closing=closing, used=context.budget.used())


async def _run_all(context: RunContext, board: Board) -> str:
    """Run the board until nothing is left; return why the run must close, or nothing."""
    checked: dict[str, Prepared] = {}
    closing = ""
    while ready := board.ready():
        for step in ready:
            if step.id not in checked:
                await _check(context, board, step, checked)
        able = [checked[step.id] for step in ready if step.id not in board.results]
        wave = [one for one in able if not _needs_approval(context, one)]
        if not wave:
            wave = await _approved(context, board, able)
        wave, limit = _affordable(context, board, wave)
        closing = closing or limit
        for result in await run_wave(context, wave):
            board.results[result.step.id] = result
    return closing


async def _check(
    context: RunContext, board: Board, step: Step, checked: dict[str, Prepared]
) -> None:
    if (need := board.broken(step)) is not None:
        told = f"It needs the result of {need}, which failed."
        board.results[step.id] = fail(context, step, told, "needs_failed_step")
        return
    try:
        checked[step.id] = await prepare(context, step)
    except ToolError as error:
        call_checked(context, step, error)
        board.results[step.id] = fail(context, step, str(error), error.code)
    else:
        call_checked(context, step, None)


def _needs_approval(context: RunContext, one: Prepared) -> bool:
    known = context.known_calls.get(one.step.call_id)
    return one.tool.side_effects and (known is None or known.is_unknown)


async def _approved(
    context: RunContext, board: Board, waiting: Sequence[Prepared]
) -> list[Prepared]:
    """Return the calls that a person let pass, with their edits; note the others as failed."""
    if not waiting:
        return []
    decisions = decide(context, waiting)
    passed: list[Prepared] = []
    for one in waiting:
        decision = decisions[one.step.call_id]
        if decision.decision == "reject":
            told = f"The user rejected this call. {decision.reason}".strip()
            board.results[one.step.id] = fail(context, one.step, told, "rejected")
            continue
        args = one.args
        try:
            if decision.decision == "edit" and decision.args is not None:
                args = one.tool.validate(decision.args)
        except ToolError as error:
            board.results[one.step.id] = fail(context, one.step, str(error), error.code)
            continue
        passed.append(Prepared(step=one.step, tool=one.tool, args=args))
    return passed


def _affordable(
    context: RunContext, board: Board, wave: Sequence[Prepared]
) -> tuple[list[Prepared], str]:
    """Return the calls that the limits allow, and the limit reached, if one is."""
    passed: list[Prepared] = []
    limit = ""
    for one in wave:
        try:
            if one.step.call_id not in context.known_calls:
                context.budget.reserve_steps(1)
            passed.append(one)
        except LimitReached as reached:
            limit = str(reached)
            board.results[one.step.id] = fail(context, one.step, limit, "limit")
    return passed, limit


def tool_messages(groups: Sequence[CallGroup], results: dict[str, StepResult]) -> list[Message]:
    """Return one message per tool call of the model, in its order."""
    return [_tool_message(group, results) for group in groups]


def _tool_message(group: CallGroup, results: dict[str, StepResult]) -> ToolMessage:
    if group.error is not None:
        text, failed = f"Error (not_run): {group.error}", True
    elif group.name == PLAN_TOOL:
        parts = [f"## {i} {results[i].step.tool}\n{_told(results[i])}" for i in group.steps]
        text = "\n\n".join(parts)
        failed = all(results[i].error is not None for i in group.steps)
    else:
        result = results[group.steps[0]]
        text, failed = _told(result), result.error is not None
    return ToolMessage(call_id=group.call_id, name=group.name, text=text, is_error=failed)


def _told(result: StepResult) -> str:
    if result.error is not None:
        return f"Error ({result.code}): {result.error}"
    hints = [f"Check: {hint}" for hint in result.hints]
    return "\n\n".join([render(result.evidence) or "Nothing was found.", *hints])
