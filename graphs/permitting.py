"""Permitting: which calls a person is asked about, or the policy, before they are made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from surefoot.errors import ToolError
from surefoot.plan import Step

from .approval import decide
from .board import Board, Prepared
from .context import RunContext
from .preparing import checked_args, prepare
from .settling import fail
from .tainting import rule_on, tell


def is_held(context: RunContext, step: Step) -> bool:
    """Return whether a call waits until everything else has come to its end.

    Its arguments are then held against all that has been read, and nothing is half done while a
    person thinks.
    """
    if (known := context.known_calls.get(step.call_id)) is not None:
        return known.is_unknown
    if step.tool not in context.toolbox:
        return False
    tool = context.toolbox.get(step.tool)
    return tool.asks != "never" or tool.remembers is not None


async def permitted(
    context: RunContext, board: Board, waiting: Iterable[Step]
) -> dict[str, Prepared]:
    """Return those of the held calls that may be made now, with a person's edits.

    Calls that need nobody go first, then all others are asked about together. What must not be
    made is noted as failed. Interrupts the run until a person has decided.
    """
    able = [one for step in waiting if (one := await _prepared(context, board, step)) is not None]
    free = [one for one in able if not _needs_approval(context, one)]
    return {one.step.id: one for one in free or await _approved(context, board, able)}


async def _prepared(context: RunContext, board: Board, step: Step) -> Prepared | None:
    if (need := board.broken(step)) is not None:
        told = f"It needs the result of {need}, which failed."
        board.results[step.id] = fail(context, step, told, "needs_failed_step")
        return None
    try:
        return await prepare(context, step)
    except ToolError as error:
        board.results[step.id] = fail(context, step, str(error), error.code)
        return None


def _needs_approval(context: RunContext, one: Prepared) -> bool:
    """Return whether a person must be asked, or the policy heard, before the call is made.

    A call that may have been made already is asked about, unless a second one changes nothing.
    """
    asks = one.tool.asks
    known = context.known_calls.get(one.step.call_id)
    if known is not None:
        return known.is_unknown and not one.tool.idempotent
    if asks == "tainted":
        return rule_on(context, one).decision != "allow"
    return asks == "always"


async def _approved(
    context: RunContext, board: Board, waiting: Sequence[Prepared]
) -> list[Prepared]:
    """Return the calls that a person let pass, with their edits; note the others as failed."""
    if not context.checkpointed:
        for one in waiting:
            told = f"{one.tool.name} needs a person's approval, and nobody can be asked here."
            board.results[one.step.id] = fail(context, one.step, told, "no_approval")
        return []
    waiting = [one for one in waiting if not _refused(context, board, one)]
    if not waiting:
        return []
    decisions = decide(context, waiting)
    passed: list[Prepared] = []
    for one in waiting:
        decision = decisions[one.step.call_id]
        if decision.decision == "reject":
            told = f"The user rejected this call. {decision.reason}".strip()
            board.results[one.step.id] = fail(context, one.step, told, "rejected")
            continue
        args = one.args
        try:
            if decision.decision == "edit":
                if decision.args is None:
                    told = "The user meant to change the arguments, but gave none."
                    raise ToolError(told, code="rejected")
                args = await checked_args(context, one.step, one.tool, decision.args)
        except ToolError as error:
            board.results[one.step.id] = fail(context, one.step, str(error), error.code)
            continue
        passed.append(Prepared(step=one.step, tool=one.tool, args=args))
    return passed


def _refused(context: RunContext, board: Board, one: Prepared) -> bool:
    """Return whether the policy forbids the call, and note it as failed then."""
    ruling = rule_on(context, one)
    tell(context, one, ruling)
    if ruling.decision != "refuse":
        return False
    told = f"The policy forbids this call. {ruling.reason}"
    board.results[one.step.id] = fail(context, one.step, told, "forbidden")
    return True
