"""`surefoot serve`: answer over HTTP and WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from surefoot.errors import ConfigurationError

from .host import Host, with_model, with_settings

if TYPE_CHECKING:
    from surefoot.server import KeyFile, SlackSettings

_PERMISSIONS = ("runs", "approve", "documents", "memory", "metrics")


@click.group(invoke_without_command=True)
@click.option("--host", "address", metavar="HOST", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes a free one.")
@click.option(
    "--allow-public-without-auth",
    is_flag=True,
    help="Let everybody who reaches the port use everything.",
)
@click.option("--json-log", is_flag=True, help="Log as JSON, one object a line.")
@with_model
@with_settings
@click.pass_context
def serve(
    ctx: click.Context,
    address: str | None,
    port: int | None,
    allow_public_without_auth: bool,
    json_log: bool,
) -> None:
    """Answer over HTTP and WebSocket, with a page at / and many protocols beside it."""
    if ctx.invoked_subcommand is not None:
        return
    _require_server()
    from surefoot.server import ServerSettings
    from surefoot.server import serve as run_server

    host = ctx.ensure_object(Host)
    settings = ServerSettings.load(
        host=address,
        port=port,
        allow_public_without_auth=allow_public_without_auth or None,
        log_json=json_log or None,
    )
    assistant = host.make_assistant(settings=host.settings(), model=host.model, release=None)
    run_server(assistant, settings, debug=host.debug, slack=_slack())


@serve.command()
@click.argument("name")
@click.option("--tenant", default="default", show_default=True, help="Whose data it reaches.")
@click.option("--user", help="The person it belongs to; without one it acts for everybody.")
@click.option(
    "--may",
    "permissions",
    multiple=True,
    type=click.Choice(_PERMISSIONS),
    help="What it may do; may be given again. Without it, everything.",
)
@click.option("--requests-per-minute", type=click.IntRange(0))
@click.option("--concurrent-runs", type=click.IntRange(0))
@with_settings
@click.pass_obj
def key(
    host: Host,
    name: str,
    tenant: str,
    user: str | None,
    permissions: tuple[str, ...],
    requests_per_minute: int | None,
    concurrent_runs: int | None,
) -> None:
    """Make an API key and show it, this once; from then on the server asks for keys."""
    from surefoot.server import EVERYTHING

    made = _keys(host).make(
        name,
        tenant=tenant,
        user=user,
        permissions=frozenset(p for p in EVERYTHING if not permissions or p in permissions),
        requests_per_minute=requests_per_minute,
        concurrent_runs=concurrent_runs,
    )
    click.echo(made)


@serve.command()
@click.argument("name")
@with_settings
@click.pass_obj
def revoke(host: Host, name: str) -> None:
    """Take an API key away. A running server notices at once."""
    _keys(host).revoke(name)


@serve.command()
@with_settings
@click.pass_obj
def keys(host: Host) -> None:
    """List the API keys by name. The keys themselves are not kept."""
    for made in _keys(host).all():
        owner = made.user or "everybody"
        click.echo(f"{made.name}\t{made.tenant}\t{owner}\t{', '.join(made.permissions)}")


def _keys(host: Host) -> KeyFile:
    _require_server()
    from surefoot.server import KeyFile, ServerSettings

    given = ServerSettings.load().keys_file
    return KeyFile(given or host.settings().data_dir / "keys.json")


def _slack() -> SlackSettings | None:
    """Return Slack's settings where they are set and what they need is installed."""
    from importlib.util import find_spec

    from surefoot.server import SlackSettings

    settings = SlackSettings.load()
    if not settings.serves_http:
        return None
    if find_spec("slack_bolt") is None:
        raise ConfigurationError(
            "Slack is set up but not installed. Get it with: pip install 'surefoot[slack]'"
        )
    return settings


def _require_server() -> None:
    """Raise `ConfigurationError` when the server's parts are not installed."""
    from importlib.util import find_spec

    if missing := [name for name in ("fastapi", "uvicorn", "nh3") if find_spec(name) is None]:
        raise ConfigurationError(
            f"The server needs {', '.join(missing)}. "
            "Install it with: pip install 'surefoot[server]'"
        )
