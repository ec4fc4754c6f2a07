"""Closing: the end of an answer, repaired where it must be, counted and kept."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.answer import Answer, Reason
from surefoot.errors import LimitReached, ModelError, SurefootError
from surefoot.events import AnswerCompleted, MemoryWritten
from surefoot.messages import Message, UserMessage
from surefoot.model import ModelRequest
from surefoot.turns import Turn

from .context import RunContext
from .conversation import call_model, memory_failed, occasion
from .prompt_parts import RUN_NOTE
from .release import Checked, Release

_SHOWN = 8
"""Pieces of evidence that a partial answer lists."""


async def conclude(
    context: RunContext, question: str, messages: Sequence[Message], release: Release
) -> None:
    """Take the model's message as the answer: check its end, repair, count, remember."""
    release.finish()
    if release.was_cut:
        release.say(" (The model reached its length limit here.)")
    left = release.withheld
    if left:
        left = await _repair(context, messages, release)
    if left:
        release.say(_note(left, begun=bool(release.text)))
    if not release.text:
        raise ModelError(f"{context.model.name} gave an empty answer. Ask again.")
    await complete(context, question, release, "answered")


async def partial_answer(context: RunContext, question: str, limit: LimitReached) -> None:
    """Answer without the model: say which limit was reached and list what has been found."""
    release = Release(context, question)
    found = context.ledger.all()
    opening = f"I had to stop before I could answer. {limit}"
    if not found:
        release.say(f"{opening} Nothing had been found by then.")
    else:
        release.say(f"{opening} This had been found by then:\n")
        for item in found[:_SHOWN]:
            snippet = " ".join(item.content.split())
            more = "…" if len(snippet) > 200 else ""
            release.say(f"- {snippet[:200]}{more} [{item.id}]\n")
        if len(found) > _SHOWN:
            release.say(f"- and {len(found) - _SHOWN} more pieces of evidence.\n")
    await complete(context, question, release, "limit")


async def _repair(
    context: RunContext, messages: Sequence[Message], release: Release
) -> list[Checked]:
    """Ask the model once to write the failed sentences again; return those that still fail."""
    failed = release.withheld
    if not context.budget.reserve_repair():
        return failed
    try:
        context.budget.reserve_model_call(last=True)
        request = ModelRequest(
            messages=(*messages, UserMessage(_request(failed))),
            occasion=occasion(context, "repair"),
        )
        message, _ = await call_model(context, request, lambda _: None)
    except LimitReached:
        return failed
    again = message.text.strip()
    if not again or again.upper().rstrip(".") == "NONE":
        return failed
    release.withheld = []
    release.feed(f"\n\n{again}" if release.text else again)
    release.finish()
    return release.withheld


def _request(failed: Sequence[Checked]) -> str:
    lines = [
        f"{number}. {one.text.strip()}\n   Why: {one.failures[0].reason} {one.failures[0].repair or ''}"
        for number, one in enumerate(failed, 1)
    ]
    return (
        f"{RUN_NOTE}these sentences of your answer did not pass their check and were not shown:\n"
        + "\n".join(lines)
        + "\nWrite each again so that the evidence supports it, with its citation, and nothing "
        "else. Answer NONE to leave them out."
    )


def _note(left: Sequence[Checked], *, begun: bool) -> str:
    what = "one statement" if len(left) == 1 else f"{len(left)} statements"
    it = "it" if len(left) == 1 else "them"
    note = f"I left out {what}, because I could not verify {it} against the evidence."
    return f"\n\n{note}" if begun else note


async def complete(context: RunContext, question: str, release: Release, reason: Reason) -> None:
    """Tell and keep the finished answer."""
    usage = context.budget.used()
    citations = release.citations()
    context.answer = Answer(
        text=release.text,
        citations=citations,
        evidence=context.ledger.all(),
        verdicts=tuple(context.verdicts),
        usage=usage,
        run_id=context.run_id,
        thread_id=context.scope.thread_id,
        reason=reason,
    )
    context.emit(
        AnswerCompleted(
            text=release.text, citations=citations, verdicts=dict(release.outcomes), usage=usage
        )
    )
    await _remember(context, question, release.text)


async def _remember(context: RunContext, question: str, text: str) -> None:
    if context.memory is None:
        return
    turn = Turn(run_id=context.run_id, question=question, answer=text, created_at=context.now())
    try:
        memory_id = await context.memory.keep(turn, context.scope)
    except (SurefootError, OSError) as error:
        memory_failed(context, "keep", error)
        return
    context.emit(MemoryWritten(memory_id=memory_id))
