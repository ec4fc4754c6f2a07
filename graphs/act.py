"""The act node: run the plan and hand the results back to the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from langgraph.runtime import Runtime
from langgraph.types import Command
from pydantic import JsonValue

from surefoot.evidence import DocumentSource, Evidence, MemorySource
from surefoot.messages import Message

from .board import Board, Prepared
from .context import RunContext
from .flow import Flow
from .permitting import is_held, permitted
from .reporting import tool_messages
from .revising import brought
from .state import Progress, RunState

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
        brought=brought(board, progress.hints),
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
    passed: dict[str, Prepared] = {}
    closing = ""
    while True:
        held = {step.id for step in board.plan.steps if is_held(context, step)} - passed.keys()
        flow = Flow(context, board, board.able(held), passed)
        await flow.run()
        closing = closing or flow.limit
        if not (waiting := board.ready()):
            return closing
        passed = await permitted(context, board, waiting)
