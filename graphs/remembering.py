"""Remembering: what is to be kept in memory is put to the memory checks first."""

from __future__ import annotations

from surefoot.verdicts import Verdict

from .checks import MemorySubject, judge
from .context import RunContext


def examined(
    context: RunContext, text: str, *, step: str | None = None, will_be_asked: bool = False
) -> list[Verdict]:
    """Return what the memory checks say of something that the run wants to keep.

    Whoever keeps it tells of the verdicts (`context.note`), and keeps nothing that failed.
    """
    if not context.checks.memory:
        return []
    subject = MemorySubject(
        text=text,
        said=tuple(context.said),
        turn=context.run_id,
        evidence=context.ledger.all(),
        will_be_asked=will_be_asked,
        step=step,
    )
    return judge(context.checks.memory, subject, context.timekeeper)
