"""Responding: a run's events, retold as the events of a response.

The retelling depends on nothing but the events, so that it can be told again from any place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from pydantic import JsonValue

from surefoot.answer import Usage
from surefoot.events import (
    AnswerCompleted,
    AnswerDelta,
    AnswerRetracted,
    ApprovalRequested,
    Event,
    RunCancelled,
    RunCompleted,
    RunFailed,
    StepFailed,
    StepFinished,
    StepStarted,
    evidence_of,
)
from surefoot.evidence import Evidence

from .content import citations_in
from .models import NAME

Told = dict[str, JsonValue]


@dataclass(slots=True)
class Message:
    """The message that is being written."""

    id: str
    index: int
    text: str = ""


@dataclass(slots=True)
class Retelling:
    """One response, as far as it has been told."""

    id: str
    run_id: str
    thread_id: str
    created_at: int
    previous: str | None = None
    status: str = "in_progress"
    output: list[Told] = field(default_factory=list[Told])
    error: Told | None = None
    incomplete: Told | None = None
    usage: Usage = field(default_factory=Usage)
    _message: Message | None = None
    _sequence: int = 0
    _steps: dict[str, StepStarted] = field(default_factory=dict[str, StepStarted])
    _evidence: list[Evidence] = field(default_factory=list[Evidence])
    _index: int = 0

    @property
    def is_over(self) -> bool:
        """True when nothing more is told."""
        return self.status != "in_progress"

    def begin(self) -> list[Told]:
        """Tell that there is a response."""
        return [
            self._tell("response.created", response=self.whole()),
            self._tell("response.in_progress", response=self.whole()),
        ]

    def hear(self, event: Event) -> list[Told]:
        """Retell one event."""
        self._evidence += evidence_of(event)
        match event:
            case StepStarted():
                self._steps[event.call_id] = event
            case StepFinished():
                found = ", ".join(event.evidence_ids) or "nothing"
                return self._thought(event.event_id, f"{self._call(event)} found {found}.")
            case StepFailed():
                return self._thought(event.event_id, f"{self._call(event)} failed: {event.error}")
            case AnswerDelta(text=text):
                return self._write(event.event_id, text)
            case AnswerRetracted() if self._message is not None:
                return self._close(status="incomplete")
            case AnswerCompleted(text=text):
                opened = [] if self._message is not None else self._write(event.event_id, text)
                return [*opened, *self._close()]
            case ApprovalRequested():
                return [*self._close(), *self._ask(event), *self._end("completed")]
            case RunCompleted():
                self.usage = event.usage
                if event.reason == "limit":
                    self.incomplete = {"reason": "max_output_tokens"}
                    return [*self._close(), *self._end("incomplete")]
                return [*self._close(), *self._end("completed")]
            case RunFailed(error=error):
                self.error = {"code": "server_error", "message": error}
                return [*self._close(status="incomplete"), *self._end("failed")]
            case RunCancelled():
                self.status = "cancelled"
                return [
                    *self._close(status="incomplete"),
                    self._tell("response.incomplete", response=self.whole()),
                ]
            case _:
                pass
        return []

    def whole(self) -> Told:
        """Return the response as far as it has come."""
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created_at,
            "status": self.status,
            "model": NAME,
            "output": list(self.output),
            "error": self.error,
            "incomplete_details": self.incomplete,
            "instructions": None,
            "metadata": {"run_id": self.run_id, "thread_id": self.thread_id},
            "conversation": {"id": self.thread_id},
            "previous_response_id": self.previous,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "temperature": None,
            "top_p": None,
            "usage": {
                "input_tokens": self.usage.input_tokens,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": self.usage.output_tokens,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": self.usage.input_tokens + self.usage.output_tokens,
            },
        }

    def _end(self, status: str) -> list[Told]:
        self.status = status
        return [self._tell(f"response.{status}", response=self.whole())]

    def _call(self, event: StepFinished | StepFailed) -> str:
        started = self._steps.get(event.call_id)
        args = json.dumps(started.args, ensure_ascii=False) if started is not None else ""
        return f"{event.tool}({args})"

    def _thought(self, name: str, text: str) -> list[Told]:
        """Tell of a step as a piece of reasoning."""
        told = [*self._close()]
        index, item_id = self._next(), f"rs_{name}"
        place: Told = {"item_id": item_id, "output_index": index, "summary_index": 0}
        part: Told = {"type": "summary_text", "text": text}
        item: Told = {"id": item_id, "type": "reasoning", "summary": [part], "status": "completed"}
        empty: Told = {**item, "summary": [], "status": "in_progress"}
        self.output.append(item)
        prefix = "response.reasoning_summary"
        return [
            *told,
            self._tell("response.output_item.added", output_index=index, item=empty),
            self._tell(f"{prefix}_part.added", **place, part={**part, "text": ""}),
            self._tell(f"{prefix}_text.delta", **place, delta=text),
            self._tell(f"{prefix}_text.done", **place, text=text),
            self._tell(f"{prefix}_part.done", **place, part=part),
            self._tell("response.output_item.done", output_index=index, item=item),
        ]

    def _ask(self, event: ApprovalRequested) -> list[Told]:
        """Tell that a call waits for a person."""
        index = self._next()
        item: Told = {
            "id": event.call_id,
            "type": "mcp_approval_request",
            "server_label": NAME,
            "name": event.tool,
            "arguments": json.dumps(event.args, ensure_ascii=False),
        }
        self.output.append(item)
        return [
            self._tell("response.output_item.added", output_index=index, item=item),
            self._tell("response.output_item.done", output_index=index, item=item),
        ]

    def _write(self, name: str, text: str) -> list[Told]:
        told: list[Told] = []
        if self._message is None:
            message = self._message = Message(id=f"msg_{name}", index=self._next())
            item = _message_item(message, "in_progress", None)
            told = [
                self._tell("response.output_item.added", output_index=message.index, item=item),
                self._tell("response.content_part.added", **_place(message), part=_part("", [])),
            ]
        message = self._message
        message.text += text
        delta = self._tell("response.output_text.delta", **_place(message), delta=text, logprobs=[])
        return [*told, delta]

    def _close(self, *, status: str = "completed") -> list[Told]:
        if (message := self._message) is None:
            return []
        self._message = None
        cited = citations_in(message.text, self._evidence, thread_id=self.thread_id)
        part = _part(message.text, cited)
        item = _message_item(message, status, part)
        self.output.append(item)
        place = _place(message)
        return [
            *(
                self._tell(
                    "response.output_text.annotation.added",
                    **place,
                    annotation_index=number,
                    annotation=annotation,
                )
                for number, annotation in enumerate(cited)
            ),
            self._tell("response.output_text.done", **place, text=message.text, logprobs=[]),
            self._tell("response.content_part.done", **place, part=part),
            self._tell("response.output_item.done", output_index=message.index, item=item),
        ]

    def _next(self) -> int:
        index, self._index = self._index, self._index + 1
        return index

    def _tell(self, kind: str, **more: JsonValue) -> Told:
        number, self._sequence = self._sequence, self._sequence + 1
        return {"type": kind, "sequence_number": number, **more}


def _place(message: Message) -> Told:
    return {"item_id": message.id, "output_index": message.index, "content_index": 0}


def _part(text: str, annotations: list[dict[str, JsonValue]]) -> Told:
    return {"type": "output_text", "text": text, "annotations": [*annotations], "logprobs": []}


def _message_item(message: Message, status: str, part: Told | None) -> Told:
    return {
        "id": message.id,
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [] if part is None else [part],
    }
