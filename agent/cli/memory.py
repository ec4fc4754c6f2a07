"""The commands `memory list`, `memory forget` and `memory export`: what is known of a person."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from .ask import ME
from .host import Host, with_settings

if TYPE_CHECKING:
    from surefoot.memory import Fact
    from surefoot.settings import Settings
    from surefoot.turns import Turn

who = click.option("--user", metavar="U", default=ME, show_default=True, help="About whom.")


@click.group()
def memory() -> None:
    """Show, forget or write out what is remembered about a person."""


@memory.command("list")
@who
@click.option("--query", metavar="TEXT", help="Only facts that bear on this.")
@with_settings
@click.pass_obj
def list_facts(host: Host, user: str, query: str | None) -> int:
    """Show the facts that are remembered about a person."""
    from .lines import counted, short

    settings = host.settings()
    if query is not None:
        for text in asyncio.run(_found(settings, user, query)):
            click.echo(short(text, 500))
        return 0
    facts, turns = asyncio.run(_everything(settings, user, history=False))
    for fact in facts:
        click.echo(f"{fact.memory_id}  {fact.observed_at[:10]}  {short(fact.text, 500)}")
    click.echo(
        f"{counted(len(facts), 'fact')} and {counted(len(turns), 'turn')} of {user!r}.", err=True
    )
    return 0


@memory.command()
@who
@click.option("--query", metavar="TEXT", help="Only the facts that match this.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@with_settings
@click.pass_obj
def forget(host: Host, user: str, query: str | None, yes: bool) -> int:
    """Delete what is remembered about a person: everything, or the facts that match a query."""
    settings = host.settings()
    what = "everything" if query is None else f"the facts about {query!r}"
    if host.has_person and not yes:
        click.confirm(f"Forget {what} that is remembered of {user!r}?", abort=True, err=True)
    from .lines import counted

    number = asyncio.run(_forget(settings, user, query))
    click.echo(f"Forgot {counted(number, 'memory')} of {user!r}.".replace("memorys", "memories"))
    if number:
        click.echo("Recorded runs still hold what was said in them.", err=True)
    return 0


@memory.command()
@who
@with_settings
@click.pass_obj
def export(host: Host, user: str) -> int:
    """Write out everything that is remembered about a person, one JSON object a line."""
    facts, turns = asyncio.run(_everything(host.settings(), user, history=True))
    for kind, items in (("fact", facts), ("turn", turns)):
        for item in items:
            click.echo(json.dumps({"kind": kind, **asdict(item)}, ensure_ascii=False))
    return 0


async def _found(settings: Settings, user: str, query: str) -> list[str]:
    from .folder import open_rooms, scope_of

    if not settings.data_dir.is_dir():
        return []
    async with open_rooms(settings) as rooms:
        found = await rooms.own_memory().search(query, scope_of(settings, user), limit=20)
        return [item.content for item in found]


async def _everything(
    settings: Settings, user: str, *, history: bool
) -> tuple[list[Fact], list[Turn]]:
    from .folder import open_rooms, scope_of

    if not settings.data_dir.is_dir():
        return [], []
    scope = scope_of(settings, user)
    async with open_rooms(settings) as rooms:
        own = rooms.own_memory()
        return await own.facts(scope, history=history), await own.turns(scope)


async def _forget(settings: Settings, user: str, query: str | None) -> int:
    from .folder import open_rooms, scope_of

    if not settings.data_dir.is_dir():
        return 0
    async with open_rooms(settings) as rooms:
        return await rooms.own_memory().forget(scope_of(settings, user), query=query)
