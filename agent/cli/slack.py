"""`surefoot slack`: answer in Slack over Socket Mode, and what setting it up takes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

import click

from surefoot.errors import ConfigurationError, NotFound

from .host import Host, with_model, with_settings


@click.group(invoke_without_command=True)
@with_model
@with_settings
@click.pass_context
def slack(ctx: click.Context) -> None:
    """Answer in Slack over Socket Mode. `surefoot serve` does so over HTTP."""
    if ctx.invoked_subcommand is not None:
        return
    _require_slack()
    from surefoot.server import SlackSettings, run_socket_mode

    host = ctx.ensure_object(Host)
    settings = SlackSettings.load()
    assistant = host.make_assistant(settings=host.settings(), model=host.model, release=None)
    asyncio.run(run_socket_mode(assistant, settings, ready=_announce))


@slack.command()
@click.option("--name", default="Surefoot", show_default=True, help="What the app is called.")
@click.option("--url", default="", help="The server's address, for HTTP; without it, Socket Mode.")
@click.option("--installs", is_flag=True, help="Let several workspaces install the app.")
def manifest(name: str, url: str, installs: bool) -> None:
    """Print the app's manifest, to be pasted where Slack makes apps."""
    if installs and not url:
        raise click.UsageError("Workspaces install over HTTP: give the server's address, --url.")
    from surefoot.server import slack_manifest

    click.echo(json.dumps(slack_manifest(name=name, url=url, installs=installs), indent=2))


@slack.command()
def key() -> None:
    """Make a key to keep workspaces' tokens under, and print it."""
    _require_slack()
    from surefoot.server import new_vault_key

    click.echo(new_vault_key())


@slack.command()
@with_settings
@click.pass_obj
def feedback(host: Host) -> None:
    """Print what people thought of answers, one JSON object a line, for evaluations."""
    _require_slack()
    from surefoot.server import SlackSettings, slack_feedback

    path = SlackSettings.load().inbox or host.settings().data_dir / "slack.db"
    if not path.exists():
        raise NotFound(f"There is no {str(path)!r}: the bot has not run with this data folder.")
    for opinion in asyncio.run(slack_feedback(path)):
        click.echo(json.dumps(asdict(opinion)))


def _announce() -> None:
    click.echo("Surefoot listens in Slack; Ctrl-C ends it.", err=True)


def _require_slack() -> None:
    """Raise `ConfigurationError` when what Slack takes is not installed."""
    from importlib.util import find_spec

    wanted = ("slack_bolt", "slack_sdk", "aiohttp", "cryptography")
    if missing := [name for name in wanted if find_spec(name) is None]:
        raise ConfigurationError(
            f"Slack needs {', '.join(missing)}. Install it with: pip install 'surefoot[slack]'"
        )
