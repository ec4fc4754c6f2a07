"""Spans: runs for OpenTelemetry, by its conventions for generative AI.

Spans have explicit parents and times: nothing is attached to the context of a task, which would
break where streams are left early.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from surefoot.answer import Answer
from surefoot.errors import ConfigurationError
from surefoot.events import (
    CheckFailed,
    CheckPassed,
    CheckSkipped,
    Event,
    StepFailed,
    StepFinished,
    StepStarted,
    UsageReported,
)

from ..runs import Run
from .observing import Observation, Unwatched
from .redaction import redacted

if TYPE_CHECKING:
    from opentelemetry.metrics import Histogram, MeterProvider
    from opentelemetry.trace import Span, Tracer, TracerProvider

_SOURCE = "surefoot"


class OpenTelemetryObserver:
    """Traces runs and measures model calls with the providers given, or the process's own.

    What people and models say is left out, unless `content` is True; secrets are, always.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        content: bool = False,
    ) -> None:
        try:
            from opentelemetry import metrics, trace
        except ImportError as error:
            raise ConfigurationError(
                "The package 'opentelemetry-api' is not installed. Install it with `pip install "
                "'surefoot[telemetry]'`."
            ) from error
        self._tracer = trace.get_tracer(_SOURCE, tracer_provider=tracer_provider)
        meter = metrics.get_meter(_SOURCE, meter_provider=meter_provider)
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage", "{token}", "Tokens of model calls"
        )
        self._seconds = meter.create_histogram(
            "gen_ai.client.operation.duration", "s", "Time of model calls"
        )
        self._content = content

    def begins(self, run: Run) -> Observation:
        """Open the span of a run, if anybody collects spans."""
        span = self._tracer.start_span("invoke_agent surefoot")
        if not span.is_recording():
            return Unwatched()
        return _RunSpans(span, self._tracer, run, self._tokens, self._seconds, self._content)


class _RunSpans:
    def __init__(
        self,
        span: Span,
        tracer: Tracer,
        run: Run,
        tokens: Histogram,
        seconds: Histogram,
        content: bool,
    ) -> None:
        from opentelemetry.trace import set_span_in_context

        self._tracer = tracer
        self._tokens = tokens
        self._seconds = seconds
        self._content = content
        self._span = span
        span.set_attributes(
            {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": "surefoot",
                "gen_ai.conversation.id": run.scope.thread_id,
                "surefoot.run_id": run.run_id,
                "surefoot.tenant": run.scope.tenant,
            }
        )
        if content:
            self._span.set_attribute("surefoot.question", redacted(run.text))
        self._around = set_span_in_context(self._span)
        self._steps: dict[str, Span] = {}

    def told(self, event: Event) -> None:
        match event:
            case StepStarted():
                self._begin_step(event)
            case StepFinished() | StepFailed():
                self._end_step(event)
            case UsageReported():
                self._model_call(event)
            case CheckPassed() | CheckFailed() | CheckSkipped():
                self._check(event)
            case _:
                pass

    def ended(self, answer: Answer | None, error: BaseException | None) -> None:
        for step in self._steps.values():
            step.end()
        if error is not None:
            _fail(self._span, type(error).__name__)
        if answer is not None:
            self._span.set_attributes(
                {
                    "gen_ai.usage.input_tokens": answer.usage.input_tokens,
                    "gen_ai.usage.output_tokens": answer.usage.output_tokens,
                    "surefoot.reason": answer.reason,
                }
            )
            if self._content:
                self._span.set_attribute("surefoot.answer", redacted(answer.text))
        self._span.end()

    def _begin_step(self, event: StepStarted) -> None:
        span = self._tracer.start_span(
            f"execute_tool {event.tool}",
            self._around,
            attributes={
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": event.tool,
                "gen_ai.tool.call.id": event.call_id,
            },
        )
        if self._content:
            args = json.dumps(event.args, ensure_ascii=False)
            span.set_attribute("gen_ai.tool.call.arguments", redacted(args))
        self._steps[event.call_id] = span

    def _end_step(self, event: StepFinished | StepFailed) -> None:
        if (span := self._steps.pop(event.call_id, None)) is None:
            return
        if isinstance(event, StepFailed):
            _fail(span, event.code)
        span.end()

    def _model_call(self, event: UsageReported) -> None:
        provider, _, model = event.model.partition(":")
        named: dict[str, str] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": model or provider,
        }
        now = time.time_ns()
        span = self._tracer.start_span(
            f"chat {model or provider}",
            self._around,
            attributes={
                **named,
                "gen_ai.usage.input_tokens": event.input_tokens,
                "gen_ai.usage.output_tokens": event.output_tokens,
                "gen_ai.usage.cache_read.input_tokens": event.cached_tokens,
                "surefoot.prompt": event.prompt,
                "surefoot.how": list(event.how),
                **{f"surefoot.prompt.{name}_tokens": n for name, n in event.parts.items()},
            },
            start_time=now - int(event.ms * 1e6),
        )
        if event.cost_usd is not None:
            span.set_attribute("surefoot.cost_usd", event.cost_usd)
        span.end(now)
        self._seconds.record(event.ms / 1000, named)
        self._tokens.record(event.input_tokens, {**named, "gen_ai.token.type": "input"})
        self._tokens.record(event.output_tokens, {**named, "gen_ai.token.type": "output"})

    def _check(self, event: CheckPassed | CheckFailed | CheckSkipped) -> None:
        span = self._tracer.start_span(
            f"check {event.check}",
            self._around,
            attributes={
                "surefoot.check.stage": event.stage,
                "surefoot.check.outcome": event.outcome,
                "surefoot.check.code": event.code,
            },
        )
        if isinstance(event, CheckFailed):
            _fail(span, event.code or event.outcome)
        span.end()


def _fail(span: Span, code: str) -> None:
    from opentelemetry.trace import StatusCode

    span.set_attribute("error.type", code)
    span.set_status(StatusCode.ERROR, code)
