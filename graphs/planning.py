"""Planning: a model's message becomes a plan, checked before anything runs."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from surefoot.errors import ToolError
from surefoot.messages import AssistantMessage, ToolCall
from surefoot.model import ToolSpec
from surefoot.plan import Plan, Step
from surefoot.tools import Toolbox

from .references import keys_of, reference, references, renamed, step_of

PLAN_TOOL = "plan"


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


def fingerprint(tool: str, args: Mapping[str, JsonValue]) -> str:
    """Return what makes two calls the same call."""
    return f"{tool} {json.dumps(args, sort_keys=True, ensure_ascii=False)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A plan in which no call is made twice."""

    plan: Plan
    alias: dict[str, str]
    """For each step left out, the one that makes or has made the same call."""
    made: dict[str, str]
    """The plan's calls by fingerprint, with the step that makes each."""


def share(
    steps: tuple[Step, ...], seen: Mapping[str, str], *, changing: Collection[str] = ()
) -> Shared:
    """Merge steps that make the same call as each other, or as one that the run has `seen`.

    A step behind a call of one of the tools that are `changing` things looks at another world: it
    is merged only with what waits for the same steps.
    """
    made: dict[str, str] = {}
    behind: dict[tuple[str, frozenset[str]], str] = {}
    late: set[str] = set()
    alias: dict[str, str] = {}
    kept: list[Step] = []
    for step in steps:
        if alias:
            args = {key: renamed(value, alias) for key, value in step.args.items()}
            needs = tuple(dict.fromkeys(alias.get(name, name) for name in step.depends_on))
            step = step.model_copy(update={"args": args, "depends_on": needs})
        call = fingerprint(step.tool, step.args)
        if late.isdisjoint(step.depends_on):
            earlier = made.get(call) or seen.get(call)
        else:
            earlier = behind.setdefault((call, frozenset(step.depends_on)), step.id)
        if earlier is not None and earlier != step.id:
            alias[step.id] = earlier
            continue
        if step.tool in changing or not late.isdisjoint(step.depends_on):
            late.add(step.id)
        made[call] = step.id
        kept.append(step)
    return Shared(plan=Plan(steps=tuple(kept)), alias=alias, made=made)


def regroup(groups: Sequence[CallGroup], shared: Shared) -> list[CallGroup]:
    """Return the groups with the steps that are left; one without any says where its result is."""
    if not shared.alias:
        return list(groups)
    left = {step.id for step in shared.plan.steps}
    told: list[CallGroup] = []
    for group in groups:
        steps = tuple(dict.fromkeys(shared.alias.get(one, one) for one in group.steps))
        error = group.error
        if steps and left.isdisjoint(steps):
            error = f"This call was already made as {', '.join(steps)}; its result is above."
        told.append(CallGroup(call_id=group.call_id, name=group.name, steps=steps, error=error))
    return told


def problems(plan: Plan, toolbox: Toolbox, *, known: Collection[str]) -> dict[str, str]:
    """Return what is wrong with each step, by step id; empty when the plan can run.

    `known` names the earlier steps of the run, whose results references may name too.
    """
    found: dict[str, str] = {}
    steps = {step.id: step for step in plan.steps}
    for step in plan.steps:
        try:
            _check_step(step, steps, toolbox, known)
        except ToolError as error:
            found[step.id] = str(error)
    if not found and (loop := _cycle(plan)) is not None:
        found[loop[0]] = f"The steps {' → '.join(loop)} wait for each other."
    return found


def _cycle(plan: Plan) -> list[str] | None:
    if not any(step.depends_on for step in plan.steps):
        return None
    try:
        TopologicalSorter({step.id: step.depends_on for step in plan.steps}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def _check_step(
    step: Step, steps: Mapping[str, Step], toolbox: Toolbox, known: Collection[str]
) -> None:
    tool = toolbox.get(step.tool)
    for name in step.depends_on:
        if name not in steps and name not in known:
            there = ", ".join([*steps, *known]) or "none"
            raise ToolError(f"It needs step {name!r}, which is not there; there is: {there}.")
    if not step.depends_on or next(references(step.args), None) is None:
        tool.validate(step.args)
        return
    properties = tool.parameters.get("properties")
    allowed = properties if isinstance(properties, dict) else {}
    required = tool.parameters.get("required")
    for name in step.args:
        if name not in allowed and tool.parameters.get("additionalProperties") is False:
            there = ", ".join(allowed) or "none"
            raise ToolError(f"{step.tool} takes no argument {name!r}; it takes {there}.")
    for needed in required if isinstance(required, list) else []:
        if needed not in step.args:
            raise ToolError(f"{step.tool} needs the argument {needed!r}.")
    for name, value in step.args.items():
        path = reference(value)
        if path is None or step_of(path) not in steps:
            continue
        source = toolbox.get(steps[step_of(path)].tool)
        given = type_at(source.returns, keys_of(path))
        wanted = allowed.get(name)
        if given is not None and isinstance(wanted, dict) and not fits(given, wanted.get("type")):
            raise ToolError(
                f"Argument {name!r} of {step.tool} must be {wanted.get('type')}, "
                f"but {path!r} is {given}."
            )


def type_at(schema: JsonValue, keys: list[str]) -> str | None:
    """Return the JSON type that a path leads to, or None when the schema does not say."""
    for key in keys:
        if not isinstance(schema, dict):
            return None
        inner = schema.get("properties")
        if isinstance(inner, dict) and key in inner:
            schema = inner[key]
        elif "items" in schema and key.lstrip("-").isdigit():
            schema = schema["items"]
        else:
            return None
    kind = schema.get("type") if isinstance(schema, dict) else None
    return kind if isinstance(kind, str) else None


def fits(given: str, wanted: JsonValue) -> bool:
    """Return whether a value of one JSON type may stand where another is asked for."""
    if not isinstance(wanted, str):
        return True
    return given == wanted or (given == "integer" and wanted == "number")
