"""State: what a run's checkpoint holds. Evidence and results are in the ledgers, not here."""

from __future__ import annotations

import operator
from typing import Annotated, TypedDict

from surefoot.answer import Usage
from surefoot.messages import Message
from surefoot.plan import Plan

from .planning import CallGroup


class RunState(TypedDict, total=False):
    """One run between two supersteps."""

    question: str
    messages: Annotated[list[Message], operator.add]
    """What the model is given: history, question, and this run's calls and results."""
    plan: Plan
    """The steps that are to run next."""
    groups: tuple[CallGroup, ...]
    """How the steps answer the model's tool calls."""
    seen: Annotated[dict[str, str], operator.or_]
    """The calls made so far and the step that made each, so that none is made twice."""
    numbered: int
    """Steps that have been numbered."""
    stalls: int
    """Rounds in a row that added no evidence."""
    closing: str
    """Why the next model call must be the answer; empty while it need not be."""
    revision: int
    used: Usage
