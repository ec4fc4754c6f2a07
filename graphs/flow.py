"""Flow: the steps of a plan on their way, each begun as soon as what it needs is there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from surefoot.errors import LimitReached, ToolError
from surefoot.plan import Step

from .acting import call
from .board import Board, Prepared
from .context import RunContext
from .preparing import prepare
from .settling import Outcome, settle


class Flow:
    """One stretch of a plan: all that can go on without asking a person.

    A step begins once all that it needs has come to its end, whatever else still runs; a failing
    one discards nothing but what needs it. Results are told, and evidence is numbered, in the order
    of the steps, whatever ends first.
    """

    def __init__(
        self,
        context: RunContext,
        board: Board,
        order: Sequence[Step],
        passed: Mapping[str, Prepared],
    ) -> None:
        """`order` has each step behind what it needs; `passed` are calls already let through."""
        self._context = context
        self._board = board
        self._order = order
        self._passed = passed
        self._waiting = list(order)
        self._running: dict[asyncio.Task[Outcome], Step] = {}
        self._ended: dict[str, Outcome] = {}
        self._pending = {step.id for step in order}
        """Steps that hold up those which need them."""
        self._settled = 0
        self.limit = ""
        """The limit that kept a call from being made, if one did."""

    async def run(self) -> None:
        """Take every step to its end. What is stopped on the way leaves no call running."""
        try:
            while self._waiting or self._running:
                ready = self._ready()
                if len(ready) == 1 and not self._running:
                    self._end(ready[0], await self._call(ready[0]))
                    continue
                for step in ready:
                    self._running[asyncio.create_task(self._call(step))] = step
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
                for task in [one for one in self._running if one.done()]:
                    self._end(self._running.pop(task), task.result())
        except BaseException as error:
            await self._stop()
            if isinstance(error, asyncio.CancelledError):
                self._tell_ended()
            raise

    def _ready(self) -> list[Step]:
        """Take the steps that may begin now out of those that wait."""
        room = self._context.budget.limits.parallel_calls - len(self._running)
        ready: list[Step] = []
        waiting: list[Step] = []
        for step in self._waiting:
            begins = len(ready) < room and self._pending.isdisjoint(step.depends_on)
            (ready if begins else waiting).append(step)
        self._waiting = waiting
        return ready

    async def _call(self, step: Step) -> Outcome:
        """Prepare and make one call. Raises only what is no fault of the call."""
        if (need := self._broken(step)) is not None:
            told = f"It needs the result of {need}, which failed."
            return Outcome(error=told, code="needs_failed_step")
        context = self._context
        try:
            one = self._passed.get(step.id) or await prepare(context, step)
            if step.call_id not in context.known_calls:
                context.budget.reserve_steps(1)
        except ToolError as error:
            return Outcome(error=str(error), code=error.code)
        except LimitReached as reached:
            self.limit = self.limit or str(reached)
            return Outcome(error=str(reached), code="limit")
        return await call(context, one)

    def _broken(self, step: Step) -> str | None:
        for need in step.depends_on:
            if need in self._ended and self._ended[need].output is None:
                return need
        return self._board.broken(step)

    def _end(self, step: Step, outcome: Outcome) -> None:
        """Let what needs the step begin, and tell of all whose turn has come.

        Checks of calls may want to see the evidence that a call is made from: where there are any,
        it begins only once that is numbered.
        """
        self._ended[step.id] = outcome
        if outcome.output is not None:
            self._context.values[step.id] = outcome.output.value
        if not self._context.checks.call:
            self._pending.discard(step.id)
        while self._settled < len(self._order) and self._order[self._settled].id in self._ended:
            self._settle(self._order[self._settled])
            self._settled += 1

    def _settle(self, step: Step) -> None:
        self._board.results[step.id] = settle(self._context, step, self._ended[step.id])
        self._pending.discard(step.id)

    async def _stop(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _tell_ended(self) -> None:
        """Tell of the calls that had come to their end before the run was stopped."""
        for task, step in self._running.items():
            if not task.cancelled() and task.exception() is None:
                self._ended[step.id] = task.result()
        for step in self._order[self._settled :]:
            if step.id in self._ended and step.call_id not in self._context.announced:
                self._settle(step)
