"""The conversation: what the model is given first, and one call to it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from surefoot.errors import LimitReached, ModelError, SurefootError
from surefoot.events import CheckSkipped, ContextRecalled, UsageReported
from surefoot.memory import Recalled
from surefoot.messages import AssistantMessage, Message, SystemMessage, ToolCall, UserMessage
from surefoot.model import Finished, ModelRequest, TextDelta

from .context import RunContext
from .rendering import render

logger = logging.getLogger(__name__)

RUN_NOTE = "Note from the run: "
"""How a user message begins that the run itself wrote."""


async def open_conversation(context: RunContext, question: str) -> list[Message]:
    """Return the first messages: instructions, earlier turns, and the question with its context."""
    recalled = await _recall(context, question)
    messages: list[Message] = [SystemMessage(context.instructions)]
    for turn in recalled.turns:
        messages += [UserMessage(turn.question), AssistantMessage(turn.answer)]
    text = question
    if evidence := context.ledger.of_call(None):
        text += f"\n\n<context>\n{render(evidence)}\n</context>"
    return [*messages, UserMessage(text)]


async def _recall(context: RunContext, question: str) -> Recalled:
    """Ask memory, number what it finds, and tell of it. Unreadable memory is told, not fatal."""
    if context.memory is None:
        return Recalled()
    began = time.perf_counter()
    try:
        recalled = await context.memory.recall(question, context.scope)
    except (SurefootError, OSError) as error:
        memory_failed(context, "recall", error)
        return Recalled()
    evidence = context.ledger.of_call(None)
    if not evidence:
        evidence = context.ledger.record(recalled.findings, call_id=None)
    ms = round((time.perf_counter() - began) * 1000, 3)
    context.emit(ContextRecalled(turns=len(recalled.turns), evidence=evidence, ms=ms))
    return recalled


def memory_failed(context: RunContext, what: str, error: Exception) -> None:
    """Say in the log and to the user that memory could not do its part."""
    logger.error("memory failed in run %s", context.run_id, exc_info=error)
    verdict_reason = f"Memory could not be used: {error}"
    context.emit(
        CheckSkipped(
            stage="memory",
            check=what,
            outcome="not_checked",
            code="memory_failed",
            reason=verdict_reason,
        )
    )


async def call_model(
    context: RunContext, request: ModelRequest, on_text: Callable[[str], None]
) -> tuple[AssistantMessage, Finished]:
    """Make one model call within the run's time.

    Raises `ModelError` when the stream breaks off and `LimitReached` when time is up.
    """
    text: list[str] = []
    calls: list[ToolCall] = []
    finished: Finished | None = None
    began = time.perf_counter()
    try:
        async with asyncio.timeout(context.budget.seconds_left):
            async for part in context.model.stream(request):
                if isinstance(part, TextDelta):
                    text.append(part.text)
                    on_text(part.text)
                elif isinstance(part, ToolCall):
                    calls.append(part)
                else:
                    finished = part
    except TimeoutError:
        budget = context.budget
        raise LimitReached("seconds", used=budget.seconds, allowed=budget.limits.seconds) from None
    if finished is None:
        raise ModelError(f"The answer of {context.model.name} broke off before its end. Ask again.")
    context.budget.record(finished)
    context.emit(
        UsageReported(
            model=context.model.name,
            input_tokens=finished.input_tokens,
            output_tokens=finished.output_tokens,
            cost_usd=finished.cost_usd,
            ms=round((time.perf_counter() - began) * 1000, 3),
        )
    )
    return AssistantMessage(text="".join(text), tool_calls=tuple(calls)), finished
