"""A tool: something the assistant can do, described so that a model can ask for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from surefoot.evidence import Finding, Trust
from surefoot.model import ToolSpec
from surefoot.scope import Scope

Arguments = dict[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallContext:
    """What one tool call is told about its surroundings."""

    scope: Scope
    run_id: str
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """What a tool call gives back."""

    value: JsonValue
    """What later steps of a plan refer to with `{"$ref": "step.path"}`."""
    findings: tuple[Finding, ...] = ()
    """One per passage, table, output or memory; each becomes one Evidence."""


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
    """True asks a person before each call."""
    timeout_seconds: float = 30.0
    trust: Trust = "untrusted"
    """Whether its output may be taken at its word."""

    def spec(self) -> ToolSpec:
        """Return the tool as a model is told about it."""
        text = self.description if isinstance(self.description, str) else self.description()
        return ToolSpec(name=self.name, description=text, parameters=self.parameters)
