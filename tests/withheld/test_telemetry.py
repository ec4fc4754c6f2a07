"""Nothing that failed its check is in a span, a count or a log line, also where content is kept."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, generate_latest

from surefoot import SurefootError, agent
from surefoot.agent import (
    LogObserver,
    Observer,
    OpenTelemetryObserver,
    PrometheusObserver,
    log_as_json,
)
from surefoot.limits import ReleasePolicy

from .lying import LIES, clean, liar_at

pytestmark = pytest.mark.anyio


@pytest.fixture
def library_logs() -> Iterator[io.StringIO]:
    """Everything that the library logs, as JSON."""
    logger = logging.getLogger("surefoot")
    before = (logger.handlers, logger.propagate, logger.level)
    stream = io.StringIO()
    log_as_json(stream, level=logging.DEBUG)
    yield stream
    logger.handlers, logger.propagate = before[0], before[1]
    logger.setLevel(before[2])


def test_every_observer_is_looked_at() -> None:
    observers = {name for name in vars(agent)["__all__"] if name.endswith("Observer")}
    assert observers == {"Observer", "LogObserver", "OpenTelemetryObserver", "PrometheusObserver"}


@pytest.mark.parametrize("release", ["hold", "retract"])
async def test_what_failed_its_check_is_in_no_telemetry(
    tmp_path: Path, library_logs: io.StringIO, release: ReleasePolicy
) -> None:
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    registry = CollectorRegistry()
    observers: list[Observer] = [
        OpenTelemetryObserver(
            tracer_provider=tracers, meter_provider=MeterProvider([reader]), content=True
        ),
        PrometheusObserver(registry),
        LogObserver(),
    ]
    liar = liar_at(tmp_path, observers=observers, release=release)
    async with liar:
        for question in LIES:
            try:
                await liar.ask(question, thread=question.replace(" ", "-"))
            except SurefootError as error:
                assert question == "lie abroad"
                if release == "hold":
                    clean(str(error).encode())
        await liar.drain()
    finished = "\n".join(span.to_json() for span in spans.get_finished_spans())
    assert "surefoot.answer" in finished and "It is 3 [S1]" in finished
    clean(finished.encode())
    data = reader.get_metrics_data()
    assert data is not None
    clean(data.to_json().encode())
    assert b'surefoot_checks_total{outcome="unsupported"' in clean(generate_latest(registry))
    assert "was not repaired" in clean(library_logs.getvalue().encode()).decode()
