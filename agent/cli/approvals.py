"""Approvals: ask the person at the terminal about a call, or say how to decide later."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from pydantic import JsonValue

from surefoot.errors import InputError
from surefoot.events import ApprovalRequested
from surefoot.graphs import Decision

from .answering import Begun
from .lines import call_line, safe


def ask_person(request: ApprovalRequested) -> Decision | None:
    """Ask about one call on the terminal; None leaves it for later."""
    click.echo(f"{request.tool} wants to run with:", err=True)
    click.echo(safe(json.dumps(request.args, ensure_ascii=False, indent=2)), err=True)
    if request.reason:
        click.echo(safe(request.reason), err=True)
    while True:
        try:
            said = click.prompt("Run it? y(es), n(o), e(dit), l(ater)", default="l", err=True)
        except click.Abort:
            return None
        match said.strip().lower():
            case "y" | "yes":
                return Decision(decision="approve")
            case "n" | "no":
                return Decision(decision="reject")
            case "e" | "edit":
                if (edited := _edit(request)) is not None:
                    return edited
            case "l" | "later":
                return None
            case _:
                click.echo("Please answer y, n, e or l.", err=True)


def arguments_of(text: str) -> dict[str, JsonValue]:
    """Return a call's arguments from JSON. Raises `InputError`."""
    try:
        args: JsonValue = json.loads(text)
    except ValueError as error:
        raise InputError(f"The arguments are not JSON: {error}.") from None
    if not isinstance(args, dict):
        raise InputError('The arguments must be a JSON object, such as {"amount": 5}.')
    return args


def advice(run: Begun, waiting: Sequence[ApprovalRequested]) -> str:
    """Return how to decide on the calls that a run waits for."""
    if not waiting:
        return (
            f"Run {run.run_id} stands behind one of thread {run.thread_id!r} that "
            "waits for approval; `surefoot trace list` shows both. It goes on after that."
        )
    lines = [
        f"{request.tool}({call_line(request.args)}) waits for approval. Decide with: "
        f"surefoot approve {request.run_id} {short_id(request)}"
        for request in waiting
    ]
    return "\n".join(lines)


def short_id(request: ApprovalRequested) -> str:
    """Return the call's id without that of its run."""
    return request.call_id.removeprefix(f"{request.run_id}.")


def _edit(request: ApprovalRequested) -> Decision | None:
    said = click.prompt("Arguments as JSON", default=json.dumps(request.args), err=True)
    try:
        return Decision(decision="edit", args=arguments_of(said))
    except InputError as error:
        click.echo(str(error), err=True)
        return None
