"""A tool: something the assistant can do, described so that a model can ask for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from surefoot.evidence import Evidence, Finding, Trust
from surefoot.model import ToolSpec
from surefoot.scope import Scope
from surefoot.verdicts import Outcome

from .taint.policy import Rule

Arguments = dict[str, JsonValue]

Approval = Literal["always", "tainted", "never"]
"""When a person is asked before a call: each time, or when an argument comes from untrusted
content and not from the user."""

RESULT_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallContext:
    """What one tool call is told about its surroundings."""

    scope: Scope
    run_id: str
    call_id: str
    evidence: Callable[[str], Evidence | None] = lambda _: None
    """Returns the run's evidence by its id."""
    question: str = ""
    """What the run was asked, so that a tool can tell whether a call leaves part of it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What a tool itself finds wrong with a result that it gives all the same."""

    code: str
    """A stable word for it, such as `rows_multiplied`."""
    reason: str
    repair: str | None = None
    """What would put it right, addressed to the planner."""
    outcome: Outcome = "unsupported"
    """`not_checkable` for what is worth knowing and may well be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """What a tool call gives back."""

    value: JsonValue
    """What later steps of a plan refer to with `{"$ref": "step.path"}`."""
    findings: tuple[Finding, ...] = ()
    """One per passage, table, output or memory; each becomes one Evidence."""
    doubts: tuple[Doubt, ...] = ()
    """What is wrong with the result as far as the tool can tell; a result check reports it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool, ready to be called. Make it with `@tool` or one of the factories of this room."""

    name: str
    """Letters, digits, `_` and `-`, at most 64: what every provider accepts."""
    description: str | Callable[[], str]
    """What the model reads; a function where it changes, such as with the tables there are."""
    parameters: dict[str, JsonValue]
    """JSON Schema of the arguments, an object."""
    returns: dict[str, JsonValue] | None = None
    """JSON Schema of `ToolOutput.value`, where it is known beforehand."""
    validate: Callable[[Mapping[str, JsonValue]], Arguments]
    """Return the arguments with defaults and conversions; raises `ToolError` that says how to
    repair them (code `invalid_arguments`)."""
    run: Callable[[Arguments, CallContext], Awaitable[ToolOutput]]
    """Called with validated arguments. Raises `ToolError` for what the model should know."""
    inspect: Callable[[Arguments, CallContext], Awaitable[None]] | None = None
    """A dry run for the call check: raises `ToolError` with a repair hint, changes nothing."""
    side_effects: bool = True
    """False for what only looks. What changes something is asked about, unless `approval` says
    otherwise, and is never made twice."""
    idempotent: bool = False
    """True when a second call changes nothing more, so that one whose outcome is unknown may be
    made again."""
    approval: Approval | None = None
    """None asks always about what has side effects, and never about the rest."""
    remembers: str | None = None
    """The argument that the tool keeps in memory, where it does; memory checks look at it first."""
    rules: tuple[Rule, ...] = ()
    """What is asked or refused by where arguments come from; they go before the run's policy."""
    timeout_seconds: float = 30.0
    """For all attempts of a call together."""
    trust: Trust = "untrusted"
    """Whether its output may be taken at its word."""
    result_characters: int = RESULT_CHARACTERS
    """So much of each piece of evidence is shown to the model; the rest is kept and can be read."""

    @property
    def asks(self) -> Approval:
        """When a person is asked before a call."""
        return self.approval or ("always" if self.side_effects else "never")

    def spec(self) -> ToolSpec:
        """Return the tool as a model is told about it."""
        text = self.description if isinstance(self.description, str) else self.description()
        return ToolSpec(name=self.name, description=text, parameters=self.parameters)
