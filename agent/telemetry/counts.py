"""Counts: runs, model calls, tools and checks for Prometheus, in a registry of the caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.answer import Answer
from surefoot.events import (
    CheckFailed,
    CheckPassed,
    CheckSkipped,
    Event,
    StepFailed,
    StepFinished,
    UsageReported,
)

from ..runs import Run

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class PrometheusObserver:
    """Counts what runs do. Give it the registry that `/metrics` is made of."""

    def __init__(self, registry: CollectorRegistry) -> None:
        from prometheus_client import Counter, Histogram

        self.ends = Counter(
            "surefoot_run_ends", "Runs that ended, by how", ("how",), registry=registry
        )
        self.call_seconds = Histogram(
            "surefoot_model_call_seconds",
            "Time of model calls",
            ("model",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.tokens = Counter(
            "surefoot_model_tokens", "Tokens of model calls", ("model", "kind"), registry=registry
        )
        self.cost = Counter(
            "surefoot_model_cost_usd", "Money for model calls", ("model",), registry=registry
        )
        self.incidents = Counter(
            "surefoot_model_incidents",
            "Faults survived, routes taken and caches that knew",
            ("what",),
            registry=registry,
        )
        self.tool_calls = Counter(
            "surefoot_tool_calls", "Tool calls", ("tool", "outcome"), registry=registry
        )
        self.checks = Counter("surefoot_checks", "Checks", ("stage", "outcome"), registry=registry)

    def begins(self, run: Run) -> PrometheusObserver:
        """Return itself: nothing is kept about a run."""
        return self

    def told(self, event: Event) -> None:
        """Count an event."""
        match event:
            case UsageReported(model=model):
                self.call_seconds.labels(model).observe(event.ms / 1000)
                self.tokens.labels(model, "input").inc(event.input_tokens)
                self.tokens.labels(model, "output").inc(event.output_tokens)
                self.tokens.labels(model, "cached").inc(event.cached_tokens)
                if event.cost_usd is not None:
                    self.cost.labels(model).inc(event.cost_usd)
                for what in event.how:
                    self.incidents.labels(what.rpartition(": ")[2]).inc()
            case StepFinished(tool=tool):
                self.tool_calls.labels(tool, "finished").inc()
            case StepFailed(tool=tool):
                self.tool_calls.labels(tool, "failed").inc()
            case CheckPassed() | CheckFailed() | CheckSkipped():
                self.checks.labels(event.stage, event.outcome).inc()
            case _:
                pass

    def ended(self, answer: Answer | None, error: BaseException | None) -> None:
        """Count the end of a run."""
        self.ends.labels(answer.reason if answer is not None else type(error).__name__).inc()
