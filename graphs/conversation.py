"""The conversation: what the model is given first, and one call to it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from surefoot.errors import LimitReached, ModelError, SurefootError
from surefoot.events import CheckSkipped, ContextRecalled, ModelReasoned, UsageReported
from surefoot.evidence import Evidence, MemorySource
from surefoot.memory import Recalled
from surefoot.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    Thought,
    ToolCall,
    UserMessage,
)
from surefoot.model import Finished, ModelRequest, Occasion, ReasoningDelta, TextDelta
from surefoot.turns import Cited, Turn

from .complaints import untold, without_repeating
from .context import RunContext
from .encodable import encodable_args, encodable_text
from .prompt_parts import CONTEXT_OPENS, RUN_NOTE, prompt_parts
from .rendering import render, where_from

logger = logging.getLogger(__name__)

_IN_SHORT = f"{RUN_NOTE}what was said in this thread before the turns that follow, in short:\n"
_CITED = re.compile(r"\[S(\d+)\]")
_WHERE_CHARS = 300


async def open_conversation(context: RunContext, question: str) -> list[Message]:
    """Return the first messages: instructions, earlier turns, and the question with its context."""
    recalled = await _recall(context, question)
    messages: list[Message] = [SystemMessage(context.instructions)]
    if recalled.summary:
        messages.append(UserMessage(f"{_IN_SHORT}{recalled.summary}"))
    context.said = [*(turn.question for turn in recalled.turns), question]
    for turn in recalled.turns:
        messages += [UserMessage(turn.question), AssistantMessage(_answer(turn))]
    text = question
    if evidence := context.ledger.of_call(None):
        text += f"{CONTEXT_OPENS}{render(evidence)}\n</context>"
    return [*messages, UserMessage(text, context.images)]


def turn_of(context: RunContext, question: str, answer: str) -> Turn:
    """Return what memory keeps of a run: of its results, only where the evidence cited is from."""
    found = (context.ledger.get(f"S{number}") for number in dict.fromkeys(_CITED.findall(answer)))
    return Turn(
        run_id=context.run_id,
        question=question,
        answer=answer,
        created_at=context.now(),
        evidence=tuple(_cited(item) for item in found if item is not None),
    )


def _cited(item: Evidence) -> Cited:
    where = f"{item.kind} · {where_from(item)}"
    memory_id = item.source.memory_id if isinstance(item.source, MemorySource) else None
    return Cited(id=item.id, where=where[:_WHERE_CHARS], memory_id=memory_id)


def _answer(turn: Turn) -> str:
    """Return an earlier answer, with where its evidence was from."""
    if not turn.evidence:
        return turn.answer
    told = "; ".join(f"{cited.id} was {cited.where}" for cited in turn.evidence)
    return f"{turn.answer}\n({told})"


async def _recall(context: RunContext, question: str) -> Recalled:
    """Ask memory, number what it finds, and tell of it. Unreadable memory is told, not fatal."""
    if context.memory is None:
        return Recalled()
    began = context.ticks()
    try:
        recalled = await context.memory.recall(question, context.scope)
    except (SurefootError, OSError) as error:
        memory_failed(context, "recall", error)
        return Recalled()
    evidence = context.ledger.of_call(None)
    if not evidence:
        evidence = context.ledger.record(recalled.findings, call_id=None)
    _admit(context, recalled)
    ms = round((context.ticks() - began) * 1000, 3)
    context.emit(ContextRecalled(turns=len(recalled.turns), evidence=evidence, ms=ms))
    return recalled


def _admit(context: RunContext, recalled: Recalled) -> None:
    for run_id, found in recalled.evidence.items():
        context.ledger.admit(run_id, found)


async def admit_earlier(context: RunContext, question: str) -> None:
    """Let a run that was taken up cite the evidence of earlier turns again."""
    if context.memory is None:
        return
    try:
        _admit(context, await context.memory.recall(question, context.scope))
    except (SurefootError, OSError) as error:
        memory_failed(context, "recall", error)


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


def occasion(
    context: RunContext,
    purpose: Literal["think", "answer", "repair", "review"],
    stalls: int = 0,
) -> Occasion:
    """Return what the next model call is made for."""
    return Occasion(
        run_id=context.run_id,
        scope=context.scope,
        purpose=purpose,
        troubles=stalls + sum(verdict.failed for verdict in context.verdicts),
        is_pure=not context.has_acted,
        changing=frozenset(tool.name for tool in context.toolbox if tool.side_effects),
    )


async def call_model(
    context: RunContext,
    request: ModelRequest,
    on_text: Callable[[str], None],
    on_restart: Callable[[], None] = lambda: None,
) -> tuple[AssistantMessage, Finished]:
    """Make one model call within the run's time.

    `on_restart` is called when text that has streamed is void and told again. Raises `ModelError`
    when the stream breaks off and `LimitReached` when time is up.
    """
    text: list[str] = []
    aloud: list[str] = []
    thoughts: list[Thought] = []
    calls: list[ToolCall] = []
    finished: Finished | None = None
    began = context.ticks()
    try:
        async with asyncio.timeout(context.budget.seconds_left) as clock:
            async for part in context.model.stream(request):
                if isinstance(part, TextDelta):
                    text.append(encodable_text(part.text))
                    on_text(text[-1])
                elif isinstance(part, ToolCall):
                    calls.append(replace(part, args=encodable_args(part.args)))
                elif isinstance(part, Finished):
                    finished = part
                elif isinstance(part, ReasoningDelta):
                    aloud.append(encodable_text(part.text))
                elif isinstance(part, Thought):
                    thoughts.append(part)
                else:
                    text.clear()
                    aloud.clear()
                    thoughts.clear()
                    calls.clear()
                    on_restart()
    except TimeoutError as error:
        if not clock.expired():
            told = f"{context.model.name} did not answer in time. Ask again."
            raise ModelError(told) from error
        budget = context.budget
        raise LimitReached("seconds", used=budget.seconds, allowed=budget.limits.seconds) from None
    except ModelError as error:
        withheld = ["".join(text), *untold(request.messages)] if context.policy == "hold" else []
        if (quiet := without_repeating(error, withheld)) is not None:
            raise quiet from None
        raise
    if finished is None:
        raise ModelError(f"The answer of {context.model.name} broke off before its end. Ask again.")
    context.budget.record(finished)
    _report(context, request, finished, "".join(aloud), context.ticks() - began)
    return AssistantMessage("".join(text), tuple(calls), tuple(thoughts)), finished


def _report(
    context: RunContext, request: ModelRequest, finished: Finished, aloud: str, seconds: float
) -> None:
    """Tell what a call used, of what its prompt was made, and what the model thought aloud.

    Thoughts are nobody's claims, and are not checked: where answers are held, they are too.
    """
    if aloud and context.policy != "hold":
        context.emit(ModelReasoned(model=finished.model or context.model.name, text=aloud))
    context.emit(
        UsageReported(
            model=finished.model or context.model.name,
            input_tokens=finished.input_tokens,
            output_tokens=finished.output_tokens,
            cached_tokens=finished.cached_tokens,
            cost_usd=finished.cost_usd,
            ms=round(seconds * 1000, 3),
            prompt=context.prompt_version,
            parts=prompt_parts(request),
            how=finished.how,
        )
    )
