"""Traces, metrics and logs of one run, each in memory, and no secret in any."""

from __future__ import annotations

import io
import json
import logging

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from surefoot import Assistant, ModelError, ScriptedModel, calls, says, tool
from surefoot.agent import (
    LogObserver,
    Observer,
    OpenTelemetryObserver,
    PrometheusObserver,
    fails,
    log_as_json,
    redacted,
)
from surefoot.answer import Answer

pytestmark = pytest.mark.anyio

KEY = "sk-abcdefgh12345678"


@tool(side_effects=False)
async def count_orders(year: int) -> int:
    """Count the orders of a year.

    Args:
        year: The year.
    """
    return 120


async def ask(*observers: Observer, question: str = f"How many orders in 2024? {KEY}") -> Answer:
    with ScriptedModel(
        calls("count_orders", year=2024), says("There were 120 orders [S1]."), name="openai:gpt-x"
    ) as model:
        async with Assistant(
            model=model,
            tools=[count_orders],
            builtins=False,
            memory=None,
            durable=False,
            observers=observers,
        ) as assistant:
            return await assistant.ask(question)


@pytest.mark.parametrize("content", [False, True])
async def test_a_run_is_a_tree_of_spans(content: bool) -> None:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    meters = MeterProvider([reader])
    observer = OpenTelemetryObserver(
        tracer_provider=tracers, meter_provider=meters, content=content
    )
    await ask(observer)
    spans = {span.name: span for span in exporter.get_finished_spans()}
    run = spans["invoke_agent surefoot"]
    assert {"chat gpt-x", "execute_tool count_orders", "check runnable"} <= spans.keys()
    for name, span in spans.items():
        assert span is run or (span.parent and span.parent.span_id == run.context.span_id), name
    told = " ".join(str(dict(span.attributes or {})) for span in spans.values())
    assert ("How many orders" in told) is content
    assert KEY not in told
    data = reader.get_metrics_data()
    assert data is not None
    names = {
        metric.name
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert names == {"gen_ai.client.token.usage", "gen_ai.client.operation.duration"}
    meters.shutdown()
    tracers.shutdown()


async def test_a_failed_run_is_a_failed_span() -> None:
    exporter = InMemorySpanExporter()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    observer = OpenTelemetryObserver(tracer_provider=tracers)
    async with Assistant(
        model=ScriptedModel(fails(ModelError("down"))),
        builtins=False,
        durable=False,
        observers=[observer],
    ) as assistant:
        with pytest.raises(ModelError):
            await assistant.ask("Hello?")
    (span,) = exporter.get_finished_spans()
    assert (span.attributes or {})["error.type"] == "ModelError"
    tracers.shutdown()


async def test_a_run_is_counted() -> None:
    registry = CollectorRegistry()
    await ask(PrometheusObserver(registry))

    def count(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, labels)

    assert count("surefoot_run_ends_total", how="answered") == 1
    assert count("surefoot_tool_calls_total", tool="count_orders", outcome="finished") == 1
    assert count("surefoot_model_call_seconds_count", model="openai:gpt-x") == 2


async def test_a_run_is_logged_with_its_ids_and_without_its_words() -> None:
    stream = io.StringIO()
    logger = logging.getLogger("surefoot")
    before = (logger.handlers, logger.propagate, logger.level)
    try:
        log_as_json(stream)
        answer = await ask(LogObserver())
        logger.warning("the key is %s", KEY)
    finally:
        logger.handlers, logger.propagate = before[:2]
        logger.setLevel(before[2])
    *lines, warning = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == [
        "run began",
        "model called",
        "tool called",
        "model called",
        "run ended",
    ]
    assert {line["run_id"] for line in lines} == {answer.run_id}
    assert {line["thread_id"] for line in lines} == {answer.thread_id}
    assert "orders in 2024" not in stream.getvalue()
    assert KEY not in warning["event"]


async def test_an_observer_that_fails_does_not_reach_the_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(PrometheusObserver):
        def told(self, event: object) -> None:
            raise ValueError("broken")

    assert (await ask(Broken(CollectorRegistry()))).reason == "answered"
    assert "an observer failed" in caplog.text


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "sk-ant-api03-abcdefghij_klmnop-qrst",
        "ghp_abcdefghijklmnop1234",
        "AKIAABCDEFGHIJKLMNOP",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    ],
)
def test_what_looks_like_a_secret_is_hidden(secret: str) -> None:
    assert redacted(f"before {secret} after") == "before [secret] after"


def test_a_password_in_an_address_and_a_bearer_token_are_hidden() -> None:
    assert redacted("http://ada:hunter22@host/x") == "http://[secret]@host/x"
    assert redacted("Authorization: Bearer abc.def-ghi123") == "Authorization: Bearer [secret]"
    assert redacted("The answer is 42.") == "The answer is 42."
