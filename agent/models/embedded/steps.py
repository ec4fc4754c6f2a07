"""Steps: the tool calls a question needs, and the parts of the answer they serve."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pydantic import JsonValue

from .blocks import Result, grid_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Embed = Callable[[Sequence[str]], NDArray[np.float32]]
    """Turns texts into unit vectors, one row each."""


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call, whose arguments may refer to other steps' results."""

    id: str
    tool: str
    args: dict[str, JsonValue]

    @property
    def needs(self) -> tuple[str, ...]:
        """The ids of the steps it refers to."""
        return tuple(dict.fromkeys(path.split(".")[0] for path in _references(self.args)))


class Part(Protocol):
    """A piece of the question: what it needs, and how it is answered from that."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The calls it rests on, none when it is answered right away."""
        ...

    def say(self, found: Mapping[str, Result]) -> str:
        """Answer it from the results of its steps, by step id; some may be missing."""
        ...


@dataclass(frozen=True, slots=True)
class Note:
    """A part that is answered without any tool."""

    text: str

    @property
    def steps(self) -> tuple[Step, ...]:
        """None."""
        return ()

    def say(self, found: Mapping[str, Result]) -> str:
        """Return its text."""
        return self.text


def ref(path: str) -> dict[str, JsonValue]:
    """Return a reference to a step's value."""
    return {"$ref": path}


def _references(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        path = value.get("$ref")
        if isinstance(path, str) and len(value) == 1:
            yield path
            return
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def filled(step: Step, found: Mapping[str, Result]) -> Step | None:
    """Return the step with its references replaced by what they lead to, None when they cannot."""
    try:
        args = {name: _filled(value, found) for name, value in step.args.items()}
    except LookupError:
        return None
    return Step(step.id, step.tool, args)


def _filled(value: JsonValue, found: Mapping[str, Result]) -> JsonValue:
    if isinstance(value, dict):
        path = value.get("$ref")
        if isinstance(path, str) and len(value) == 1:
            return _value_at(path, found)
        return {name: _filled(inner, found) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, found) for inner in value]
    return value


def _value_at(path: str, found: Mapping[str, Result]) -> JsonValue:
    """Read a value out of a result's printed form; raises `LookupError` when it is not there."""
    step, _, rest = path.partition(".")
    blocks = found[step].blocks
    if not blocks:
        raise LookupError(path)
    grid = grid_of(blocks[0])
    match rest.split("."):
        case ["rows", row, column] if grid is not None and row.isdigit():
            if column in grid.columns and int(row) < len(grid.rows):
                return as_value(grid.rows[int(row)][grid.columns.index(column)])
        case [""] | ["result"] if grid is None:
            return as_value(blocks[0].content.strip().splitlines()[-1])
    raise LookupError(path)


def as_value(text: str) -> JsonValue:
    """Return what a printed value stands for: a number, true, false, null or the text itself."""
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return None if re.fullmatch(r"NULL|None", text) else text
    return value if isinstance(value, int | float | bool) or value is None else text
