"""The command `approve`: a person's decision on a call that waits for one."""

from __future__ import annotations

import click

from .host import Host, with_model, with_settings


@click.command()
@click.argument("run_id")
@click.argument("call_id")
@click.option("--reject", is_flag=True, help="Do not let the call run.")
@click.option("--args", "edits", metavar="JSON", help="Let it run with these arguments instead.")
@click.option("--reason", default="", help="Why; the model is told.")
@click.option("--json", "as_json", is_flag=True, help="Write one event per line, nothing else.")
@with_model
@with_settings
@click.pass_obj
def approve(
    host: Host,
    run_id: str,
    call_id: str,
    reject: bool,
    edits: str | None,
    reason: str,
    as_json: bool,
) -> int:
    """Approve the call CALL_ID of run RUN_ID, and see the run to its end."""
    from surefoot.graphs import Decision

    from .approvals import arguments_of
    from .session import Session
    from .views import view_for

    if reject and edits is not None:
        raise click.UsageError("--reject and --args exclude each other.")
    if edits is not None:
        decision = Decision(decision="edit", args=arguments_of(edits), reason=reason)
    else:
        decision = Decision(decision="reject" if reject else "approve", reason=reason)
    with Session(host) as session:
        whole = call_id if "." in call_id else f"{run_id}.{call_id}"
        run = session.decide(run_id, whole, decision)
        session.see_through(run, view_for(as_json=as_json, has_reader=host.has_reader))
    return 0
