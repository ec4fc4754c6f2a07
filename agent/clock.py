"""Time and names: what a run takes from outside, so that a test or a replay can give its own."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=2)
def _to_the_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def now() -> str:
    """Return the time as RFC 3339 in UTC, to the microsecond."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return f"{_to_the_second(seconds)}.{nanoseconds // 1000:06d}Z"


def new_id() -> str:
    """Return an id that sorts by time: 48 bits of milliseconds, then 80 random ones, in hex."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Where time and ids come from."""

    def now(self) -> str:
        """Return the time as RFC 3339 in UTC."""
        return now()

    def new_id(self) -> str:
        """Return an id that nobody has used."""
        return new_id()

    def ticks(self) -> float:
        """Return seconds since some beginning, to measure how long something takes."""
        return time.perf_counter()
