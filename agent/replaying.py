"""Replaying: run a recorded run again, exactly, or with one side live, or forked at a step."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import TypeAdapter

from surefoot.answer import Answer
from surefoot.errors import SurefootError
from surefoot.events import Event, RunQueued
from surefoot.graphs import Checkpoints, Checks, build
from surefoot.limits import Limits, ReleasePolicy
from surefoot.messages import Image
from surefoot.model import ChatModel
from surefoot.scope import Scope
from surefoot.tools import Policy, Tool, Toolbox

from .forking import Fork, forked, with_result
from .home import Home
from .prompts import Prompt
from .runs import Emit, Job, Run, RunEngine, ThreadBook
from .runs.recording import Entry
from .runs.recording_callers import Callers
from .runs.recording_cassette import Cassette, ReplayMiss
from .runs.recording_differences import first_difference
from .runs.recording_replay import (
    ReplayedClock,
    ReplayedDesk,
    ReplayedLedger,
    ReplayedMemory,
    ReplayedModel,
    ReplayLog,
    replayed_tool,
)
from .runs.recording_replay_checks import ReplayedTimekeeper, in_force
from .working import Equipment, Worker

Live = Literal["model", "tools"]


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
    absent_checks: tuple[str, ...] = ()
    """Checks and reviews of the run that are not here; what they said is as recorded."""
    changed_checks: tuple[str, ...] = ()
    """Those that are here with another source than they had."""


async def replay(
    entries: Sequence[Entry],
    events: Sequence[Event],
    *,
    model: ChatModel | None = None,
    spare: ChatModel | None = None,
    tools: Sequence[Tool] | None = None,
    checks: Checks | None = None,
    taint: Policy | None = None,
    fork: Fork | None = None,
) -> Replayed:
    """Run a recorded run again, offline but for what is given live.

    `model` is asked in place of the recorded one, from the fork on where there is one; `spare` only
    where the recording has no message. Without `checks`, Surefoot's own look again, and all others
    say what they said; without `taint`, the recorded policy holds. Raises `ReplayMiss` that names
    the first field that differs when an exact replay asks for something else than was recorded.
    """
    cassette = Cassette(entries, events)
    cassette.strict = all(one is None for one in (model, spare, tools, fork))
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
    found = in_force(cassette, checks, callers)
    worker = Worker(
        home=home,
        machine=build(checkpoints.saver if checkpoints else None),
        clock=clock,
        limits=Limits.model_validate(cassette.head.get("limits")),
        checks=found.checks,
        timekeeper=lambda: ReplayedTimekeeper(cassette),
        taint=taint or Policy.model_validate(cassette.head.get("taint") or {}),
        own_knowledge="mark" if cassette.head.get("own_knowledge") == "mark" else "withhold",
        ledger=lambda _: ReplayedLedger(cassette) if cassette.head.get("ledger") else None,
        desk=lambda _: ReplayedDesk(cassette),
    )
    equipment = _equipment(cassette, events, model, spare, tools, fork)

    async def work(job: Job, emit: Emit) -> Answer:
        return await worker.work(job, callers.emitting(cassette.hearing(emit)), equipment)

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
        absent_checks=found.absent,
        changed_checks=found.changed,
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
    spare: ChatModel | None,
    tools: Sequence[Tool] | None,
    fork: Fork | None,
) -> Equipment:
    head = cassette.head
    definitions = head.get("tools")
    listed = definitions if isinstance(definitions, list) else []
    recorded = [replayed_tool(one, cassette) for one in listed if isinstance(one, dict)]
    prompt = _prompt.validate_python(head.get("prompt"))
    used = model or ReplayedModel(cassette, str(head.get("model")), spare=spare)
    lent = recorded if tools is None else list(tools)
    if fork is not None:
        used = forked(cassette, events, used, fork)
        lent = [with_result(tool, fork) for tool in lent]
    return Equipment(
        model=used,
        toolbox=Toolbox(lent),
        memory=ReplayedMemory(cassette) if head.get("remembers") else None,
        prompt=prompt,
    )


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
