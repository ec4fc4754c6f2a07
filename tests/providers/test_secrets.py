"""A provider that repeats the key finds nobody here who tells it on."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, generate_latest
from pydantic import SecretStr

from surefoot import Assistant, Settings
from surefoot.agent import (
    LogObserver,
    Observer,
    OpenTelemetryObserver,
    PrometheusObserver,
    log_as_json,
    reach,
)
from surefoot.settings import ModelSettings

if TYPE_CHECKING:
    from tests.providers.conftest import Wire

pytestmark = pytest.mark.anyio

CANARIES = ("sk-proj-c4n4ry0123456789abcdef", "correct horse battery staple")
"""A key that looks like one, and one that does not."""
NAMES = ("openai:gpt-5-mini", "openai-compatible:m@URL", "anthropic:claude-sonnet-5-5")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the library logs, as JSON, down to the least important line."""
    stream, logger = io.StringIO(), logging.getLogger("surefoot")
    before = logger.handlers, logger.propagate, logger.level
    log_as_json(stream, level=logging.DEBUG)
    yield stream
    logger.handlers, logger.propagate = before[:2]
    logger.setLevel(before[2])


@pytest.mark.parametrize("key", CANARIES)
@pytest.mark.parametrize("name", NAMES)
async def test_a_key_is_in_no_event_log_trace_metric_recording_or_error(
    wire: Wire, tmp_path: Path, logged: io.StringIO, name: str, key: str
) -> None:
    wire.refuses = lambda body: f"Incorrect API key provided: {key}."
    settings = Settings(
        data_dir=tmp_path / "data",
        model=name.replace("URL", wire.url),
        openai_api_key=SecretStr(key),
        anthropic_api_key=SecretStr(key),
        openai_base_url=wire.url,
        anthropic_base_url=wire.url,
        models=ModelSettings(attempts=2),
    )
    exporter, registry, tracers = InMemorySpanExporter(), CollectorRegistry(), TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    observers: list[Observer] = [
        LogObserver(),
        OpenTelemetryObserver(tracer_provider=tracers, content=True),
        PrometheusObserver(registry),
    ]
    async with Assistant(
        settings=settings, builtins=False, memory=None, observers=observers
    ) as assistant:
        with pytest.raises(Exception, match="Incorrect API key") as caught:
            await assistant.ask("Hello?", thread="t")
        events = [event.model_dump_json() for event in await assistant.events("t")]
    told = "".join(traceback.format_exception(caught.value))
    spans = [span.to_json() for span in exporter.get_finished_spans()]
    metrics = generate_latest(registry).decode()
    files = [path.read_bytes() for path in settings.data_dir.rglob("*") if path.is_file()]
    assert spans and events and files and logged.getvalue()
    assert "Incorrect API key" in "".join(events), "the fault itself is told"
    for place in (told, *events, *spans, metrics, logged.getvalue()):
        assert key not in place
    assert not any(key.encode() in file for file in files)


@pytest.mark.parametrize("key", CANARIES)
async def test_doctor_tells_no_key_that_a_provider_repeats(wire: Wire, key: str) -> None:
    error = {"message": f"Incorrect API key provided: {key}.", "type": "authentication_error"}
    wire.answers.append((401, "application/json", json.dumps({"error": error}).encode()))
    settings = Settings(openai_api_key=SecretStr(key), openai_base_url=wire.url)
    (found,) = await reach(settings, {"openai": "openai:gpt-5-mini"})
    assert "Incorrect API key" in found.trouble
    assert key not in found.trouble
