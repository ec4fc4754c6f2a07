"""Planning: a model's message becomes steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from surefoot.errors import ToolError
from surefoot.messages import AssistantMessage, ToolCall
from surefoot.model import ToolSpec
from surefoot.plan import Step
from surefoot.tools import Toolbox

from .references import reference, references, renamed, step_of

PLAN_TOOL = "plan"


def offered(toolbox: Toolbox) -> tuple[ToolSpec, ...]:
    """Return the tools that a model is told of: those of the toolbox, and with them `plan`."""
    specs = toolbox.specs()
    return (*specs, PLAN_SPEC) if specs else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallGroup:
    """One tool call of the model's message, and the steps whose results answer it."""

    call_id: str
    """The provider's."""
    name: str
    steps: tuple[str, ...] = ()
    error: str | None = None
    """Why it became no step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a model's message asks for, before it is checked."""

    steps: tuple[Step, ...]
    groups: tuple[CallGroup, ...]


class _PlannedStep(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,31}$")
    tool: str
    args: dict[str, JsonValue] = Field(default_factory=dict)
    depends_on: list[str] = Field(default_factory=list)


class _PlanArguments(BaseModel):
    model_config = ConfigDict(extra="forbid")

    steps: list[_PlannedStep] = Field(min_length=1)


PLAN_SPEC = ToolSpec(
    name=PLAN_TOOL,
    description=(
        "Run several steps that build on each other, without thinking in between. Each step calls "
        'one tool. A step uses an earlier step\'s result with {"$ref": "step_id.path"} anywhere in '
        "its arguments, or with {{step_id.path}} inside a string. run_sql gives rows as "
        "step.rows.0.column; run_code gives step.result and step.stdout; search_documents gives "
        "step.passages.0.text."
    ),
    parameters={
        "type": "object",
        "properties": {
            "steps": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "string", "description": "A short name, such as s1."},
                        "tool": {"type": "string"},
                        "args": {"type": "object"},
                        "depends_on": {"type": "array", "items": {"type": "string"}},
                    },
                    "required": ["id", "tool", "args"],
                },
            }
        },
        "required": ["steps"],
    },
)


def draft(message: AssistantMessage, *, run_id: str, taken: int) -> Draft:
    """Read the steps a message asks for; `taken` steps of the run have been numbered already.

    Step ids are made unique in the run: the `s1` of a later plan becomes the next free `sN`.
    """
    steps: list[Step] = []
    groups: list[CallGroup] = []
    for call in message.tool_calls:
        if call.error is not None:
            groups.append(CallGroup(call_id=call.call_id, name=call.name, error=call.error))
            continue
        try:
            made = _steps_of(call, run_id=run_id, first=taken + len(steps) + 1)
        except ToolError as error:
            groups.append(CallGroup(call_id=call.call_id, name=call.name, error=str(error)))
            continue
        steps.extend(made)
        ids = tuple(step.id for step in made)
        groups.append(CallGroup(call_id=call.call_id, name=call.name, steps=ids))
    return Draft(steps=tuple(steps), groups=tuple(groups))


def _steps_of(call: ToolCall, *, run_id: str, first: int) -> list[Step]:
    if call.name != PLAN_TOOL:
        step_id = f"s{first}"
        return [Step(id=step_id, tool=call.name, args=call.args, call_id=f"{run_id}.{step_id}")]
    try:
        planned = _PlanArguments.model_validate(call.args).steps
    except ValidationError as error:
        raise ToolError(_explain(error)) from None
    names = {step.id: f"s{first + n}" for n, step in enumerate(planned)}
    if len(names) < len(planned):
        given = [step.id for step in planned]
        twice = next(name for name in given if given.count(name) > 1)
        raise ToolError(f"The plan cannot be read: two steps are called {twice!r}.")
    return [
        Step(
            id=names[step.id],
            tool=step.tool,
            args={key: renamed(value, names) for key, value in step.args.items()},
            depends_on=_needs(step, names, first),
            call_id=f"{run_id}.{names[step.id]}",
        )
        for step in planned
    ]


def _needs(step: _PlannedStep, names: Mapping[str, str], first: int) -> tuple[str, ...]:
    """Return the steps that `step` waits for: those it declares and those it refers to.

    Text in double braces is a reference only when it names a step of this plan or of the run.
    """
    loose = [
        name
        for name in map(step_of, references(step.args))
        if name in names or _is_earlier(name, first)
    ]
    hard = map(step_of, _hard(step.args))
    return tuple(dict.fromkeys(names.get(n, n) for n in (*step.depends_on, *hard, *loose)))


def _is_earlier(name: str, first: int) -> bool:
    return name[:1] == "s" and name[1:].isdecimal() and 0 < int(name[1:]) < first


def _hard(value: JsonValue) -> list[str]:
    """Return the paths of `$ref` objects, which always mean a step, unlike text in braces."""
    if (path := reference(value)) is not None:
        return [path]
    if isinstance(value, dict):
        return [path for item in value.values() for path in _hard(item)]
    if isinstance(value, list):
        return [path for item in value for path in _hard(item)]
    return []


def _explain(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False)[:5]
    told = "; ".join(f"{'.'.join(map(str, p['loc'])) or 'plan'}: {p['msg']}" for p in problems)
    return f"The plan cannot be read: {told}."
