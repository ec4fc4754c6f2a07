"""Events: a run as everybody sees it, one ordered list per thread.

An event is made without its place and stamped by the log that keeps it: `seq`, `event_id` and
`ts` are empty until then. Consumers ignore types and fields they do not know.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from .answer import Citation, Usage
from .evidence import Evidence
from .limits import ReleasePolicy
from .plan import Plan
from .verdicts import Outcome, Stage

SCHEMA_VERSION = 1


class EventBase(BaseModel):
    """What every event carries."""

    model_config = ConfigDict(frozen=True)

    schema_version: int = SCHEMA_VERSION
    seq: int = 0
    """Strictly increasing within a tenant's thread, and durable."""
    event_id: str = ""
    run_id: str = ""
    thread_id: str = ""
    tenant: str = "default"
    ts: str = ""
    """RFC 3339, UTC."""

    def put(
        self, *, seq: int, event_id: str, run_id: str, thread_id: str, tenant: str, ts: str
    ) -> None:
        """Give the event its place. Only the log that keeps it does so, before anybody sees it."""
        self.__dict__.update(
            seq=seq, event_id=event_id, run_id=run_id, thread_id=thread_id, tenant=tenant, ts=ts
        )


class RunStarted(EventBase):
    """A run began."""

    type: Literal["run.started"] = "run.started"
    text: str
    """The question, as it was asked."""
    user: str | None = None
    message_id: str | None = None
    """The client's own id of the message."""
    images: tuple[str, ...] = ()
    """The kinds of the pictures that came with the question, such as `image/png`."""
    model: str = ""
    policy: ReleasePolicy = "hold"


class RunQueued(EventBase):
    """A run waits until the thread's earlier ones are done."""

    type: Literal["run.queued"] = "run.queued"
    text: str
    user: str | None = None
    message_id: str | None = None
    ahead: int = 1
    """Runs that come first."""


class RunResumed(EventBase):
    """A run that a stopped process left behind goes on."""

    type: Literal["run.resumed"] = "run.resumed"
    attempt: int


class ContextRecalled(EventBase):
    """What memory brought in before the first thought."""

    type: Literal["context.recalled"] = "context.recalled"
    turns: int = 0
    """Earlier turns of the thread that the model was given."""
    evidence: tuple[Evidence, ...] = ()
    ms: float = 0.0


class PlanCreated(EventBase):
    """The first plan of a run."""

    type: Literal["plan.created"] = "plan.created"
    plan: Plan


class PlanRevised(EventBase):
    """A later plan, told as the difference."""

    type: Literal["plan.revised"] = "plan.revised"
    plan: Plan
    """The steps that are left to do."""
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    """Steps of the plan before that gave no result and are not asked for again."""
    reason: str = ""
    """What the run plans anew for: a fault of the plan, failed steps, failed checks or findings."""


class StepStarted(EventBase):
    """A tool call began."""

    type: Literal["step.started"] = "step.started"
    step_id: str
    call_id: str
    tool: str
    args: dict[str, JsonValue] = Field(default_factory=dict)
    """With references filled in."""


class StepFinished(EventBase):
    """A tool call gave a result, which is now evidence."""

    type: Literal["step.finished"] = "step.finished"
    step_id: str
    call_id: str
    tool: str
    evidence_ids: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    ms: float = 0.0
    replayed: bool = False
    """True when the result was read from the call ledger and the tool was not run again."""


class StepFailed(EventBase):
    """A tool call gave no result."""

    type: Literal["step.failed"] = "step.failed"
    step_id: str
    call_id: str
    tool: str
    error: str
    """What happened and what to do."""
    code: str = "tool_error"
    ms: float = 0.0


class _CheckEvent(EventBase):
    stage: Stage
    check: str
    outcome: Outcome
    code: str = ""
    reason: str = ""
    claim_id: str | None = None
    evidence_ids: tuple[str, ...] = ()
    repair: str | None = None
    confidence: float | None = None
    """How likely the claim holds, as measured on labelled claims; None where nothing was."""


class CheckPassed(_CheckEvent):
    """A check found what it looked for."""

    type: Literal["check.passed"] = "check.passed"


class CheckFailed(_CheckEvent):
    """A check found something that must not be built on."""

    type: Literal["check.failed"] = "check.failed"


class CheckSkipped(_CheckEvent):
    """A check had nothing to check, or could not run."""

    type: Literal["check.skipped"] = "check.skipped"


class ApprovalRequested(EventBase):
    """A tool call with side effects waits for a person."""

    type: Literal["approval.requested"] = "approval.requested"
    step_id: str
    call_id: str
    tool: str
    args: dict[str, JsonValue] = Field(default_factory=dict)
    reason: str = ""


class ApprovalResolved(EventBase):
    """A person decided."""

    type: Literal["approval.resolved"] = "approval.resolved"
    call_id: str
    decision: Literal["approve", "reject", "edit"]
    args: dict[str, JsonValue] | None = None
    """The edited arguments."""


class AnswerDelta(EventBase):
    """Some more of the answer. Under `hold`, always one whole checked sentence."""

    type: Literal["answer.delta"] = "answer.delta"
    sentence: int
    text: str


class AnswerRetracted(EventBase):
    """A sentence already shown is withdrawn; `text` stands in its place."""

    type: Literal["answer.retracted"] = "answer.retracted"
    sentence: int
    text: str = ""


class AnswerCompleted(EventBase):
    """The whole answer."""

    type: Literal["answer.completed"] = "answer.completed"
    text: str
    citations: tuple[Citation, ...] = ()
    earlier: tuple[Evidence, ...] = ()
    """The evidence among what it cites that earlier runs of the thread have found."""
    verdicts: dict[Outcome, int] = Field(default_factory=dict[Outcome, int])
    """How many claims got which outcome."""
    confidence: float | None = None
    """Share of its claims that can be expected to hold; None when none could be measured."""
    usage: Usage = Usage()


class MemoryWritten(EventBase):
    """Something was kept for later."""

    type: Literal["memory.written"] = "memory.written"
    memory_id: str
    kind: str = "turn"
    text: str = ""


class ModelReasoned(EventBase):
    """What a model thought aloud in one call, beside its message."""

    type: Literal["model.reasoned"] = "model.reasoned"
    model: str
    text: str


class UsageReported(EventBase):
    """What one model call used."""

    type: Literal["usage"] = "usage"
    model: str
    """Who answered, where the run's model stands for several."""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    """Input tokens that the provider read from its prompt cache."""
    cost_usd: float | None = None
    """None when no price is known."""
    ms: float = 0.0
    prompt: str = ""
    """Version of the prompt."""
    parts: dict[str, int] = Field(default_factory=dict[str, int])
    """About how many tokens each part of the prompt took, by name."""
    how: tuple[str, ...] = ()
    """Routes taken, faults survived and caches that knew, in order."""


class RunCompleted(EventBase):
    """The run ended with an answer, or with what it had when it reached a limit."""

    type: Literal["run.completed"] = "run.completed"
    reason: Literal["answered", "limit"] = "answered"
    detail: str = ""
    usage: Usage = Usage()


class RunFailed(EventBase):
    """The run ended without an answer."""

    type: Literal["run.failed"] = "run.failed"
    error: str
    code: str = "error"


class RunCancelled(EventBase):
    """Somebody stopped the run."""

    type: Literal["run.cancelled"] = "run.cancelled"
    reason: str = ""


class UnknownEvent(EventBase):
    """An event of a type this version does not know."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str


KnownEvent = Annotated[
    RunStarted
    | RunQueued
    | RunResumed
    | ContextRecalled
    | PlanCreated
    | PlanRevised
    | StepStarted
    | StepFinished
    | StepFailed
    | CheckPassed
    | CheckFailed
    | CheckSkipped
    | ApprovalRequested
    | ApprovalResolved
    | AnswerDelta
    | AnswerRetracted
    | AnswerCompleted
    | MemoryWritten
    | ModelReasoned
    | UsageReported
    | RunCompleted
    | RunFailed
    | RunCancelled,
    Field(discriminator="type"),
]

Event = KnownEvent | UnknownEvent

TERMINAL = frozenset({"run.completed", "run.failed", "run.cancelled"})


def evidence_of(event: Event) -> tuple[Evidence, ...]:
    """Return the evidence that an event brings: found, recalled, or cited of an earlier run."""
    match event:
        case StepFinished(evidence=found) | ContextRecalled(evidence=found):
            return found
        case AnswerCompleted(earlier=found):
            return found
        case _:
            return ()


@cache
def known_events() -> TypeAdapter[KnownEvent]:
    """Return the validator of the closed union, built when first used."""
    return TypeAdapter(KnownEvent)


@cache
def _types() -> frozenset[str]:
    mapping = known_events().json_schema()["discriminator"]["mapping"]
    return frozenset(mapping)


def parse_event(payload: str | bytes) -> Event:
    """Read one event from JSON; a type that is not known becomes an `UnknownEvent`."""
    head = UnknownEvent.model_validate_json(payload)
    if head.type in _types():
        return known_events().validate_json(payload)
    return head
