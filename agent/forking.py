"""Forking: a recorded run that goes another way from a step on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from surefoot.errors import InputError
from surefoot.events import Event, PlanCreated, PlanRevised
from surefoot.evidence import Finding, ToolSource
from surefoot.limits import ReleasePolicy
from surefoot.model import ChatModel, ModelPart, ModelRequest
from surefoot.tools import Arguments, CallContext, Tool, ToolOutput

from .runs.recording_cassette import Cassette
from .runs.recording_replay import ReplayedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Where a run is to go another way, and what is different there."""

    step: str
    """A step id, such as `s2`. The model call that planned it, and all before, stay recorded when
    `result` is given; otherwise that call is made anew."""
    instructions: str | None = None
    """Another system prompt."""
    policy: ReleasePolicy | None = None
    result: JsonValue = None
    """What the step gives back instead."""


def forked(cassette: Cassette, events: Sequence[Event], late: ChatModel, fork: Fork) -> ChatModel:
    """Return a model that is the recorded one up to the fork. Raises `InputError`."""
    kept = _calls_before(events, fork)
    early = ReplayedModel(cassette, str(cassette.head.get("model")), positional=kept)
    return _Forked(early, late, kept, fork.instructions)


def _calls_before(events: Sequence[Event], fork: Fork) -> int:
    """Return how many model calls come before the fork. Raises `InputError` for no such step."""
    calls = 0
    for event in events:
        if event.type == "usage":
            calls += 1
        if isinstance(event, PlanCreated | PlanRevised):
            if any(step.id == fork.step for step in event.plan.steps):
                return calls if fork.result is not None else calls - 1
    raise InputError(f"The run has no step {fork.step!r}; see `surefoot trace show`.")


class _Forked:
    """A model that is recorded up to the fork, and another one from there on."""

    def __init__(
        self, early: ReplayedModel, late: ChatModel, kept: int, instructions: str | None
    ) -> None:
        self._early, self._late = early, late
        self._kept = kept
        self._instructions = instructions
        self._calls = 0

    @property
    def name(self) -> str:
        """How traces call it."""
        return self._early.name if self._calls < self._kept else self._late.name

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelPart]:
        """Yield the parts of the next message."""
        self._calls += 1
        chosen: ChatModel = self._early if self._calls <= self._kept else self._late
        if self._calls > self._kept and self._instructions is not None:
            first, *rest = request.messages
            told = replace(first, text=self._instructions)
            request = replace(request, messages=(told, *rest))
        async for part in chosen.stream(request):
            yield part


def with_result(tool: Tool, fork: Fork) -> Tool:
    """Return the tool, giving back something else for the step of the fork."""
    if fork.result is None:
        return tool
    value = fork.result

    async def run(args: Arguments, context: CallContext) -> ToolOutput:
        if context.call_id.rpartition(".")[2] != fork.step:
            return await tool.run(args, context)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        source = ToolSource(tool=tool.name, args=args)
        finding = Finding(source=source, content=text, trust=tool.trust, data=value)
        return ToolOutput(value=value, findings=(finding,))

    return replace(tool, run=run)
