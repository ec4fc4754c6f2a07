"""Quotas: how much one key may ask for, counted in this process."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .principal import Principal
from .problems import Refusal

_MOST_BUCKETS = 10_000


@dataclass(slots=True)
class Bucket:
    """Tokens that come back at a steady rate, up to `size`."""

    size: float
    per_second: float
    left: float
    at: float

    @classmethod
    def full(cls, *, size: float, per_second: float, now: float) -> Bucket:
        """Make a bucket from which nothing has been taken."""
        return cls(size, per_second, size, now)

    def take(self, now: float) -> float:
        """Take a token; return 0, or the seconds until there is one."""
        self.left = min(self.size, self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            return (1 - self.left) / self.per_second
        self.left -= 1
        return 0.0


class Quotas:
    """Requests per minute and runs at once, by principal."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._runs: Counter[str] = Counter()

    def request(self, principal: Principal) -> None:
        """Count a request. Raises `Refusal` when there were too many."""
        if not (rate := principal.requests_per_minute):
            return
        now = self._clock()
        if (bucket := self._buckets.get(principal.name)) is None:
            if len(self._buckets) >= _MOST_BUCKETS:
                self._drop_full(now)
            bucket = Bucket.full(size=max(10, rate / 6), per_second=rate / 60, now=now)
            self._buckets[principal.name] = bucket
        if wait := bucket.take(now):
            told = f"More than {rate} requests a minute; wait {max(1, round(wait))} s."
            raise Refusal(429, told, code="rate_limited", retry_after=wait)

    @contextmanager
    def starting(self, principal: Principal) -> Iterator[Callable[[], None]]:
        """Count a run while it is started; call what is given when it has ended."""
        most = principal.concurrent_runs
        if most and self._runs[principal.name] >= most:
            told = f"{most} runs are going on already; wait for one to end, or stop one."
            raise Refusal(429, told, code="too_many_runs", retry_after=2)
        self._runs[principal.name] += 1
        try:
            yield lambda: self._ended(principal.name)
        except BaseException:
            self._ended(principal.name)
            raise

    def _ended(self, name: str) -> None:
        self._runs[name] -= 1
        if not self._runs[name]:
            del self._runs[name]

    def _drop_full(self, now: float) -> None:
        for name, bucket in list(self._buckets.items()):
            if bucket.left + (now - bucket.at) * bucket.per_second >= bucket.size:
                del self._buckets[name]
