"""Acting: run a plan's steps, side by side where they do not need each other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from surefoot.errors import ToolError
from surefoot.events import CheckPassed, StepFailed, StepFinished, StepStarted
from surefoot.evidence import Evidence
from surefoot.plan import Plan, Step
from surefoot.tools import RESULT_CHARACTERS, CallContext, Tool, ToolOutput
from surefoot.verdicts import Verdict

from .checks import ResultSubject, as_event, judge
from .context import RunContext
from .ledger import CallRecord
from .references import fill

logger = logging.getLogger(__name__)

READ_MORE = "read_more"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """How one step ended."""

    step: Step
    evidence: tuple[Evidence, ...] = ()
    error: str | None = None
    code: str = ""
    hints: tuple[str, ...] = ()
    """What result checks found wrong, for the planner."""
    shown: int = RESULT_CHARACTERS
    """How much of each piece of evidence the model is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A step with its arguments filled in and checked."""

    step: Step
    tool: Tool
    args: dict[str, JsonValue]


@dataclass(slots=True)
class Board:
    """The steps of a plan and how far they have come."""

    plan: Plan
    results: dict[str, StepResult] = field(default_factory=dict[str, StepResult])
    _own: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._own = frozenset(step.id for step in self.plan.steps)

    def ready(self) -> list[Step]:
        """Return the steps that wait for nothing, in plan order."""
        return [
            step
            for step in self.plan.steps
            if step.id not in self.results
            and all(need in self.results or need not in self._own for need in step.depends_on)
        ]

    def broken(self, step: Step) -> str | None:
        """Return the failed step that `step` needs, if there is one."""
        for need in step.depends_on:
            if need in self.results and self.results[need].error is not None:
                return need
        return None


async def prepare(context: RunContext, step: Step) -> Prepared:
    """Fill in and check one call. Raises `ToolError` that says how to repair it."""
    if step.tool == READ_MORE:
        _offer_the_rest(context)  # A run that was resumed has not offered it yet.
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
    if tool.inspect is not None:
        try:
            async with asyncio.timeout(_seconds(context, tool)):
                await tool.inspect(valid, call_context(context, step))
        except TimeoutError:
            told = f"Checking the call of {tool.name} took too long."
            raise ToolError(told, code="timeout") from None
    return valid


def _seconds(context: RunContext, tool: Tool) -> float:
    return min(tool.timeout_seconds, context.budget.seconds_left)


def call_context(context: RunContext, step: Step) -> CallContext:
    """Return what a tool is told about the call of `step`."""
    return CallContext(
        scope=context.scope,
        run_id=context.run_id,
        call_id=step.call_id,
        evidence=context.ledger.get,
    )


def call_checked(context: RunContext, step: Step, error: ToolError | None) -> None:
    """Tell the verdict of the call check, once."""
    if not context.first(f"check {step.call_id}"):
        return
    if error is None:
        context.emit(CheckPassed(stage="call", check="call", outcome="supported", claim_id=step.id))
        return
    verdict = Verdict(
        stage="call",
        check="call",
        outcome="unsupported",
        code=error.code,
        reason=str(error),
        claim_id=step.id,
        repair="Mend the arguments as it says, or take another way.",
    )
    context.verdicts.append(verdict)
    context.emit(as_event(verdict))


async def run_wave(context: RunContext, wave: Sequence[Prepared]) -> list[StepResult]:
    """Run calls side by side; a failing one never discards its siblings' results.

    Results are told, and evidence is numbered, in plan order, whatever finishes first.
    """
    if len(wave) == 1:
        return [await _settle(context, wave[0], _call(context, wave[0]))]
    allowed = context.budget.limits.parallel_calls
    gate = asyncio.Semaphore(allowed) if len(wave) > allowed else None
    calls = [asyncio.ensure_future(_gated(context, one, gate)) for one in wave]
    try:
        return [await _settle(context, one, call) for one, call in zip(wave, calls, strict=True)]
    except BaseException as error:
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        if isinstance(error, asyncio.CancelledError):
            await _tell_finished(context, wave, calls)
        raise


async def _tell_finished(
    context: RunContext, wave: Sequence[Prepared], calls: Sequence[asyncio.Future[_Outcome]]
) -> None:
    """Tell of the calls that had come to their end before the run was stopped."""
    for one, call in zip(wave, calls, strict=True):
        has_ended = not call.cancelled() and call.exception() is None
        if has_ended and one.step.call_id not in context.announced:
            await _settle(context, one, call)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    output: ToolOutput | None = None
    error: str = ""
    code: str = ""
    ms: float = 0.0
    replayed: bool = False


async def _gated(context: RunContext, one: Prepared, gate: asyncio.Semaphore | None) -> _Outcome:
    if gate is None:
        return await _call(context, one)
    async with gate:
        return await _call(context, one)


async def _call(context: RunContext, one: Prepared) -> _Outcome:
    """Make one call, or read its result from the call ledger. Never raises but to be cancelled."""
    step = one.step
    known = context.known_calls.get(step.call_id)
    if known is not None and not known.is_unknown:
        return _Outcome(output=known.output, error=known.error, code=known.code, replayed=True)
    outcome = await _run(context, one)
    context.known_calls[step.call_id] = CallRecord(
        output=outcome.output, error=outcome.error, code=outcome.code
    )
    return outcome


async def _run(context: RunContext, one: Prepared) -> _Outcome:
    """Make one call and note it in the call ledger, where there is one."""
    step, tool, ledger = one.step, one.tool, context.calls
    context.emit(StepStarted(step_id=step.id, call_id=step.call_id, tool=tool.name, args=one.args))
    began = context.ticks()
    try:
        if ledger is not None and tool.side_effects:
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


async def _attempt(context: RunContext, one: Prepared, began: float) -> _Outcome:
    """Call the tool in its time. Whatever it raises is its own failure, and not the run's."""
    tool = one.tool
    seconds = _seconds(context, tool)
    try:
        async with asyncio.timeout(seconds) as clock:
            output = await tool.run(one.args, call_context(context, one.step))
    except ToolError as error:
        return _Outcome(error=str(error), code=error.code, ms=_since(context, began))
    except asyncio.CancelledError as error:
        if (task := asyncio.current_task()) is None or task.cancelling():
            raise
        return _crashed(context, tool, error, began)
    except (Exception, SystemExit) as error:
        if isinstance(error, TimeoutError) and clock.expired():
            return _too_long(context, tool, seconds, began)
        return _crashed(context, tool, error, began)
    return _Outcome(output=output, ms=_since(context, began))


def _too_long(context: RunContext, tool: Tool, seconds: float, began: float) -> _Outcome:
    if seconds < tool.timeout_seconds:
        told, code = f"{tool.name} was stopped, because the run's time was up.", "limit"
    else:
        told, code = f"{tool.name} took longer than {seconds:g} s and was stopped.", "timeout"
    return _Outcome(error=told, code=code, ms=_since(context, began))


def _crashed(context: RunContext, tool: Tool, error: BaseException, began: float) -> _Outcome:
    logger.error("tool %r failed in run %s", tool.name, context.run_id, exc_info=error)
    told = f"{tool.name} failed with an internal error ({type(error).__name__})."
    return _Outcome(error=told, code="tool_crashed", ms=_since(context, began))


def _since(context: RunContext, began: float) -> float:
    return round((context.ticks() - began) * 1000, 3)


async def _settle(context: RunContext, one: Prepared, call: Awaitable[_Outcome]) -> StepResult:
    """Turn the outcome of a call into evidence and verdicts, and tell of it."""
    outcome = await call
    step = one.step
    if outcome.output is None:
        return fail(context, step, outcome.error, outcome.code, ms=outcome.ms)
    context.values[step.id] = outcome.output.value
    if not (first := context.first(step.call_id)):
        evidence = context.ledger.of_call(step.call_id)
    else:
        evidence = context.ledger.record(outcome.output.findings, call_id=step.call_id)
        context.emit(
            StepFinished(
                step_id=step.id,
                call_id=step.call_id,
                tool=step.tool,
                evidence_ids=tuple(item.id for item in evidence),
                evidence=evidence,
                ms=outcome.ms,
                replayed=outcome.replayed,
            )
        )
    subject = ResultSubject(
        step=step,
        tool=one.tool,
        args=one.args,
        output=outcome.output,
        question=context.question,
        found=evidence,
        evidence=context.ledger.all(),
    )
    hints: list[str] = []
    for verdict in judge(context.checks.result, subject, context.timekeeper):
        if first:
            context.emit(as_event(verdict))
        if verdict.failed:
            if first:
                context.verdicts.append(verdict)
            hints.append(f"{verdict.reason} {verdict.repair or ''}".strip())
    shown = one.tool.result_characters
    if any(len(item.content) > shown for item in evidence):
        _offer_the_rest(context)
    return StepResult(step=step, evidence=evidence, hints=tuple(hints), shown=shown)


def _offer_the_rest(context: RunContext) -> None:
    """Give the model the tool that shows what was too long to be shown."""
    from surefoot.tools import read_more

    context.toolbox = context.toolbox.plus(read_more)


def fail(context: RunContext, step: Step, error: str, code: str, *, ms: float = 0.0) -> StepResult:
    """Return a failed step's result and tell of it."""
    if context.first(step.call_id):
        context.emit(
            StepFailed(
                step_id=step.id, call_id=step.call_id, tool=step.tool, error=error, code=code, ms=ms
            )
        )
    return StepResult(step=step, error=error, code=code)
