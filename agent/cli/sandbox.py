"""The command `sandbox verify`: attack the sandbox on this very machine."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .host import Host, with_settings

if TYPE_CHECKING:
    from surefoot.tools import Attack

GATE_NOT_MET = 3


@click.group()
def sandbox() -> None:
    """Look after the place where programs of models run."""


@sandbox.command()
@click.option("--all", "every", is_flag=True, help="Show the attacks that were stopped, too.")
@with_settings
@click.pass_obj
def verify(host: Host, every: bool) -> int:
    """Try to break out of the sandbox in every way we know.

    The exit code is 3 when an attack gets through, or when there is no sandbox on this machine.
    The attacks aim at what is made for them, so none does harm.
    """
    from surefoot.tools import SandboxUnavailable

    from .lines import counted, short

    host.settings()
    try:
        tier, attacks = asyncio.run(_attacked())
    except SandboxUnavailable as error:
        click.echo(f"surefoot: {error}", err=True)
        return GATE_NOT_MET
    through = [attack for attack in attacks if not attack.blocked]
    for attack in attacks if every else through:
        mark = "stopped" if attack.blocked else "GOT THROUGH"
        click.echo(f"{mark}  {short(attack.name)}: {short(attack.detail)}")
    kinds = Counter(attack.name.partition(":")[0] for attack in attacks)
    told = ", ".join(f"{kind} {number}" for kind, number in kinds.items())
    click.echo(f"Tier {tier}: {counted(len(attacks), 'attack')} ({told}), {len(through)} through.")
    return GATE_NOT_MET if through else 0


async def _attacked() -> tuple[str, Sequence[Attack]]:
    from surefoot.tools import LocalSandbox, verify

    place = LocalSandbox()
    try:
        return await place.start(), await verify(place)
    finally:
        await place.close()
