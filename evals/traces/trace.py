"""A trace: one run of an agent, whoever recorded it, as graders see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from surefoot.evidence import Evidence
from surefoot.verdicts import Verdict

Source = Literal["system", "user", "agent"]
Status = Literal["completed", "limit", "failed", "cancelled", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """What a tool call gave back."""

    text: str = ""
    error: str | None = None
    """What went wrong, when something did."""
    code: str = ""
    ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One tool call of an agent, with its result when there is one."""

    call_id: str
    tool: str
    args: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    args_error: str | None = None
    """Why the arguments could not be read; `args` is then empty."""
    result: CallResult | None = None
    requested_by: Source = "agent"
    approval: Literal["approve", "reject", "edit", "asked"] | None = None
    """What a person decided on it; None when nobody was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One message of the conversation, with the calls it makes."""

    source: Source
    text: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDefinition:
    """A tool that the agent was offered."""

    name: str
    description: str = ""
    parameters: dict[str, JsonValue] | None = None
    """JSON Schema of the arguments, where the recording has it."""
    side_effects: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a run used; None stands for what the recording does not tell."""

    model_calls: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a trace was read. It is no part of what the trace says."""

    format: str
    path: str = ""
    place: str = ""
    """Where in the file, such as `simulation 3`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One recorded run. Equal traces have equal hashes, wherever they were read."""

    trace_id: str
    steps: tuple[TraceStep, ...]
    answer: str | None = None
    """What the agent said in the end."""
    tools: tuple[ToolDefinition, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    spent: Spent = field(default_factory=Spent)
    status: Status = "unknown"
    error: str | None = None
    """What ended the run, when it was not an answer."""
    model: str = ""
    item: str = ""
    """The task: traces of the same item can be compared."""
    item_hash: str = ""
    """Hash of the task's content, where it came from one of our datasets."""
    repeat: int = 0
    clusters: dict[str, str] = field(default_factory=dict[str, str])
    """What the item shares with others, such as its suite or the document it is about."""
    labels: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """Verdicts and facts that came with the recording, such as a benchmark's own."""
    unscorable: str | None = None
    """Why there is nothing to grade, such as content that was not captured."""
    provenance: Provenance

    @property
    def question(self) -> str:
        """The first thing that a person said."""
        return next((step.text for step in self.steps if step.source == "user"), "")

    @property
    def calls(self) -> tuple[Call, ...]:
        """The agent's tool calls, in order."""
        return tuple(self._calls())

    def _calls(self) -> Iterator[Call]:
        for step in self.steps:
            for call in step.calls:
                if call.requested_by == "agent":
                    yield call
