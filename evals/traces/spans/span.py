"""A span, out of OTLP JSON, Tempo's and Jaeger's JSON, or OpenInference records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ..fields import number, rows, table, tables, text, whole

Attributes = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One piece of work, with flat attributes."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start: float
    """Seconds since the epoch."""
    end: float
    attributes: Attributes
    events: tuple[tuple[str, Attributes], ...] = ()
    failed: str | None = None
    service: str = ""

    @property
    def ms(self) -> float:
        """How long it took."""
        return round((self.end - self.start) * 1000, 3)


def of_otlp(document: object) -> Iterator[Span]:
    """Yield the spans of an OTLP export; Tempo says `batches` and older ones other names."""
    body = table(document)
    inner = table(body.get("trace"))
    found = body.get("resourceSpans", body.get("batches", inner.get("resourceSpans")))
    for resource in tables(found):
        about = _attributes(table(resource.get("resource")).get("attributes"))
        scopes = resource.get("scopeSpans", resource.get("instrumentationLibrarySpans"))
        for scope in tables(scopes):
            for one in tables(scope.get("spans")):
                yield _otlp_span(one, text(about.get("service.name")))


def _otlp_span(one: dict[str, object], service: str) -> Span:
    status = table(one.get("status"))
    failed = status.get("code") in (2, "STATUS_CODE_ERROR")
    return Span(
        trace_id=text(one.get("traceId")),
        span_id=text(one.get("spanId")),
        parent_id=text(one.get("parentSpanId")),
        name=text(one.get("name")),
        start=(number(one.get("startTimeUnixNano")) or 0.0) / 1e9,
        end=(number(one.get("endTimeUnixNano")) or 0.0) / 1e9,
        attributes=_attributes(one.get("attributes")),
        events=tuple(
            (text(event.get("name")), _attributes(event.get("attributes")))
            for event in tables(one.get("events"))
        ),
        failed=(text(status.get("message")) or "error") if failed else None,
        service=service,
    )


def _attributes(listed: object) -> Attributes:
    return {text(one.get("key")): _value(one.get("value")) for one in tables(listed)}


def _value(value: object) -> object:
    body = table(value)
    for key, plain in body.items():
        match key:
            case "intValue":
                return whole(plain)
            case "arrayValue":
                return [_value(one) for one in rows(table(plain).get("values"))]
            case "kvlistValue":
                return _attributes(table(plain).get("values"))
            case _:
                return plain
    return value if not isinstance(value, dict) else None


def of_jaeger(document: object) -> Iterator[Span]:
    """Yield the spans of a Jaeger export."""
    for trace in tables(table(document).get("data")):
        processes = table(trace.get("processes"))
        for one in tables(trace.get("spans")):
            tags = {text(tag.get("key")): tag.get("value") for tag in tables(one.get("tags"))}
            start = (number(one.get("startTime")) or 0.0) / 1e6
            parents = tables(one.get("references"))
            process = table(processes.get(text(one.get("processID"))))
            yield Span(
                trace_id=text(one.get("traceID")),
                span_id=text(one.get("spanID")),
                parent_id=text(parents[0].get("spanID")) if parents else "",
                name=text(one.get("operationName")),
                start=start,
                end=start + (number(one.get("duration")) or 0.0) / 1e6,
                attributes=tags,
                events=tuple(_jaeger_logs(one)),
                failed=_jaeger_failed(tags),
                service=text(process.get("serviceName")),
            )


def _jaeger_logs(one: dict[str, object]) -> Iterator[tuple[str, Attributes]]:
    for log in tables(one.get("logs")):
        fields = {text(f.get("key")): f.get("value") for f in tables(log.get("fields"))}
        yield text(fields.pop("event", fields.pop("name", ""))), fields


def _jaeger_failed(tags: Attributes) -> str | None:
    if tags.get("otel.status_code") == "ERROR" or tags.get("error") is True:
        return text(tags.get("otel.status_description")) or "error"
    return None


def of_records(document: object) -> Iterator[Span]:
    """Yield spans kept as flat records, as OpenInference's tools write them."""
    for one in tables(document):
        context = table(one.get("context"))
        flat = _flat(table(one.get("attributes")))
        flat |= {
            key.removeprefix("attributes."): value
            for key, value in one.items()
            if key.startswith("attributes.") and value is not None
        }
        failed = text(one.get("status_code")) == "ERROR"
        yield Span(
            trace_id=text(context.get("trace_id") or one.get("context.trace_id")),
            span_id=text(context.get("span_id") or one.get("context.span_id")),
            parent_id=text(one.get("parent_id")),
            name=text(one.get("name")),
            start=_moment(one.get("start_time")),
            end=_moment(one.get("end_time")),
            attributes=flat | _openinference_kind(one),
            failed=(text(one.get("status_message")) or "error") if failed else None,
        )


def _openinference_kind(one: dict[str, object]) -> Attributes:
    kind = text(one.get("span_kind"))
    return {"openinference.span.kind": kind} if kind else {}


def _flat(value: object, prefix: str = "") -> Attributes:
    """Return nested attributes under dotted names; lists of plain values stay lists."""
    found: Attributes = {}
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for place, inner in enumerate(value):
            found |= _flat(inner, f"{prefix}.{place}")
    else:
        found[prefix] = value
    return found


def _moment(value: object) -> float:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
        except ValueError:
            return number(value) or 0.0
    found = number(value) or 0.0
    return found / 1e9 if found > 1e14 else found / 1e3 if found > 1e11 else found


def parsed(value: object) -> object:
    """Return an attribute that holds JSON as text, read; anything else as it is."""
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
