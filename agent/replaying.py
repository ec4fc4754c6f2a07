"""Replaying: run a recorded run again, exactly, or with one side live, or forked at a step."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import JsonValue, TypeAdapter

from surefoot.answer import Answer
from surefoot.errors import InputError, SurefootError
from surefoot.events import Event, PlanCreated, PlanRevised, RunQueued
from surefoot.evidence import Finding, ToolSource
from surefoot.graphs import DEFAULT_CHECKS, Checkpoints, build
from surefoot.limits import Limits, ReleasePolicy
from surefoot.messages import Image
from surefoot.model import ChatModel, ModelPart, ModelRequest
from surefoot.scope import Scope
from surefoot.tools import Arguments, CallContext, Tool, Toolbox, ToolOutput

from .home import Home
from .prompts import Prompt
from .runs import Emit, Job, Run, RunEngine, ThreadBook
from .runs.recording import Entry
from .runs.recording_differences import first_difference
from .runs.recording_parts import Callers
from .runs.recording_replay import (
    Cassette,
    ReplayedClock,
    ReplayedDesk,
    ReplayedMemory,
    ReplayedModel,
    ReplayLog,
    ReplayMiss,
    replayed_tool,
)
from .working import Equipment, Worker

Live = Literal["model", "tools"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A run that was run again."""

    events: tuple[Event, ...]
    divergence: str | None
    """The first event that is not as recorded, and the first field of it; None when none is."""
    misses: tuple[str, ...] = ()
    """What was asked for and is not in the recording."""
    is_exact: bool = field(default=False)
    """True when every event is the same, byte for byte."""


async def replay(
    entries: Sequence[Entry],
    events: Sequence[Event],
    *,
    model: ChatModel | None = None,
    tools: Sequence[Tool] | None = None,
    fork: Fork | None = None,
) -> Replayed:
    """Run a recorded run again, offline but for what is given live.

    Raises `ReplayMiss` that names the first field that differs when an exact replay asks for
    something else than was recorded.
    """
    cassette = Cassette(entries, events)
    cassette.strict = model is None and tools is None and fork is None
    run, callers = _run(cassette), Callers()
    clock = ReplayedClock(cassette=cassette, callers=callers, run_id=run.run_id)
    first = events[0].seq if events else 1
    numbered = cassette.head.get("evidence")
    log = ReplayLog(
        run.key,
        seq=first - 1,
        evidence=numbered if isinstance(numbered, int) else 0,
        times=[event.ts for event in events],
    )
    checkpoints = Checkpoints() if cassette.head.get("checkpointed") else None
    home = Home(log=log, threads=ThreadBook(None, now=clock.now), checkpoints=checkpoints)
    worker = Worker(
        home=home,
        machine=build(checkpoints.saver if checkpoints else None),
        clock=clock,
        limits=Limits.model_validate(cassette.head.get("limits")),
        checks=DEFAULT_CHECKS,
        own_knowledge="mark" if cassette.head.get("own_knowledge") == "mark" else "withhold",
        desk=lambda _: ReplayedDesk(cassette),
    )
    equipment = _equipment(cassette, events, model, tools, fork)

    async def work(job: Job, emit: Emit) -> Answer:
        return await worker.work(job, callers.emitting(emit), equipment)

    try:
        await _through(log, run, work, events, fork)
        told = await log.read(run.key)
    finally:
        await home.close()
    if cassette.strict and cassette.misses:
        raise ReplayMiss(f"The recording does not have this. {cassette.misses[0]}")
    divergence = _divergence(events, told)
    return Replayed(
        events=tuple(told),
        divergence=divergence,
        misses=tuple(cassette.misses),
        is_exact=divergence is None,
    )


async def _through(
    log: ReplayLog,
    run: Run,
    work: Callable[[Job, Emit], Awaitable[Answer]],
    events: Sequence[Event],
    fork: Fork | None,
) -> None:
    """Take the run through an engine of its own, to its last event."""
    engine = RunEngine(log=log, store=None, work=work, now=lambda: "")
    if events and isinstance(events[0], RunQueued):
        log.append(events[0], run.key, run.run_id)
    if fork is not None and fork.policy is not None:
        run = replace(run, policy=fork.policy)
    job = await engine.start(run)
    try:
        await job.result
    except SurefootError:
        pass  # how the run ended is in its events
    finally:
        await engine.close()


def _run(cassette: Cassette) -> Run:
    body = cassette.head.get("run")
    assert isinstance(body, dict), "a recording begins with its run"
    known = {key: None if value is None else str(value) for key, value in body.items()}
    return Run(
        run_id=known["run_id"] or "",
        scope=Scope(
            tenant=known["tenant"] or "", user=known["user"], thread_id=known["thread_id"] or ""
        ),
        text=known["text"] or "",
        message_id=known["message_id"],
        policy=_policy.validate_python(known["policy"]),
        created_at=known["created_at"] or "",
        images=_images.validate_python(cassette.head.get("images", [])),
    )


_images = TypeAdapter(tuple[Image, ...])
_policy: TypeAdapter[ReleasePolicy] = TypeAdapter(ReleasePolicy)
_prompt = TypeAdapter(Prompt)


def _equipment(
    cassette: Cassette,
    events: Sequence[Event],
    model: ChatModel | None,
    tools: Sequence[Tool] | None,
    fork: Fork | None,
) -> Equipment:
    head = cassette.head
    definitions = head.get("tools")
    listed = definitions if isinstance(definitions, list) else []
    recorded = [replayed_tool(one, cassette) for one in listed if isinstance(one, dict)]
    prompt = _prompt.validate_python(head.get("prompt"))
    played = ReplayedModel(cassette, str(head.get("model")))
    used: ChatModel = played if model is None else model
    if fork is not None:
        kept = _calls_before(events, fork)
        name = str(head.get("model"))
        early = ReplayedModel(cassette, name, positional=kept)
        used = _Forked(early, model or played, kept, fork.instructions)
        recorded = [_with_result(tool, fork) for tool in recorded]
    return Equipment(
        model=used,
        toolbox=Toolbox(tools if tools is not None else recorded),
        memory=ReplayedMemory(cassette) if head.get("remembers") else None,
        prompt=prompt,
    )


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


def _with_result(tool: Tool, fork: Fork) -> Tool:
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


def _divergence(recorded: Sequence[Event], now: Sequence[Event]) -> str | None:
    """Return the first event that is not as recorded."""
    for place, (old, new) in enumerate(zip(recorded, now, strict=False)):
        if old.model_dump_json() != new.model_dump_json():
            found = first_difference(
                json.loads(old.model_dump_json()), json.loads(new.model_dump_json())
            )
            return f"event {place + 1} ({old.type}): {found}"
    if len(recorded) != len(now):
        return f"{len(recorded)} events were recorded, and now there are {len(now)}"
    return None
