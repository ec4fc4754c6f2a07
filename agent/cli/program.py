"""The program: its commands, loaded when they are used, and how it ends."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click
from click.exceptions import NoArgsIsHelpError

from surefoot.errors import ConfigurationError, InputError, SurefootError

from .host import Host

logger = logging.getLogger(__name__)

COMMANDS = {
    "ask": "Answer a question from your documents and tables, with sources.",
    "chat": "Hold a conversation in one thread.",
    "ingest": "Read files and folders in: documents and tables.",
    "serve": "Answer over HTTP and WebSocket, with a page for people.",
    "slack": "Answer in Slack, in messages and where it is mentioned.",
    "approve": "Decide on a tool call that waits for a person.",
    "memory": "Show, forget or write out what is remembered about a person.",
    "eval": "Run suites, grade recorded runs, and compare two sets of results.",
    "trace": "Show the recorded runs and what happened in them.",
    "tools": "List the tools that a run may use.",
    "mcp": "Offer the tools to other assistants over MCP, on standard input and output.",
    "sandbox": "Look after the place where programs of models run.",
    "doctor": "Say what is configured, what works, and how to get what is missing.",
}
"""Each command and what it is for; its module has the same name and is imported when used."""

DONE, FAILED, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130


class LazyCommands(click.Group):
    """A group whose help needs none of its commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"{__package__}.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands in the help."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=LazyCommands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 the run failed, 2 bad usage, 3 a gate was not met.",
)
@click.version_option(package_name="surefoot", message="%(prog)s %(version)s")
@click.pass_context
def surefoot(ctx: click.Context) -> None:
    """An assistant that plans, looks things up, checks every step and cites what it says."""
    ctx.ensure_object(Host)


def run_command(args: Sequence[str], host: Host) -> int:
    """Do what the arguments say and return the exit code. Nothing is raised."""
    try:
        result: object = surefoot.main(
            list(args), prog_name="surefoot", standalone_mode=False, obj=host
        )
    except NoArgsIsHelpError as error:
        error.show()
        return BAD_USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        if not isinstance(error, click.ClickException | SurefootError):
            logger.error("the command ended by an error of ours", exc_info=error)
        click.echo(f"surefoot: {told(error, host.log)}", err=True)
        if host.debug:
            click.echo("".join(traceback.format_exception(error)).rstrip(), err=True)
        return exit_code(error)
    return result if isinstance(result, int) else DONE


def told(error: Exception, log: Path | None = None) -> str:
    """Return what went wrong and what to do, in one line; `log` says where."""
    match error:
        case click.UsageError(ctx=click.Context() as ctx):
            return f"{_line(error.format_message())} See `{ctx.command_path} --help`."
        case click.ClickException():
            return _line(error.format_message())
        case SurefootError():
            return _line(str(error))
        case _:
            text = _line(f"{type(error).__name__}: {error}")
            also = f" {log} has it too." if log is not None and log.exists() else ""
            return f"internal error: {text}. Add --debug to see where.{also}"


def exit_code(error: Exception) -> int:
    """Return the exit code that stands for who must act."""
    match error:
        case click.ClickException():
            return BAD_USAGE
        case InputError() | ConfigurationError():
            return BAD_USAGE
        case _:
            return FAILED


def main() -> None:
    """Run the command line of this process and exit."""
    logging.getLogger().addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run_command(sys.argv[1:], Host()))


def _line(text: str) -> str:
    return " ".join(text.split())
