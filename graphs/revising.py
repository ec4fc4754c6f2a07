"""Revising: why a run plans anew, told by what running the plan before has brought."""

from __future__ import annotations

from collections.abc import Sequence

from .board import Board, StepResult

_MOST = 3
"""Steps, objections or pieces of evidence that are named."""
_CHARS = 200
"""Of each error or objection."""


def brought(board: Board, hints: Sequence[str]) -> str:
    """Return what is to be planned for next: failed steps, else what checks say, else findings.

    A step that was not made because another failed is not named. `hints` is what checks had to say
    of the plan itself.
    """
    results = [board.results[step.id] for step in board.plan.steps if step.id in board.results]
    failed = [one for one in results if one.error is not None and not board.broken(one.step)]
    if failed:
        return _listed([_failure(one) for one in failed], "; ")
    objections = [f"a check of {one.step.id}: {hint}" for one in results for hint in one.hints]
    if objections := [*objections, *(f"a check of the plan: {hint}" for hint in hints)]:
        return _listed([in_short(each) for each in objections], "; ")
    found = [item.id for one in results for item in one.evidence]
    return f"new findings: {_listed(found, ', ')}" if found else "nothing was found"


def _failure(result: StepResult) -> str:
    return in_short(f"{result.step.id} failed: {result.error}")


def _listed(named: Sequence[str], between: str) -> str:
    more = [f"{len(named) - _MOST} more"] if len(named) > _MOST else []
    return between.join([*named[:_MOST], *more])


def in_short(text: str) -> str:
    """Return a text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _CHARS else f"{line[: _CHARS - 1]}…"
