"""Telemetry: runs as OpenTelemetry spans, by the conventions for generative AI.

Only the API of OpenTelemetry is used: the embedding program sets up what receives the spans, and
without that nothing is followed.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import TYPE_CHECKING

from surefoot.agent import Assistant, Job
from surefoot.events import (
    TERMINAL,
    Event,
    RunFailed,
    StepFailed,
    StepFinished,
    StepStarted,
    UsageReported,
)

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer


class Tracing:
    """Makes a span of each run, and in it one of each model call and each step."""

    def __init__(self) -> None:
        self._tracer = _tracer()
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, assistant: Assistant, job: Job) -> None:
        """Trace a run, if anybody collects traces."""
        if self._tracer is None:
            return
        span = self._tracer.start_span("invoke_agent surefoot")
        if not span.is_recording():
            return
        span.set_attributes(
            {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": "surefoot",
                "gen_ai.conversation.id": job.run.scope.thread_id,
                "surefoot.run_id": job.run.run_id,
                "surefoot.tenant": job.run.scope.tenant,
            }
        )
        events = assistant.home.log.follow(job.run.key, after=job.first_seq)
        task = asyncio.create_task(_trace(self._tracer, span, job, events))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _trace(tracer: Tracer, span: Span, job: Job, events: AsyncGenerator[Event]) -> None:
    from opentelemetry.trace import StatusCode, set_span_in_context

    context = set_span_in_context(span)
    steps: dict[str, Span] = {}
    try:
        async for event in events:
            if event.run_id != job.run.run_id:
                continue
            at = _nanoseconds(event.ts)
            match event:
                case StepStarted():
                    steps[event.call_id] = tracer.start_span(
                        f"execute_tool {event.tool}",
                        context,
                        attributes={
                            "gen_ai.operation.name": "execute_tool",
                            "gen_ai.tool.name": event.tool,
                            "gen_ai.tool.call.id": event.call_id,
                        },
                        start_time=at,
                    )
                case StepFinished() | StepFailed() if event.call_id in steps:
                    step = steps.pop(event.call_id)
                    if isinstance(event, StepFailed):
                        step.set_status(StatusCode.ERROR, event.code)
                    step.end(at)
                case UsageReported():
                    call = tracer.start_span(
                        f"chat {event.model}",
                        context,
                        attributes={
                            "gen_ai.operation.name": "chat",
                            "gen_ai.request.model": event.model,
                            "gen_ai.usage.input_tokens": event.input_tokens,
                            "gen_ai.usage.output_tokens": event.output_tokens,
                        },
                        start_time=at - int(event.ms * 1e6),
                    )
                    call.end(at)
                case _:
                    pass
            if event.type in TERMINAL:
                if isinstance(event, RunFailed):
                    span.set_status(StatusCode.ERROR, event.code)
                return
    finally:
        await events.aclose()
        for step in steps.values():
            step.end()
        span.end()


def _tracer() -> Tracer | None:
    if importlib.util.find_spec("opentelemetry") is None:
        return None
    from opentelemetry import trace

    return trace.get_tracer("surefoot.server")


def _nanoseconds(ts: str) -> int:
    return int(datetime.fromisoformat(ts).timestamp() * 1e9)
