"""The board: the steps of a plan, each with its call and how far it has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from pydantic import JsonValue

from surefoot.evidence import Evidence
from surefoot.plan import Plan, Step
from surefoot.tools import RESULT_CHARACTERS, Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """How one step ended."""

    step: Step
    evidence: tuple[Evidence, ...] = ()
    error: str | None = None
    code: str = ""
    hints: tuple[str, ...] = ()
    """What result checks found wrong, for the planner."""
    shown: int = RESULT_CHARACTERS
    """How much of each piece of evidence the model is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A step with its arguments filled in and checked."""

    step: Step
    tool: Tool
    args: dict[str, JsonValue]


@dataclass(slots=True)
class Board:
    """The steps of a plan and how far they have come."""

    plan: Plan
    results: dict[str, StepResult] = field(default_factory=dict[str, StepResult])
    _own: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._own = frozenset(step.id for step in self.plan.steps)

    def ready(self) -> list[Step]:
        """Return the steps that wait for nothing, in plan order."""
        return [
            step
            for step in self.plan.steps
            if step.id not in self.results
            and all(need in self.results or need not in self._own for need in step.depends_on)
        ]

    def able(self, held: Collection[str]) -> list[Step]:
        """Return the steps that can come to their end without those `held` back.

        They stand as in the plan, but each behind what it needs: an order that hangs on the plan
        alone, however long each step takes.
        """
        left = [one for one in self.plan.steps if one.id not in {*self.results, *held}]
        pending = self._own - self.results.keys()
        order: list[Step] = []
        while step := next((one for one in left if pending.isdisjoint(one.depends_on)), None):
            left.remove(step)
            pending -= {step.id}
            order.append(step)
        return order

    def broken(self, step: Step) -> str | None:
        """Return the failed step that `step` needs, if there is one."""
        for need in step.depends_on:
            if need in self.results and self.results[need].error is not None:
                return need
        return None
