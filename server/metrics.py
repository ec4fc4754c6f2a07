"""Metrics: what the server counts, for Prometheus."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from surefoot.agent import Run
from surefoot.answer import Answer
from surefoot.events import Event

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW = (0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """One registry per server, so that several live in one process.

    It observes the assistant's runs, whoever has begun them.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "surefoot_http_requests",
            "Requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "surefoot_http_request_seconds",
            "Time until a response begins",
            ("route",),
            buckets=_QUICK,
            registry=self.registry,
        )
        self.run_seconds = Histogram(
            "surefoot_run_seconds", "Time a run took", buckets=_SLOW, registry=self.registry
        )
        self.runs_active = Gauge("surefoot_runs_active", "Runs that go on", registry=self.registry)
        self.sockets = Gauge("surefoot_sockets_open", "Open WebSockets", registry=self.registry)
        self.streams = Gauge("surefoot_streams_open", "Open event streams", registry=self.registry)
        self.slow_readers = Counter(
            "surefoot_slow_readers", "Clients sent away to resume later", registry=self.registry
        )

    def begins(self, run: Run) -> _Timed:
        """Time a run."""
        return _Timed(self)

    def text(self) -> bytes:
        """Return all of it in Prometheus' format."""
        return generate_latest(self.registry)


class _Timed:
    """One run, or one attempt at it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._began = time.monotonic()
        metrics.runs_active.inc()

    def told(self, event: Event) -> None:
        """Take no notice of what happens in it."""

    def ended(self, answer: Answer | None, error: BaseException | None) -> None:
        """Count its time."""
        self._metrics.runs_active.dec()
        self._metrics.run_seconds.observe(time.monotonic() - self._began)
