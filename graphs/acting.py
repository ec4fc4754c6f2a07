"""Acting: make one call, in its time, once."""

from __future__ import annotations

import asyncio
import logging

from surefoot.errors import ToolError
from surefoot.events import StepFailed, StepStarted
from surefoot.tools import Tool

from .board import Prepared
from .context import RunContext
from .encodable import encodable_output
from .ledger import CallRecord
from .preparing import call_context, seconds_for
from .settling import Outcome

logger = logging.getLogger(__name__)


async def call(context: RunContext, one: Prepared) -> Outcome:
    """Make one call, or read its result from the call ledger. Never raises but to be cancelled."""
    step = one.step
    known = context.known_calls.get(step.call_id)
    if known is not None and not known.is_unknown:
        return Outcome(
            call=one, output=known.output, error=known.error, code=known.code, replayed=True
        )
    outcome = await _run(context, one)
    context.known_calls[step.call_id] = CallRecord(
        output=outcome.output, error=outcome.error, code=outcome.code
    )
    return outcome


async def _run(context: RunContext, one: Prepared) -> Outcome:
    """Make one call and note it in the call ledger, where there is one."""
    step, tool, ledger = one.step, one.tool, context.calls
    context.emit(StepStarted(step_id=step.id, call_id=step.call_id, tool=tool.name, args=one.args))
    began = context.ticks()
    try:
        if tool.side_effects:
            context.has_acted = True
            if ledger is not None:
                await ledger.began(step.call_id, run_id=context.run_id)
        outcome = await _attempt(context, one, began)
        if ledger is not None and outcome.output is not None:
            await ledger.completed(step.call_id, outcome.output, run_id=context.run_id)
    except asyncio.CancelledError:
        context.emit(
            StepFailed(
                step_id=step.id,
                call_id=step.call_id,
                tool=tool.name,
                error="The run was stopped.",
                code="cancelled",
                ms=_since(context, began),
            )
        )
        raise
    return outcome


async def _attempt(context: RunContext, one: Prepared, began: float) -> Outcome:
    """Call the tool in its time. Whatever it raises is its own failure, and not the run's."""
    tool = one.tool
    seconds = seconds_for(context, tool)
    try:
        async with asyncio.timeout(seconds) as clock:
            output = await tool.run(one.args, call_context(context, one.step))
    except ToolError as error:
        return Outcome(error=str(error), code=error.code, ms=_since(context, began))
    except asyncio.CancelledError as error:
        if (task := asyncio.current_task()) is None or task.cancelling():
            raise
        return _crashed(context, tool, error, began)
    except (Exception, SystemExit) as error:
        if isinstance(error, TimeoutError) and clock.expired():
            return _too_long(context, tool, seconds, began)
        return _crashed(context, tool, error, began)
    return Outcome(call=one, output=encodable_output(output), ms=_since(context, began))


def _too_long(context: RunContext, tool: Tool, seconds: float, began: float) -> Outcome:
    if seconds < tool.timeout_seconds:
        told, code = f"{tool.name} was stopped, because the run's time was up.", "limit"
    else:
        told, code = f"{tool.name} took longer than {seconds:g} s and was stopped.", "timeout"
    return Outcome(error=told, code=code, ms=_since(context, began))


def _crashed(context: RunContext, tool: Tool, error: BaseException, began: float) -> Outcome:
    logger.error("tool %r failed in run %s", tool.name, context.run_id, exc_info=error)
    told = f"{tool.name} failed with an internal error ({type(error).__name__})."
    return Outcome(error=told, code="tool_crashed", ms=_since(context, began))


def _since(context: RunContext, began: float) -> float:
    return round((context.ticks() - began) * 1000, 3)
