"""Closing: the end of an answer, repaired where it must be, counted and kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.answer import Answer, Citation, Reason
from surefoot.errors import ModelError, SurefootError
from surefoot.events import AnswerCompleted, MemoryWritten
from surefoot.evidence import Evidence
from surefoot.messages import Message

from .checks.claims.confidence import answer_confidence
from .context import RunContext
from .conversation import memory_failed, turn_of
from .release import Release
from .repairing import repair

_FORGED = re.compile(r"\[(?=S\d)")
_SHOWN = 8
"""Pieces of evidence that a partial answer lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Why a run must end early, and what it leaves undone."""

    why: str
    undone: Sequence[str] = ()

    def __str__(self) -> str:
        left = f" Not done: {'; '.join(self.undone)}." if self.undone else ""
        return f"{self.why}{left}"


async def conclude(
    context: RunContext,
    question: str,
    messages: Sequence[Message],
    release: Release,
    stopped: Stopped | None = None,
) -> None:
    """Take the model's message as the answer: check its end, repair, count, remember.

    With `stopped`, a limit kept the model from going on, and the answer says so.
    """
    await release.finish()
    if release.was_cut:
        release.say(" (The model was stopped before the end of its answer.)")
    if release.withheld and (left := await repair(context, messages, release)):
        release.say(_note(left, begun=bool(release.text)))
    if not release.text:
        if stopped is None:
            raise ModelError(f"{context.model.name} gave an empty answer. Ask again.")
        await partial_answer(context, question, stopped, release)
        return
    if stopped is not None:
        release.say(f"\n\nI had to stop early. {stopped}")
    await complete(context, question, release, "answered" if stopped is None else "limit")


async def partial_answer(
    context: RunContext, question: str, stopped: Stopped, release: Release
) -> None:
    """Answer without the model: keep what has been verified, or list what has been found."""
    release.break_off()
    found = context.ledger.all()
    if release.text:
        release.say(f"\n\nI had to stop before the end of the answer. {stopped}")
    elif not found:
        release.say(f"I had to stop before I could answer. {stopped} Nothing had been found yet.")
    else:
        release.say(f"I had to stop before I could answer. {stopped} This had been found:\n")
        for item in found[:_SHOWN]:
            snippet = _FORGED.sub("(", " ".join(item.content.split()))
            more = "…" if len(snippet) > 200 else ""
            release.say(f"- {snippet[:200]}{more} [{item.id}]\n")
        if len(found) > _SHOWN:
            release.say(f"- and {len(found) - _SHOWN} more pieces of evidence.\n")
    await complete(context, question, release, "limit")


def _note(left: int, *, begun: bool) -> str:
    what = "one statement" if left == 1 else f"{left} statements"
    it = "it" if left == 1 else "them"
    note = f"I left out {what}, because I could not verify {it} against the evidence."
    return f"\n\n{note}" if begun else note


async def complete(context: RunContext, question: str, release: Release, reason: Reason) -> None:
    """Tell and keep the finished answer."""
    usage = context.budget.used()
    citations, earlier = _traced(context, release.citations())
    confidence = answer_confidence(context.verdicts)
    context.answer = Answer(
        text=release.text,
        citations=citations,
        evidence=(*earlier, *context.ledger.all()),
        verdicts=tuple(context.verdicts),
        confidence=confidence,
        usage=usage,
        run_id=context.run_id,
        thread_id=context.scope.thread_id,
        reason=reason,
    )
    context.emit(
        AnswerCompleted(
            text=release.text,
            citations=citations,
            earlier=earlier,
            verdicts=dict(release.outcomes),
            confidence=confidence,
            usage=usage,
        )
    )
    await _remember(context, question, release.text)


def _traced(
    context: RunContext, citations: Sequence[Citation]
) -> tuple[tuple[Citation, ...], tuple[Evidence, ...]]:
    """Return the citations with the runs that they lead to, and what earlier runs had found."""
    ledger = context.ledger
    runs = {one.evidence_id: ledger.run_of(one.evidence_id) for one in citations}
    earlier = (ledger.get(one) for one, run_id in runs.items() if run_id is not None)
    told = (one.model_copy(update={"run_id": runs[one.evidence_id]}) for one in citations)
    return (
        tuple(told) if any(runs.values()) else tuple(citations),
        tuple(item for item in earlier if item is not None),
    )


async def _remember(context: RunContext, question: str, text: str) -> None:
    if context.memory is None:
        return
    try:
        memory_id = await context.memory.keep(turn_of(context, question, text), context.scope)
    except (SurefootError, OSError) as error:
        memory_failed(context, "keep", error)
        return
    context.emit(MemoryWritten(memory_id=memory_id))
