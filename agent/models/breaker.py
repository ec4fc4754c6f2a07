"""Circuit breakers: a provider that keeps failing is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Opens after `failures` outages in a row, for `seconds`; then one call may try."""

    def __init__(
        self,
        *,
        failures: int = 5,
        seconds: float = 30.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = failures
        self._seconds = seconds
        self._monotonic = monotonic
        self._failures = 0
        self._opened: float | None = None
        self._is_trying = False

    def admits(self) -> bool:
        """Return whether a call may be made; the first behind an open time is the trial."""
        if self._opened is None:
            return True
        if self._is_trying or self._monotonic() - self._opened < self._seconds:
            return False
        self._is_trying = True
        return True

    @property
    def seconds_left(self) -> float:
        """How long it stays open."""
        if self._opened is None:
            return 0.0
        return max(0.0, self._opened + self._seconds - self._monotonic())

    def succeeded(self) -> None:
        """Note a call that went well: the provider is up."""
        self._failures = 0
        self._opened = None
        self._is_trying = False

    def failed(self) -> None:
        """Note an outage."""
        self._failures += 1
        if self._is_trying or self._failures >= self._allowed:
            self._opened = self._monotonic()
        self._is_trying = False

    def let_go(self) -> None:
        """Note a call that told nothing about the provider's health, such as one given up."""
        self._is_trying = False
