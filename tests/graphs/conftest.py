"""What tests of the state machine share: a run driven through it, and everything it told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from pydantic import JsonValue

from surefoot import ScriptedModel, calls
from surefoot.agent import ScriptedTurn
from surefoot.answer import Answer
from surefoot.events import Event
from surefoot.graphs import (
    DEFAULT_CHECKS,
    Budget,
    CallLedger,
    Checkpoints,
    Checks,
    Desk,
    EvidenceLedger,
    RunContext,
    build,
    drive,
)
from surefoot.limits import Limits, ReleasePolicy
from surefoot.memory import Memory
from surefoot.messages import ToolMessage
from surefoot.model import ChatModel
from surefoot.scope import Scope
from surefoot.tools import Tool, Toolbox, tool

E = TypeVar("E", bound=Event)


class Hours:
    """A clock that a test moves on by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.seconds


@dataclass(slots=True, kw_only=True)
class Driven:
    """One run, with everything it told."""

    context: RunContext
    events: list[Event]
    desk: Desk = field(default_factory=Desk)
    checkpoints: Checkpoints | None = None
    waits: list[bool] = field(default_factory=list[bool])
    _waiting: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, question: str = "What is it?", *, resume: bool = False) -> Answer:
        """Drive the run to its answer."""
        return await drive(
            build(self.checkpoints.saver if self.checkpoints else None),
            self.context,
            question,
            desk=self.desk,
            durability="sync",
            resume=resume,
            on_wait=self._wait,
        )

    async def _wait(self, waits: bool) -> None:
        self.waits.append(waits)
        if waits:
            self._waiting.set()

    async def until_it_waits(self) -> None:
        """Return when the run begins to wait for a person, the next time."""
        await self._waiting.wait()
        self._waiting.clear()

    def told(self, kind: type[E]) -> list[E]:
        """Return the events of one type, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def types(self) -> list[str]:
        """The types of the events, those of checks and model calls left out."""
        left_out = ("check.", "usage", "context.")
        return [event.type for event in self.events if not event.type.startswith(left_out)]

    @property
    def words(self) -> str:
        """Every word that any event holds."""
        return "\n".join(event.model_dump_json() for event in self.events)


def driven(
    model: ChatModel,
    *tools: Tool,
    limits: Limits | None = None,
    policy: ReleasePolicy = "hold",
    checks: Checks = DEFAULT_CHECKS,
    memory: Memory | None = None,
    checkpoints: Checkpoints | None = None,
    calls: CallLedger | None = None,
    monotonic: Callable[[], float] | None = None,
) -> Driven:
    """Set a run up."""
    events: list[Event] = []
    limits = limits or Limits()
    budget = Budget(limits, monotonic=monotonic) if monotonic else Budget(limits)
    ticks = _ticks()

    def now() -> str:
        return next(ticks)

    context = RunContext(
        run_id="r1",
        scope=Scope(user="ann", thread_id="t1"),
        model=model,
        toolbox=Toolbox(tools),
        instructions="Answer from evidence.",
        budget=budget,
        ledger=EvidenceLedger(now=now),
        emit=events.append,
        now=now,
        checks=checks,
        policy=policy,
        memory=memory,
        checkpointed=checkpoints is not None,
        calls=calls,
    )
    return Driven(context=context, events=events, checkpoints=checkpoints)


def _ticks() -> Iterator[str]:
    for minute in range(10_000):
        yield f"2026-01-01T{minute // 60:02}:{minute % 60:02}:00Z"


def step(name: str, tool_name: str, *after: str, **args: JsonValue) -> JsonValue:
    """Make one step of a plan."""
    return {"id": name, "tool": tool_name, "args": args, "depends_on": list(after)}


def plan(*steps: JsonValue) -> ScriptedTurn:
    """Make a turn that asks for a plan."""
    return calls("plan", steps=list(steps))


def results(model: ScriptedModel, turn: int) -> list[ToolMessage]:
    """Return the tool results that the model was given for one of its turns."""
    return [m for m in model.seen[turn].messages if isinstance(m, ToolMessage)]


@tool(side_effects=False)
async def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@pytest.fixture
def hours() -> Hours:
    """A clock that stands still."""
    return Hours()
