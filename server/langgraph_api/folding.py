"""Folding: a thread's events as messages and states, in LangGraph's words.

The folding depends on nothing but the events, so that a stream can be taken up behind any part.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import JsonValue

from surefoot.agent import ROLLED_BACK
from surefoot.events import (
    AnswerCompleted,
    AnswerDelta,
    AnswerRetracted,
    ApprovalRequested,
    ApprovalResolved,
    Event,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunStarted,
    StepFailed,
    StepFinished,
    StepStarted,
)

Json = dict[str, JsonValue]
GRAPH = "surefoot"


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a stream."""

    mode: str
    """The stream mode that it belongs to; `control` belongs to all."""
    event: str
    data: JsonValue


@dataclass(slots=True)
class Folding:
    """What the events so far amount to."""

    messages: list[Json] = field(default_factory=list[Json])
    interrupts: dict[str, Json] = field(default_factory=dict[str, Json])
    _sentences: dict[int, str] = field(default_factory=dict[int, str])

    def values(self) -> Json:
        """Return the state."""
        values: Json = {"messages": [dict(message) for message in self.messages]}
        if self.interrupts:
            values["__interrupt__"] = list(self.interrupts.values())
        return values

    def hear(self, event: Event) -> list[Part]:
        """Take an event in; return what a stream tells of it in all modes."""
        parts = [Part("custom", "custom", event.model_dump(mode="json"))]
        match event:
            case RunStarted():
                self._sentences.clear()
                question: Json = {
                    "type": "human",
                    "id": event.message_id or f"{event.run_id}-question",
                    "content": event.text,
                }
                self._put(question)
                parts.append(Part("values", "values", self.values()))
            case StepStarted():
                call: Json = {
                    "type": "tool_call",
                    "name": event.tool,
                    "args": event.args,
                    "id": event.call_id,
                }
                parts += self._add("think", _ai(f"{event.call_id}-call", "", [call]))
            case StepFinished():
                found = "\n\n".join(f"[{e.id}] {e.content}" for e in event.evidence)
                parts += self._add("act", _tool(event, found, "success"))
            case StepFailed():
                parts += self._add("act", _tool(event, event.error, "error"))
            case AnswerDelta(sentence=sentence, text=text):
                self._sentences[sentence] = self._sentences.get(sentence, "") + text
                parts += self._told(event, text)
            case AnswerRetracted(sentence=sentence, text=text):
                self._sentences[sentence] = text
                parts += self._told(event, "")
            case AnswerCompleted(text=text):
                answer = _ai(f"{event.run_id}-answer", text)
                if not self._sentences:
                    parts += _chunk({**answer, "type": "AIMessageChunk"}, event)
                parts += self._add("think", answer)
                parts.append(Part("messages", "messages/complete", [answer]))
            case ApprovalRequested():
                waits: Json = {
                    "id": event.call_id,
                    "value": {"tool": event.tool, "args": event.args, "reason": event.reason},
                }
                self.interrupts[event.call_id] = waits
                parts.append(Part("values", "values", self.values()))
                parts.append(Part("updates", "updates", {"__interrupt__": [waits]}))
            case ApprovalResolved(call_id=call_id):
                self.interrupts.pop(call_id, None)
            case RunCancelled(reason=reason):
                self._forget_waits(event.run_id)
                if reason == ROLLED_BACK:
                    self._drop_run(event.run_id)
                parts.append(Part("values", "values", self.values()))
            case RunFailed(error=error, code=code):
                self._forget_waits(event.run_id)
                parts.append(Part("control", "error", {"error": code, "message": error}))
            case RunCompleted():
                self._forget_waits(event.run_id)
            case _:
                pass
        return parts

    def _add(self, node: str, message: Json) -> list[Part]:
        self._put(message)
        return [
            Part("updates", "updates", {node: {"messages": [message]}}),
            Part("values", "values", self.values()),
        ]

    def _told(self, event: AnswerDelta | AnswerRetracted, text: str) -> list[Part]:
        whole = "".join(self._sentences[n] for n in sorted(self._sentences))
        self._put(_ai(f"{event.run_id}-answer", whole))
        chunk = {**_ai(f"{event.run_id}-answer", text), "type": "AIMessageChunk"}
        partial = Part("messages", "messages/partial", [dict(self.messages[-1])])
        return [*_chunk(chunk, event), partial]

    def _put(self, message: Json) -> None:
        """Put a message in the place of one with the same id, or at the end."""
        for at in range(len(self.messages) - 1, -1, -1):
            if self.messages[at]["id"] == message["id"]:
                self.messages[at] = message
                return
        self.messages.append(message)

    def _forget_waits(self, run_id: str) -> None:
        own = [call_id for call_id in self.interrupts if call_id.startswith(run_id)]
        for call_id in own:
            del self.interrupts[call_id]

    def _drop_run(self, run_id: str) -> None:
        starts = [i for i, m in enumerate(self.messages) if str(m["id"]).startswith(run_id)]
        if starts:
            del self.messages[starts[0] :]


def _ai(name: str, content: str, calls: list[JsonValue] | None = None) -> Json:
    return {
        "type": "ai",
        "id": name,
        "content": content,
        "tool_calls": list(calls or []),
        "invalid_tool_calls": [],
        "additional_kwargs": {},
        "response_metadata": {},
    }


def _tool(event: StepFinished | StepFailed, content: str, status: str) -> Json:
    return {
        "type": "tool",
        "id": f"{event.call_id}-result",
        "tool_call_id": event.call_id,
        "name": event.tool,
        "content": content,
        "status": status,
    }


def _chunk(message: Json, event: Event) -> list[Part]:
    about: Json = {"run_id": event.run_id, "thread_id": event.thread_id, "langgraph_node": "think"}
    return [Part("messages-tuple", "messages", [message, about])]
