"""The commands `trace list`, `show`, `export` and `replay`: what happened in recorded runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from .host import Host, with_model, with_settings

if TYPE_CHECKING:
    from surefoot.events import Event
    from surefoot.limits import ReleasePolicy
    from surefoot.settings import Settings

    from ..home import Home
    from ..runs import Run

_MOST = 100_000


@click.group()
def trace() -> None:
    """Show the recorded runs and what happened in them."""


@trace.command("list")
@click.option("--limit", type=click.IntRange(1, _MOST), default=20, show_default=True)
@with_settings
@click.pass_obj
def list_runs(host: Host, limit: int) -> int:
    """Show the newest runs, the latest first."""
    from .lines import short

    runs = asyncio.run(_newest(host.settings(), limit))
    for run in runs:
        when = run.created_at[:19].replace("T", " ")
        thread = run.scope.thread_id
        within = "" if thread == f"t-{run.run_id}" else f"  (thread {thread})"
        click.echo(f"{run.run_id}  {when}  {run.status:<9}  {short(run.text, 70)}{within}")
    if not runs:
        click.echo("No run has been recorded yet.", err=True)
    return 0


@trace.command()
@click.argument("run_id")
@with_settings
@click.pass_obj
def show(host: Host, run_id: str) -> int:
    """Show one run: its plan, steps, checks, answer and sources.

    RUN_ID may be shortened to a part of it that no other run has; `last` is the newest run.
    """
    from .retelling import retold

    run, events = asyncio.run(_recorded(host.settings(), run_id))
    lines = retold(run, events)
    if host.has_reader:
        from rich.console import Console

        console = Console(force_terminal=True)
        for line in lines:
            console.print(line, soft_wrap=True)
    else:
        click.echo("\n".join(line.plain for line in lines))
    return 0


@trace.command()
@click.argument("run_id")
@with_settings
@click.pass_obj
def export(host: Host, run_id: str) -> int:
    """Write out the events of one run, one JSON object a line. RUN_ID is as for `show`."""
    _, events = asyncio.run(_recorded(host.settings(), run_id))
    for event in events:
        click.echo(event.model_dump_json())
    return 0


@trace.command()
@click.argument("run_id")
@click.option("--live", type=click.Choice(["model", "tools"]), multiple=True)
@click.option("--from", "step", metavar="STEP", help="Go another way from this step on.")
@click.option("--instructions", help="With --from: another system prompt.")
@click.option("--policy", type=click.Choice(["hold", "label", "retract"]), help="With --from.")
@click.option("--result", help="With --from: what the step gives back instead, as JSON or words.")
@click.option("--json", "as_json", is_flag=True, help="Write the events, one a line.")
@with_model
@with_settings
@click.pass_obj
def replay(
    host: Host,
    run_id: str,
    live: tuple[str, ...],
    step: str | None,
    instructions: str | None,
    policy: ReleasePolicy | None,
    result: str | None,
    as_json: bool,
) -> int:
    """Run a recorded run again, offline, and say whether it comes out the same.

    RUN_ID is as for `show`. With --live, the model or the tools are real; with --from, everything
    before the step is as recorded, and the first difference behind it is told.
    """
    from .folder import open_home
    from .replaying import Wanted, replay_run, tell

    wanted = Wanted(
        live=live,
        step=step,
        instructions=instructions,
        policy=policy,
        result=result,
        as_json=as_json,
    )

    async def work() -> int:
        settings = host.settings()
        async with open_home(settings) as home:
            run = _chosen(await _runs(home, settings, _MOST), run_id)
            return tell(await replay_run(host, settings, home, run, wanted), wanted=wanted)

    return asyncio.run(work())


async def _newest(settings: Settings, limit: int) -> list[Run]:
    from .folder import open_home

    if not settings.data_dir.is_dir():
        return []
    async with open_home(settings) as home:
        return await _runs(home, settings, limit)


async def _recorded(settings: Settings, run_id: str) -> tuple[Run, list[Event]]:
    from surefoot.errors import NotFound

    from .folder import open_home

    if not settings.data_dir.is_dir():
        raise NotFound("No run has been recorded yet.")
    async with open_home(settings) as home:
        run = _chosen(await _runs(home, settings, _MOST), run_id)
        return run, await home.log.read(run.key, run_id=run.run_id)


async def _runs(home: Home, settings: Settings, limit: int) -> list[Run]:
    assert home.store is not None, "a home on disk has a store"
    return await home.store.newest(tenant=settings.tenant, limit=limit)


def _chosen(runs: list[Run], run_id: str) -> Run:
    """Return the one run that is meant. Raises `NotFound`."""
    from surefoot.errors import InputError, NotFound

    found = runs[:1] if run_id == "last" else [run for run in runs if run_id in run.run_id]
    if not found:
        raise NotFound(f"There is no run {run_id!r}; see `surefoot trace list`.")
    if len(found) > 1:
        raise InputError(f"{run_id!r} is part of {len(found)} run ids; write more of it.")
    return found[0]
