"""Replaying: what `trace replay` does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from pydantic import JsonValue

from surefoot.errors import InputError
from surefoot.limits import ReleasePolicy

from ..forking import Fork
from ..home import Home
from ..models import make_model
from ..models.choose import chosen
from ..replaying import Replayed, replay
from ..rooms import Rooms
from ..runs import Run
from ..runs.recording import RecordingStore
from .host import Host
from .lines import safe

if TYPE_CHECKING:
    from surefoot.settings import Settings

FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be different from the recorded run."""

    live: tuple[str, ...] = ()
    step: str | None = None
    instructions: str | None = None
    policy: ReleasePolicy | None = None
    result: str | None = None
    as_json: bool = False

    def fork(self) -> Fork | None:
        """Return where the run goes another way. Raises `InputError`."""
        changes = (self.instructions, self.policy, self.result)
        if self.step is None:
            if any(change is not None for change in changes):
                raise InputError("Say with --from STEP where the change is to begin.")
            return None
        return Fork(
            step=self.step,
            instructions=self.instructions,
            policy=self.policy,
            result=None if self.result is None else _value(self.result),
        )


def _value(text: str) -> JsonValue:
    """Read a result as JSON, or take it as the words it is."""
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value


async def replay_run(
    host: Host, settings: Settings, home: Home, run: Run, wanted: Wanted
) -> Replayed:
    """Run a recorded run again. Raises `ReplayMiss`, `InputError`."""
    assert home.database is not None, "a home on disk has a database"
    fork = wanted.fork()
    entries = await RecordingStore(home.database).read(run.run_id)
    events = await home.log.read(run.key, run_id=run.run_id)
    rooms = Rooms(settings, durable=True, builtins=True, memory="default", now=lambda: "")
    try:
        is_new = fork is not None and (wanted.instructions is not None or fork.result is not None)
        model = spare = None
        if "model" in wanted.live or host.model is not None or is_new:
            model = make_model(host.model or chosen(settings).name, settings, rooms.embedder)
        elif fork is not None:
            spare = make_model(chosen(settings).name, settings, rooms.embedder)
        tools = await rooms.tools(run.scope.tenant) if "tools" in wanted.live else None
        return await replay(entries, events, model=model, spare=spare, tools=tools, fork=fork)
    finally:
        await rooms.close()


def tell(replayed: Replayed, *, wanted: Wanted) -> int:
    """Say how the replay went, and return the exit code."""
    if wanted.as_json:
        for event in replayed.events:
            click.echo(event.model_dump_json())
    if absent := ", ".join(replayed.absent_checks):
        click.echo(
            f"The run had checks that are not here: {safe(absent)}. What they said is as recorded.",
            err=True,
        )
    for miss in replayed.misses:
        click.echo(f"Not in the recording: {safe(miss)}", err=True)
    if replayed.is_exact:
        click.echo(f"Replayed exactly: {len(replayed.events)} events, byte for byte.", err=True)
        return 0
    click.echo(f"First difference: {safe(replayed.divergence or '')}", err=True)
    is_free = bool(wanted.live) or wanted.step is not None
    return 0 if is_free else FAILED
