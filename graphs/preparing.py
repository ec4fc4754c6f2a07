"""Preparing: fill in the arguments of a call and check it before it is made."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from surefoot.errors import ToolError
from surefoot.plan import Step
from surefoot.tools import CallContext, Tool
from surefoot.verdicts import Verdict

from .board import Prepared
from .checks import CallSubject, judge
from .context import RunContext
from .references import fill
from .remembering import examined
from .settling import READ_MORE, offer_the_rest


class CallRefused(ToolError):
    """A check has found that the call must not be made."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.advice, code=verdict.code)
        self.verdict = verdict


async def prepare(context: RunContext, step: Step) -> Prepared:
    """Fill in and check one call, and tell the verdict. Raises `ToolError` that says how to repair
    it."""
    try:
        one = await _prepared(context, step)
    except ToolError as error:
        _tell(context, step, error)
        raise
    _tell(context, step, None)
    return one


async def _prepared(context: RunContext, step: Step) -> Prepared:
    if step.tool == READ_MORE:
        offer_the_rest(context)  # A run that was resumed has not offered it yet.
    tool = context.toolbox.get(step.tool)
    args = step.args
    if step.depends_on:
        filled = fill(args, context.values)
        args = filled if isinstance(filled, dict) else args
    return Prepared(step=step, tool=tool, args=await checked_args(context, step, tool, args))


async def checked_args(
    context: RunContext, step: Step, tool: Tool, args: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Return the arguments as the tool takes them. Raises `ToolError` that says what is wrong."""
    valid = tool.validate(args)
    for verdict in _verdicts(context, step, tool, valid):
        if verdict.failed:
            raise CallRefused(verdict)
        if context.first(f"check {step.call_id} {verdict.check}"):
            context.note(verdict)
    if tool.inspect is not None:
        try:
            async with asyncio.timeout(seconds_for(context, tool)):
                await tool.inspect(valid, call_context(context, step))
        except TimeoutError:
            told = f"Checking the call of {tool.name} took too long."
            raise ToolError(told, code="timeout") from None
    return valid


def _verdicts(
    context: RunContext, step: Step, tool: Tool, args: dict[str, JsonValue]
) -> Iterator[Verdict]:
    """Yield what the checks say of the call, and of what it would keep in memory."""
    if context.checks.call:
        subject = CallSubject(
            step=step,
            tool=tool,
            args=args,
            question=context.question,
            evidence=context.ledger.all(),
        )
        yield from judge(context.checks.call, subject, context.timekeeper)
    kept = args.get(tool.remembers) if tool.remembers is not None else None
    if isinstance(kept, str):
        asks = tool.asks != "never"
        yield from examined(context, kept, step=step.id, will_be_asked=asks)


def seconds_for(context: RunContext, tool: Tool) -> float:
    """Return how long a call may take: as the tool says, but not past the end of the run."""
    return min(tool.timeout_seconds, context.budget.seconds_left)


def call_context(context: RunContext, step: Step) -> CallContext:
    """Return what a tool is told about the call of `step`."""
    return CallContext(
        scope=context.scope,
        run_id=context.run_id,
        call_id=step.call_id,
        evidence=context.ledger.get,
        question=context.question,
    )


def _tell(context: RunContext, step: Step, error: ToolError | None) -> None:
    """Tell the verdict on a call, once."""
    if context.first(f"check {step.call_id}"):
        context.note(_call_verdict(step, error))


def _call_verdict(step: Step, error: ToolError | None) -> Verdict:
    if error is None:
        return Verdict(stage="call", check="call", outcome="supported", claim_id=step.id)
    if isinstance(error, CallRefused):
        return error.verdict
    return Verdict(
        stage="call",
        check="call",
        outcome="unsupported",
        code=error.code,
        reason=str(error),
        claim_id=step.id,
        repair="Mend the arguments as it says, or take another way.",
    )
