"""The story: a run's events as one reader of Slack sees them, whatever has happened so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

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
    evidence_of,
)
from surefoot.evidence import Evidence

TaskStatus = Literal["in_progress", "complete", "error"]

_VERBS = {
    "search_documents": "Searching the documents",
    "run_sql": "Asking the tables",
    "run_code": "Computing",
    "recall": "Remembering",
    "remember": "Taking a note",
    "chart": "Drawing a chart",
    "read_more": "Reading on",
}
_SHORT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A step of the run."""

    id: str
    title: str
    status: TaskStatus
    details: str = ""


class Story:
    """Gathers events. Looking at the same events always tells the same."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.run_id = ""
        self.tasks: dict[str, Task] = {}
        self.waiting: dict[str, ApprovalRequested] = {}
        """Calls that wait for a person, by call id."""
        self.decided: dict[str, ApprovalResolved] = {}
        self.asked: dict[str, ApprovalRequested] = {}
        """Calls that wait or have waited."""
        self.ended: RunCompleted | RunFailed | RunCancelled | None = None
        self.cited: tuple[Evidence, ...] = ()
        """What the answer cites, once it is whole."""
        self._sentences: dict[int, str] = {}
        self._whole: str | None = None
        self._evidence: dict[str, Evidence] = {}
        for event in events:
            self.take(event)

    @property
    def text(self) -> str:
        """The answer so far, in Markdown."""
        if self._whole is not None:
            return self._whole
        return "".join(self._sentences[index] for index in sorted(self._sentences))

    @property
    def is_over(self) -> bool:
        """True when nothing more comes."""
        return self.ended is not None

    @property
    def doing(self) -> str:
        """What the run does now, as a status says it."""
        if self.waiting:
            return "waits for a decision"
        running = [task.title for task in self.tasks.values() if task.status == "in_progress"]
        return f"is {running[-1][0].lower()}{running[-1][1:]}…" if running else "is thinking…"

    def take(self, event: Event) -> None:
        """Note what an event tells."""
        self._evidence |= {item.id: item for item in evidence_of(event)}
        match event:
            case RunStarted():
                self.run_id = event.run_id
            case StepStarted() | StepFinished() | StepFailed():
                self._step(event)
            case ApprovalRequested(call_id=call_id):
                self.waiting[call_id] = self.asked[call_id] = event
            case ApprovalResolved(call_id=call_id):
                self.waiting.pop(call_id, None)
                self.decided[call_id] = event
            case AnswerDelta(sentence=index, text=text):
                self._sentences[index] = self._sentences.get(index, "") + text
            case AnswerRetracted(sentence=index, text=text):
                self._sentences[index] = text
            case AnswerCompleted():
                self._complete(event)
            case RunCompleted() | RunFailed() | RunCancelled():
                self.ended = event
                self.run_id = event.run_id
                self.waiting.clear()
            case _:
                pass

    def _step(self, event: StepStarted | StepFinished | StepFailed) -> None:
        match event:
            case StepStarted():
                task = Task(
                    id=event.call_id,
                    title=_title(event.tool),
                    status="in_progress",
                    details=_detail(event.args),
                )
                self.tasks[event.call_id] = task
            case StepFinished():
                self._end(event.call_id, event.tool, "complete")
            case StepFailed():
                self._end(event.call_id, event.tool, "error")

    def _end(self, call_id: str, tool: str, status: TaskStatus) -> None:
        known = self.tasks.get(call_id)
        title, details = (known.title, known.details) if known else (_title(tool), "")
        self.tasks[call_id] = Task(id=call_id, title=title, status=status, details=details)

    def _complete(self, event: AnswerCompleted) -> None:
        self._whole = event.text
        cited = {citation.evidence_id for citation in event.citations}
        self.cited = tuple(item for key, item in self._evidence.items() if key in cited)


def _title(tool: str) -> str:
    return _VERBS.get(tool, f"Using {tool.replace('_', ' ')}")


def _detail(args: dict[str, JsonValue]) -> str:
    """Return a call's first words, on one line."""
    texts = [str(value) for value in args.values() if isinstance(value, str | int | float)]
    line = " ".join(" · ".join(texts).split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"
