"""State: what a run's checkpoint holds. Evidence and results are in the ledgers, not here."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import Annotated, TypedDict

from surefoot.answer import Usage
from surefoot.messages import Message
from surefoot.plan import Plan

from .planning import CallGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run has come."""

    plan: Plan = field(default_factory=Plan)
    """The steps that are to run next, or ran last."""
    groups: tuple[CallGroup, ...] = ()
    """How the plan's steps answer the model's tool calls."""
    hints: tuple[str, ...] = ()
    """What checks have to say of the plan, though it may run."""
    seen: dict[str, str] = field(default_factory=dict[str, str])
    """The calls made so far and the step that made each, so that none is made twice."""
    numbered: int = 0
    """Steps that have been numbered."""
    stalls: int = 0
    """Rounds in a row that added no evidence."""
    closing: str = ""
    """Why the next model call must be the answer; empty while it need not be."""
    limited: bool = False
    """True when that is because a limit was reached."""
    undone: tuple[str, ...] = ()
    """Calls of the last plan that were not made, because of a limit or of a step that failed."""
    brought: str = ""
    """What running the plan brought, and so why another follows it; empty until it has run."""
    used: Usage = field(default_factory=Usage)


class RunState(TypedDict, total=False):
    """One run between two supersteps."""

    question: str
    messages: Annotated[list[Message], operator.add]
    """What the model is given: history, question, and this run's calls and results."""
    progress: Progress
