"""Our own recordings: runs as events, from the log's database or from JSON lines, and traces."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from surefoot.events import (
    AnswerCompleted,
    ApprovalRequested,
    ApprovalResolved,
    CheckFailed,
    CheckPassed,
    CheckSkipped,
    Event,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunQueued,
    RunStarted,
    StepFailed,
    StepFinished,
    StepStarted,
    UsageReported,
    evidence_of,
    parse_event,
)
from surefoot.evidence import Evidence
from surefoot.verdicts import Verdict

from ..canonical import as_json, from_json
from ..fields import table
from ..trace import Call, CallResult, Provenance, Spent, Status, Trace, TraceStep

EVENTS = "surefoot events"
NAME = "surefoot"
SCHEMA = "surefoot.trace/1"

Decided = Literal["approve", "reject", "edit", "asked"]


def recognise(document: object) -> bool:
    """Return whether this is a trace as we write it."""
    return table(document).get("schema") == SCHEMA


def read(document: object, path: str) -> Iterator[Trace]:
    """Yield the trace."""
    body = dict(table(document))
    body.pop("schema", None)
    yield from_json(body)


def write(trace: Trace) -> str:
    """Return a trace as one line of JSON."""
    return json.dumps({"schema": SCHEMA, **as_json(trace)}, ensure_ascii=False)


def recognise_events(document: object) -> bool:
    """Return whether this is one of our events."""
    return {"type", "run_id", "thread_id", "seq"} <= table(document).keys()


def read_events(lines: Sequence[object], path: str) -> Iterator[Trace]:
    """Yield the runs that a list of events tells of, in order of their beginning."""
    runs: dict[str, list[Event]] = {}
    for line in lines:
        event = parse_event(json.dumps(line))
        runs.setdefault(event.run_id, []).append(event)
    for events in runs.values():
        yield trace_of(events, path=path)


def read_database(connection: sqlite3.Connection, path: str) -> Iterator[Trace]:
    """Yield the runs of an event log."""
    current: list[Event] = []
    query = "SELECT body FROM events ORDER BY run_id, seq"
    for (body,) in connection.execute(query):
        event = parse_event(body)
        if current and current[0].run_id != event.run_id:
            yield trace_of(current, path=path)
            current = []
        current.append(event)
    if current:
        yield trace_of(current, path=path)


def is_here(names: set[str]) -> bool:
    """Return whether a database with these tables is an event log of ours."""
    return {"events", "runs", "threads"} <= names


@dataclass(slots=True)
class _Reading:
    """What has been read of a run."""

    steps: list[TraceStep] = field(default_factory=list[TraceStep])
    places: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    decided: dict[str, Decided] = field(default_factory=dict[str, Decided])
    evidence: list[Evidence] = field(default_factory=list[Evidence])
    verdicts: list[Verdict] = field(default_factory=list[Verdict])
    answer: str | None = None
    status: Status = "unknown"
    error: str | None = None
    model: str = ""
    spent: Spent = field(default_factory=Spent)

    def call(self, call: Call) -> None:
        """Note a call in the step of the calls that were told before anything else was."""
        if call.call_id in self.places:
            return
        if not self.steps or self.steps[-1].source != "agent" or self._is_over():
            self.steps.append(TraceStep(source="agent"))
        last = self.steps[-1]
        self.places[call.call_id] = (len(self.steps) - 1, len(last.calls))
        self.steps[-1] = replace(last, calls=(*last.calls, call))

    def _is_over(self) -> bool:
        calls = self.steps[-1].calls
        return bool(calls) and all(call.result is not None for call in calls)

    def result(self, call_id: str, tool: str, result: CallResult) -> None:
        if call_id not in self.places:
            self.call(Call(call_id=call_id, tool=tool))
        at, number = self.places[call_id]
        calls = list(self.steps[at].calls)
        calls[number] = replace(calls[number], result=result, approval=self.decided.get(call_id))
        self.steps[at] = replace(self.steps[at], calls=tuple(calls))


def trace_of(events: Sequence[Event], *, path: str = "") -> Trace:
    """Read one run's events into a trace."""
    reading = _Reading()
    for event in events:
        _take(reading, event)
    first = events[0]
    answer = reading.answer
    if answer is not None:
        reading.steps.append(TraceStep(source="agent", text=answer))
    return Trace(
        trace_id=first.run_id,
        steps=tuple(reading.steps),
        answer=answer,
        evidence=tuple(reading.evidence),
        verdicts=tuple(reading.verdicts),
        spent=reading.spent,
        status=reading.status,
        error=reading.error,
        model=reading.model,
        unscorable=None if reading.steps else "its events tell of no question",
        provenance=Provenance(format=EVENTS, path=path, place=f"run {first.run_id}"),
    )


def _take(reading: _Reading, event: Event) -> None:
    reading.evidence += evidence_of(event)
    match event:
        case RunStarted(text=text) | RunQueued(text=text):
            if not reading.steps:
                reading.steps.append(TraceStep(source="user", text=text))
        case StepStarted():
            reading.call(Call(call_id=event.call_id, tool=event.tool, args=event.args))
        case ApprovalRequested():
            reading.decided[event.call_id] = "asked"
            reading.call(
                Call(call_id=event.call_id, tool=event.tool, args=event.args, approval="asked")
            )
        case ApprovalResolved():
            reading.decided[event.call_id] = event.decision
            _resolve(reading, event)
        case StepFinished():
            found_text = "\n\n".join(f"[{one.id}] {one.content}" for one in event.evidence)
            reading.result(event.call_id, event.tool, CallResult(text=found_text, ms=event.ms))
        case StepFailed():
            told = CallResult(text=event.error, error=event.error, code=event.code, ms=event.ms)
            reading.result(event.call_id, event.tool, told)
        case CheckPassed() | CheckFailed() | CheckSkipped():
            reading.verdicts.append(_verdict(event))
        case UsageReported(model=model):
            reading.model = model
        case AnswerCompleted():
            reading.answer = event.text
        case _:
            _end(reading, event)


def _resolve(reading: _Reading, event: ApprovalResolved) -> None:
    if event.call_id not in reading.places:
        return
    at, number = reading.places[event.call_id]
    calls = list(reading.steps[at].calls)
    args = event.args if event.args is not None else calls[number].args
    calls[number] = replace(calls[number], approval=event.decision, args=args)
    reading.steps[at] = replace(reading.steps[at], calls=tuple(calls))


def _end(reading: _Reading, event: Event) -> None:
    match event:
        case RunCompleted(reason=reason, usage=usage):
            reading.status = "limit" if reason == "limit" else "completed"
            reading.spent = Spent(
                model_calls=usage.model_calls,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                cost_usd=usage.cost_usd,
                seconds=usage.seconds,
            )
        case RunFailed(error=error):
            reading.status, reading.error = "failed", error
        case RunCancelled(reason=reason):
            reading.status, reading.error = "cancelled", reason or "stopped"
        case _:
            pass


def _verdict(event: CheckPassed | CheckFailed | CheckSkipped) -> Verdict:
    return Verdict(
        stage=event.stage,
        check=event.check,
        outcome=event.outcome,
        code=event.code,
        reason=event.reason,
        claim_id=event.claim_id,
        evidence_ids=event.evidence_ids,
        repair=event.repair,
    )
