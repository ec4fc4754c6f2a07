"""The commands `memory list`, `forget`, `export` and `purge`: what is kept, and how it goes."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import click

from .ask import ME
from .host import Host, with_settings

if TYPE_CHECKING:
    from surefoot.settings import Settings

    from ..receipts import Receipt

who = click.option("--user", metavar="U", default=ME, show_default=True, help="About whom.")


@click.group()
def memory() -> None:
    """Show, forget or write out what is remembered about a person."""


@memory.command("list")
@who
@click.option("--query", metavar="TEXT", help="Only facts that bear on this.")
@click.option("--history", is_flag=True, help="Also facts that hold no longer.")
@with_settings
@click.pass_obj
def list_facts(host: Host, user: str, query: str | None, history: bool) -> int:
    """Show the facts that are remembered about a person."""
    from .lines import counted, short
    from .remembered import everything, found

    settings = host.settings()
    if query is not None:
        for text in asyncio.run(found(settings, user, query)):
            click.echo(short(text, 500))
        return 0
    facts, turns = asyncio.run(everything(settings, user, history=history))
    for fact in facts:
        click.echo(f"{fact.memory_id}  {fact.observed_at[:10]}  {short(fact.said, 500)}")
    click.echo(f"{counted(len(facts), 'fact')} and {counted(turns, 'turn')} of {user!r}.", err=True)
    return 0


@memory.command()
@who
@click.option("--thread", metavar="T", help="Only what was said in this conversation.")
@click.option("--query", metavar="TEXT", help="Only what matches this, or one memory by its id.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.option("--json", "as_json", is_flag=True, help="Print the receipt instead of a sentence.")
@with_settings
@click.pass_obj
def forget(
    host: Host, user: str, thread: str | None, query: str | None, yes: bool, as_json: bool
) -> int:
    """Delete what is kept about a person, prove that no file holds it, and give a receipt."""
    from .remembered import forgotten

    settings = host.settings()
    what = "everything" if query is None else f"what matches {query!r}"
    where = "" if thread is None else f" in thread {thread!r}"
    if host.has_person and not yes:
        click.confirm(f"Forget {what} that is kept of {user!r}{where}?", abort=True, err=True)
    receipt = asyncio.run(forgotten(settings, user, thread=thread, query=query))
    if receipt is None:
        click.echo(f"Nothing is kept of {user!r}.", err=True)
        return 0
    if as_json:
        click.echo(receipt.written())
    else:
        _tell(receipt, user)
    return 0 if receipt.hits == 0 else 3


@memory.command()
@who
@with_settings
@click.pass_obj
def export(host: Host, user: str) -> int:
    """Write out everything that is kept about a person, one JSON object a line."""
    asyncio.run(_export(host.settings(), user))
    return 0


@memory.command()
@click.option("--json", "as_json", is_flag=True, help="Print the receipt instead of a sentence.")
@with_settings
@click.pass_obj
def purge(host: Host, as_json: bool) -> int:
    """Rid the files of documents that were removed or changed, and give a receipt."""
    from .lines import counted

    receipt = asyncio.run(_purge(host.settings()))
    if receipt is None:
        click.echo("Nothing is left of removed documents.", err=True)
        return 0
    if as_json:
        click.echo(receipt.written())
    else:
        removed = receipt.removed
        click.echo(
            f"Purged {counted(removed.passages, 'passage')} of "
            f"{counted(removed.documents, 'document')}."
        )
        _tell_proof(receipt)
    return 0 if receipt.hits == 0 else 3


def _tell(receipt: Receipt, user: str) -> None:
    """Say in a few lines what a receipt says."""
    from .lines import counted

    removed = receipt.removed
    click.echo(f"Forgot {counted(removed.facts, 'fact')} of {user!r}.")
    click.echo(
        f"Removed {counted(removed.turns, 'turn')}, {counted(removed.runs, 'run')} with "
        f"{counted(removed.events, 'event')}, and {counted(removed.threads, 'thread')}.",
        err=True,
    )
    if removed.items:
        click.echo(f"Removed {counted(removed.items, 'item')} of the store.", err=True)
    _tell_proof(receipt)


def _tell_proof(receipt: Receipt) -> None:
    from .lines import counted

    proof = "none holds it" if receipt.hits == 0 else f"these hold it: {receipt.residue}"
    click.echo(
        f"Read {counted(receipt.files, 'file')} to the last byte: {proof}. "
        f"Receipt: receipts/{receipt.receipt_id}.json",
        err=True,
    )
    for place in receipt.unscanned:
        click.echo(f"Deleted, but not read: {place}.", err=True)


async def _purge(settings: Settings) -> Receipt | None:
    from .folder import open_forgetter

    if not settings.data_dir.is_dir():
        return None
    async with open_forgetter(settings) as forgetter:
        planned = await forgetter.plan_documents()
        return None if planned is None else await forgetter.carry_out(planned)


async def _export(settings: Settings, user: str) -> None:
    from .remembered import export

    if not settings.data_dir.is_dir():
        return
    async with export(settings, user) as told:
        async for each in told:
            click.echo(json.dumps(each, ensure_ascii=False))
