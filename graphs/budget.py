"""Budgets: what a run has used, and whether it may use more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from surefoot.answer import Usage
from surefoot.errors import LimitReached
from surefoot.limits import Limits
from surefoot.model import Finished


class Budget:
    """One run's account. Everything is reserved before it is used, never after."""

    def __init__(
        self,
        limits: Limits,
        *,
        used: Usage | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits
        self.repairs = 0
        self._before = used or Usage()
        self._monotonic = monotonic
        self._began = monotonic()
        self._model_calls = self._before.model_calls
        self._tool_calls = self._before.tool_calls
        self._input_tokens = self._before.input_tokens
        self._output_tokens = self._before.output_tokens
        self._cost_usd = self._before.cost_usd

    @property
    def seconds(self) -> float:
        """Wall time so far, that of earlier attempts included."""
        return self._before.seconds + self._monotonic() - self._began

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the time inside out of the account: a person is being waited for."""
        began = self._monotonic()
        try:
            yield
        finally:
            self._began += self._monotonic() - began

    def used(self) -> Usage:
        """Return what has been used so far."""
        return Usage(
            model_calls=self._model_calls,
            tool_calls=self._tool_calls,
            input_tokens=self._input_tokens,
            output_tokens=self._output_tokens,
            cost_usd=self._cost_usd,
            seconds=self.seconds,
        )

    def reserve_model_call(self, *, last: bool = False) -> None:
        """Count a model call, or raise `LimitReached`. One call is kept for the last answer."""
        allowed = self.limits.model_calls
        if self._model_calls >= allowed or (
            not last and self._model_calls >= allowed - 1 and allowed > 1
        ):
            raise LimitReached("model calls", used=self._model_calls, allowed=allowed)
        self._check_spent()
        self._model_calls += 1

    def reserve_steps(self, count: int) -> None:
        """Count tool calls, or raise `LimitReached` when not all of them fit."""
        self._check_spent()
        if self._tool_calls + count > self.limits.steps:
            raise LimitReached("steps", used=self._tool_calls, allowed=self.limits.steps)
        self._tool_calls += count

    @property
    def steps_left(self) -> int:
        """Tool calls that may still be made."""
        return self.limits.steps - self._tool_calls

    def reserve_repair(self) -> bool:
        """Count a repair and return True, or return False when none is left."""
        if self.repairs >= self.limits.repairs:
            return False
        self.repairs += 1
        return True

    def record(self, finished: Finished) -> None:
        """Add what a model call used."""
        self._input_tokens += finished.input_tokens
        self._output_tokens += finished.output_tokens
        if finished.cost_usd is not None:
            self._cost_usd = (self._cost_usd or 0.0) + finished.cost_usd

    @property
    def seconds_left(self) -> float:
        """Wall time that is left."""
        return self.limits.seconds - self.seconds

    def _check_spent(self) -> None:
        limits = self.limits
        if self.seconds >= limits.seconds:
            raise LimitReached("seconds", used=self.seconds, allowed=limits.seconds)
        tokens = self._input_tokens + self._output_tokens
        if limits.tokens is not None and tokens >= limits.tokens:
            raise LimitReached("tokens", used=tokens, allowed=limits.tokens)
        if limits.cost_usd is not None and (self._cost_usd or 0.0) >= limits.cost_usd:
            raise LimitReached("US dollars", used=self._cost_usd or 0.0, allowed=limits.cost_usd)
