"""The command `doctor`: what is configured, what works, and how to get what is missing."""

from __future__ import annotations

import asyncio

import click

from .host import Host, with_model, with_settings

_STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@with_model
@with_settings
@click.pass_obj
def doctor(host: Host) -> int:
    """Say what is configured, what works, and how to get what is missing.

    Every line is `ok`, `warn` or `fail`; the exit code is 1 when something that is needed fails.
    """
    from .examination import examine

    failed = False
    for finding in asyncio.run(examine(host)):
        failed = failed or finding.state == "fail"
        mark = f"{finding.state:<4}"
        if host.has_reader:
            mark = click.style(mark, fg=_STYLES[finding.state])
        click.echo(f"{mark}  {finding.what}: {finding.told}")
        if finding.advice:
            click.echo(f"      {finding.advice}")
    return 1 if failed else 0
