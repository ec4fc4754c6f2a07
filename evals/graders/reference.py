"""A reference: what was expected of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from pydantic import ConfigDict, JsonValue, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from surefoot.errors import InputError

from .predicates import check

ArgsMode = Literal["exact", "subset", "superset", "ignore"]
"""`subset`: no other arguments than those named. `superset`: all of those named, and maybe more."""

_STRICT = ConfigDict(extra="forbid")


@checked_dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class ExpectedCall:
    """A call that a run should make."""

    tool: str
    args: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """Values, or predicates such as `{"$regex": "^A-"}`."""
    match: ArgsMode = "exact"
    id: str = ""
    """A name for `after` of other calls."""
    after: tuple[str, ...] = ()
    """The calls that must have come before it, in a partial order."""


@checked_dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class AnswerSpec:
    """What the answer must be or hold. Everything that is given must be met."""

    exact: str | None = None
    contains: tuple[str, ...] = ()
    """Words or figures that must all be there; letter case does not count."""
    numbers: tuple[float, ...] = ()
    """Numbers that must all be there, however they are written."""
    tolerance: float = 0.0
    """Relative difference that the numbers may have."""
    items: tuple[str, ...] = ()
    """A set: precision and recall over its members, in any order."""
    regex: str | None = None
    absent: tuple[str, ...] = ()
    """Words that must not be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Everything that graders may be told about an item. What is not given is not graded."""

    calls: tuple[ExpectedCall, ...] | None = None
    """None expects nothing; an empty tuple expects no call at all."""
    forbidden: tuple[str, ...] = ()
    """Tools that must not be called."""
    answer: AnswerSpec | None = None
    answerable: bool | None = None
    """False when the right answer is to say that it cannot be known."""
    state: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """Labels that the trace must carry, such as `{"utility": true}`."""
    tools: dict[str, dict[str, JsonValue]] = field(default_factory=dict[str, dict[str, JsonValue]])
    """JSON Schemas of tools' arguments, for recordings that do not hold them."""


NOTHING = Reference()


@cache
def _adapter() -> TypeAdapter[Reference]:
    return TypeAdapter(Reference)


FIELDS = ("calls", "forbidden", "answer", "answerable", "state", "tools")


def read_reference(body: dict[str, JsonValue], where: str) -> Reference:
    """Read a reference from its JSON. Raises `InputError` that names the field."""
    given = {key: value for key, value in body.items() if key in FIELDS}
    if isinstance(given.get("answer"), str):
        given["answer"] = {"contains": [given["answer"]]}
    try:
        reference = _adapter().validate_python(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise InputError(f"{where}: {name}: {first['msg']}.") from None
    for call in reference.calls or ():
        check(dict(call.args), f"{where}: call of {call.tool!r}")
    _check_order(reference, where)
    return reference


def _check_order(reference: Reference, where: str) -> None:
    names = {call.id for call in reference.calls or () if call.id}
    for call in reference.calls or ():
        if strange := [name for name in call.after if name not in names]:
            raise InputError(f"{where}: {call.tool!r} comes after {strange[0]!r}, which is no id.")
