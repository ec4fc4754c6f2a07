"""Driving: take a run through the machine, from its question or from its checkpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Literal

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from surefoot.answer import Answer
from surefoot.messages import Message, UserMessage

from .approval import Decision, answered
from .budget import Budget
from .checkpoints import RunSaver
from .context import RunContext
from .conversation import admit_earlier
from .machine import Machine
from .prompt_parts import CONTEXT_OPENS, RUN_NOTE
from .state import Progress, RunState

Durability = Literal["sync", "async", "exit"]


class Desk:
    """Where a run waits for a person: decisions come in by call id."""

    def __init__(self, decided: dict[str, Decision] | None = None) -> None:
        self._decided = decided or {}
        self._changed = asyncio.Event()
        self.asked: set[str] = set()
        """The calls that a person has been asked about and has not decided on."""
        self.open_calls: frozenset[str] = frozenset()
        """Those of them that the run stands still for."""

    def decide(self, call_id: str, decision: Decision) -> None:
        """Hand in a decision."""
        self._decided[call_id] = decision
        self.asked.discard(call_id)
        self.open_calls -= {call_id}
        self._changed.set()

    def forget(self, call_ids: Iterable[str]) -> None:
        """Drop decisions that were handed in for another occasion."""
        for call_id in call_ids:
            self._decided.pop(call_id, None)

    async def wait(self, call_ids: Sequence[str]) -> dict[str, Decision]:
        """Return the decisions on the calls named as soon as there is at least one."""
        self.open_calls = frozenset(call_ids) - self._decided.keys()
        self.asked |= self.open_calls
        while not (found := self._decided.keys() & set(call_ids)):
            self._changed.clear()
            await self._changed.wait()
        self.open_calls = frozenset()
        return {call_id: self._decided.pop(call_id) for call_id in found}


async def drive(
    machine: Machine,
    context: RunContext,
    question: str,
    *,
    desk: Desk,
    durability: Durability,
    resume: bool,
    on_wait: Callable[[bool], Awaitable[None]],
) -> Answer:
    """Take the run to its answer. Raises what ended it instead.

    `on_wait` is told when the run begins and stops waiting for a person. With `resume`, the run
    goes on from its checkpoint, if it has one.
    """
    # Loops end by rule, and this is only the last net: each model call takes two steps at most.
    config: RunnableConfig = {"recursion_limit": 2 * context.budget.limits.model_calls + 10}
    if context.checkpointed:
        config["configurable"] = {"thread_id": context.run_id}
    given: RunState | Command[str] | None = {"question": question}
    if resume and isinstance(machine.checkpointer, RunSaver):
        await machine.checkpointer.restore(context.run_id)
    if resume and (kept := await machine.aget_state(config)).values:
        if kept.next:
            given = None
        _take_up(context, kept.values.get("progress"), desk)
        context.said = _said(kept.values.get("messages", []))
        await admit_earlier(context, question)
    how = durability if context.checkpointed else None
    while True:
        waiting: list[str] = []
        async for update in machine.astream(
            given, config, context=context, durability=how, stream_mode="updates"
        ):
            waiting = _waiting(update) or waiting
        if not waiting:
            break
        await on_wait(True)
        with context.budget.paused():
            decided = await desk.wait(waiting)
        await on_wait(False)
        given = Command(resume=answered(context, decided))
    assert context.answer is not None, "the machine ended without an answer"
    return context.answer


def _take_up(context: RunContext, progress: Progress | None, desk: Desk) -> None:
    """Go on with what an earlier attempt has used, and ask again about calls it may have made."""
    desk.forget(call_id for call_id, known in context.known_calls.items() if known.is_unknown)
    if progress is not None:
        made = sum(known.output is not None for known in context.known_calls.values())
        used = progress.used.model_copy(update={"tool_calls": max(progress.used.tool_calls, made)})
        context.budget = Budget(context.budget.limits, used=used, monotonic=context.ticks)


def _said(messages: Sequence[Message]) -> list[str]:
    """Return what the user said, without what memory and the run added to it."""
    spoken = (message.text for message in messages if isinstance(message, UserMessage))
    return [t.partition(CONTEXT_OPENS)[0] for t in spoken if not t.startswith(RUN_NOTE)]


def _waiting(update: Mapping[str, object]) -> list[str]:
    """Return the call ids that the machine has stopped to wait for a decision on."""
    interrupts = update.get("__interrupt__")
    if not isinstance(interrupts, list | tuple) or not interrupts:
        return []
    return [str(call_id) for call_id in interrupts[0].value]
