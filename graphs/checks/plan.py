"""Plan checks: whether a plan can run at all, and is worth running."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from pydantic import JsonValue

from surefoot.errors import ToolError
from surefoot.plan import Plan, Step
from surefoot.tools import Tool, Toolbox
from surefoot.verdicts import Verdict

from ..references import keys_of, reference, references, step_of
from .subjects import PlanSubject

_MEND = "Mend the steps named and plan again."


def runnable(subject: PlanSubject) -> Verdict | None:
    """Find tools and arguments that do not exist, references to nothing, and circles."""
    wrong = dict(problems(subject)) if subject.plan.steps else dict(subject.unreadable)
    if not wrong:
        return subject.supported()
    told = " ".join(f"{name}: {reason}" for name, reason in wrong.items())
    return subject.unsupported("plan_not_runnable", told, repair=_MEND)


def affordable(subject: PlanSubject) -> Verdict | None:
    """Find a plan that has more steps than may still be made; with none left the run must close."""
    steps, left = len(subject.plan.steps), subject.steps_left
    if not 0 < left < steps:
        return None
    return subject.unsupported(
        "plan_too_long",
        f"The plan has {steps} steps, but only {left} may still be made.",
        repair="Plan again with fewer steps.",
    )


STRUCTURE = (runnable, affordable)
"""What every plan must pass, whatever the checks of a run."""


def problems(subject: PlanSubject) -> dict[str, str]:
    """Return what is wrong with each step, by step id."""
    found: dict[str, str] = {}
    steps = {step.id: step for step in subject.plan.steps}
    for step in subject.plan.steps:
        try:
            _require_runnable(step, steps, subject)
        except ToolError as error:
            found[step.id] = str(error)
    if not found and (loop := _cycle(subject.plan)) is not None:
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


def _require_runnable(step: Step, steps: Mapping[str, Step], subject: PlanSubject) -> None:
    toolbox = subject.toolbox
    tool = toolbox.get(step.tool)
    for name in step.depends_on:
        if name not in steps and name not in subject.known:
            there = ", ".join([*steps, *subject.known]) or "none"
            raise ToolError(f"It needs step {name!r}, which is not there; there is: {there}.")
    if not step.depends_on or next(references(step.args), None) is None:
        tool.validate(step.args)
        return
    allowed = _require_names(step, tool)
    for name, value in step.args.items():
        _require_type(name, value, allowed.get(name), step, steps, toolbox)


def _require_names(step: Step, tool: Tool) -> dict[str, JsonValue]:
    """Raise when arguments are missing or unknown; return the schema of those the tool takes."""
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
    return allowed


def _require_type(
    name: str,
    value: JsonValue,
    wanted: JsonValue,
    step: Step,
    steps: Mapping[str, Step],
    toolbox: Toolbox,
) -> None:
    """Raise when an argument refers to a result whose type is known and another."""
    path = reference(value)
    if path is None or step_of(path) not in steps or not isinstance(wanted, dict):
        return
    given = _type_at(toolbox.get(steps[step_of(path)].tool).returns, keys_of(path))
    if given is not None and not _fits(given, wanted.get("type")):
        raise ToolError(
            f"Argument {name!r} of {step.tool} must be {wanted.get('type')}, "
            f"but {path!r} is {given}."
        )


def _type_at(schema: JsonValue, keys: list[str]) -> str | None:
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


def _fits(given: str, wanted: JsonValue) -> bool:
    """Return whether a value of one JSON type may stand where another is asked for."""
    if not isinstance(wanted, str):
        return True
    return given == wanted or (given == "integer" and wanted == "number")
