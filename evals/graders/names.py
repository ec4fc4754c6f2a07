"""Names: graders as datasets and the command line ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache

from pydantic import JsonValue, TypeAdapter, ValidationError

from surefoot.errors import InputError

from ..traces.labels import FEEDBACK
from .abstaining import Abstention
from .answering import AnswerMatch
from .arguments import ArgumentSchema
from .behaviour import Budgets, ErrorRecovery, Loops
from .grade import Grader
from .grounding import Groundedness
from .judged import Judged
from .outcomes import Outcome
from .policies import PolicyReplay
from .trajectory import TrajectoryMatch

GRADERS: dict[str, type] = {
    "trajectory": TrajectoryMatch,
    "argument_schema": ArgumentSchema,
    "outcome": Outcome,
    "answer": AnswerMatch,
    "groundedness": Groundedness,
    "loops": Loops,
    "error_recovery": ErrorRecovery,
    "budget": Budgets,
    "policy": PolicyReplay,
    "abstention": Abstention,
    "judge": Judged,
}


@cache
def _adapter(kind: str) -> TypeAdapter[Grader]:
    return TypeAdapter(GRADERS[kind])


def grader_of(given: str | Mapping[str, JsonValue]) -> Grader:
    """Make a grader from its name, or from an object with `grader` and its options.

    The short form `trajectory:in_order` sets a trajectory's mode, `outcome:LABEL` a label,
    `judge:NAME` whose verdicts count, and `feedback` stands for `outcome:feedback`. Raises
    `InputError`.
    """
    body: dict[str, JsonValue] = dict(given) if isinstance(given, Mapping) else _short(given)
    kind = str(body.pop("grader", ""))
    if kind not in GRADERS:
        raise InputError(f"There is no grader {kind!r}; there are: {', '.join(GRADERS)}.")
    known = {field.name for field in fields(GRADERS[kind])}
    if strange := [name for name in body if name not in known]:
        options = ", ".join(sorted(known))
        raise InputError(f"Grader {kind!r} has no option {strange[0]!r}; it has: {options}.")
    try:
        return _adapter(kind).validate_python(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise InputError(f"Grader {kind!r}: {name}: {first['msg']}.") from None


def _short(given: str) -> dict[str, JsonValue]:
    if given == FEEDBACK:
        return {"grader": "outcome", "label": FEEDBACK, "name": FEEDBACK}
    kind, _, option = given.partition(":")
    body: dict[str, JsonValue] = {"grader": kind}
    if option:
        body["name"] = given.replace(":", ".")
        if kind == "trajectory":
            body["mode"] = option
        elif kind == "outcome":
            body["label"] = option
        elif kind == "judge":
            body["judge"] = option
        else:
            raise InputError(f"Grader {kind!r} has no short form with a colon.")
    return body
