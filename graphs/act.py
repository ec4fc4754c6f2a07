"""The act node: run the plan wave by wave and hand the results back to the model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from langgraph.runtime import Runtime
from langgraph.types import Command
from pydantic import JsonValue

from surefoot.errors import LimitReached, ToolError
from surefoot.evidence import DocumentSource, Evidence, MemorySource
from surefoot.messages import Message, ToolMessage
from surefoot.plan import Step

from .acting import run_wave
from .approval import decide
from .board import Board, Prepared, StepResult
from .context import RunContext
from .planning import PLAN_TOOL, CallGroup
from .preparing import checked_args, prepare
from .rendering import render
from .settling import fail
from .state import Progress, RunState
from .tainting import rule_on, tell

_NOT_MADE = frozenset({"limit", "needs_failed_step"})


async def act(state: RunState, runtime: Runtime[RunContext]) -> Command[str]:
    """Run every step of the plan and return the results as the model's tool messages."""
    told, progress = await run_plan(runtime.context, state["progress"])
    return Command(update={"messages": told, "progress": progress}, goto="think")


async def run_plan(context: RunContext, progress: Progress) -> tuple[list[Message], Progress]:
    """Run the plan; return the messages that tell the model of it, and how far the run has come."""
    board = Board(progress.plan)
    limit = await _run_all(context, board)
    stalls = 0 if _found_anything(context, board) else progress.stalls + 1
    closing = limit
    if not closing and stalls >= 2:
        closing = "The last two rounds brought nothing new."
    told = tool_messages(progress.groups, board.results, progress.hints)
    return told, replace(
        progress,
        seen=_seen(context, board, progress.seen),
        stalls=stalls,
        closing=closing,
        limited=bool(limit),
        undone=_undone(board),
        used=context.budget.used(),
    )


def _found_anything(context: RunContext, board: Board) -> bool:
    """Return whether the plan brought evidence; a passage that was there before is none."""
    found = [item for result in board.results.values() for item in result.evidence]
    if any(_place(item) is None for item in found):
        return True
    mine = {step.call_id for step in board.plan.steps}
    known = {_place(item) for item in context.ledger.all() if item.call_id not in mine}
    return any(_place(item) not in known for item in found)


def _place(item: Evidence) -> str | None:
    """Return where a passage or a memory stands; None for what a call has made."""
    match item.source:
        case DocumentSource() as source:
            return f"{source.path} {source.start}-{source.end}"
        case MemorySource() as source:
            return source.memory_id
        case _:
            return None


def _seen(context: RunContext, board: Board, seen: Mapping[str, str]) -> dict[str, str]:
    """Return the calls that need not be made again.

    Those are not among them that were not made at all, nor, once a call has changed something,
    those that only look.
    """
    results = board.results
    missed = {one for one, result in results.items() if result.code in _NOT_MADE}
    left = {call: step for call, step in seen.items() if step not in missed}
    changing = {tool.name for tool in context.toolbox if tool.side_effects}
    if any(
        result.step.tool in changing and result.step.call_id in context.known_calls
        for result in results.values()
    ):
        return {call: step for call, step in left.items() if call.split(" ", 1)[0] in changing}
    return left


def _undone(board: Board) -> tuple[str, ...]:
    """Return the calls that were not made, as a person reads them."""
    missed = [result.step for result in board.results.values() if result.code in _NOT_MADE]
    return tuple(f"{step.tool}({_short(step.args)})" for step in missed)


def _short(args: Mapping[str, JsonValue]) -> str:
    told = ", ".join(
        f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in args.items()
    )
    return told if len(told) <= 80 else f"{told[:79]}…"


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
        board.results[step.id] = fail(context, step, str(error), error.code)


def _needs_approval(context: RunContext, one: Prepared) -> bool:
    """Return whether a person must be asked, or the policy heard, before the call is made.

    A call that may have been made already is asked about, unless a second one changes nothing.
    """
    asks = one.tool.asks
    known = context.known_calls.get(one.step.call_id)
    if known is not None:
        return known.is_unknown and not one.tool.idempotent
    if asks == "tainted":
        return rule_on(context, one).decision != "allow"
    return asks == "always"


async def _approved(
    context: RunContext, board: Board, waiting: Sequence[Prepared]
) -> list[Prepared]:
    """Return the calls that a person let pass, with their edits; note the others as failed."""
    if not context.checkpointed:
        for one in waiting:
            told = f"{one.tool.name} needs a person's approval, and nobody can be asked here."
            board.results[one.step.id] = fail(context, one.step, told, "no_approval")
        return []
    waiting = [one for one in waiting if not _refused(context, board, one)]
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
            if decision.decision == "edit":
                if decision.args is None:
                    told = "The user meant to change the arguments, but gave none."
                    raise ToolError(told, code="rejected")
                args = await checked_args(context, one.step, one.tool, decision.args)
        except ToolError as error:
            board.results[one.step.id] = fail(context, one.step, str(error), error.code)
            continue
        passed.append(Prepared(step=one.step, tool=one.tool, args=args))
    return passed


def _refused(context: RunContext, board: Board, one: Prepared) -> bool:
    """Return whether the policy forbids the call, and note it as failed then."""
    ruling = rule_on(context, one)
    tell(context, one, ruling)
    if ruling.decision != "refuse":
        return False
    told = f"The policy forbids this call. {ruling.reason}"
    board.results[one.step.id] = fail(context, one.step, told, "forbidden")
    return True


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


def tool_messages(
    groups: Sequence[CallGroup], results: dict[str, StepResult], hints: Sequence[str] = ()
) -> list[Message]:
    """Return one message per tool call of the model, in its order; the last ends with `hints`."""
    messages = [_tool_message(group, results) for group in groups]
    if hints:
        told = "\n\n".join([messages[-1].text, *(f"Check: {hint}" for hint in hints)])
        messages[-1] = replace(messages[-1], text=told)
    return [*messages]


def _tool_message(group: CallGroup, results: dict[str, StepResult]) -> ToolMessage:
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
