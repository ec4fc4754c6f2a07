"""Chains: a part that computes with what the part before it found."""

from __future__ import annotations

import re
from typing import Protocol

from pydantic import JsonValue

from .code.arithmetic import plain
from .code.units import converted
from .parts import ComputedPart, TablePart
from .sql.catalog import Catalog
from .sql.writer import write
from .steps import Part, Step, ref

_IT = r"(?:that|it|this|the result|the answer|the number|those|them|they|these)"
_N = r"(\d[\d,]*(?:\.\d+)?)"
_OPERATIONS = (
    (rf"\b(?:double|twice) {_IT}|{_IT} doubled", "x * 2"),
    (rf"\btriple {_IT}", "x * 3"),
    (rf"\b(?:halve|half of) {_IT}|half (?:of )?{_IT}", "x / 2"),
    (rf"\bmultipl(?:y|ied) (?:{_IT} )?(?:by|with) {_N}|{_IT} times {_N}", "x * {n}"),
    (rf"\bdivided? (?:{_IT} )?by {_N}", "x / {n}"),
    (rf"\badd {_N}(?: to {_IT})?|{_IT} plus {_N}", "x + {n}"),
    (rf"\bsubtract {_N}(?: from {_IT})?|{_IT} minus {_N}", "x - {n}"),
    (rf"square root of {_IT}", "x ** 0.5"),
    (rf"\bsquare (?:of )?{_IT}|{_IT} squared", "x ** 2"),
    (rf"{_N}\s*(?:%|percent) of {_IT}", "x * {n} / 100"),
    (rf"\bround {_IT}|{_IT} rounded", "round(x)"),
)
_SHARE = re.compile(
    rf"(?:what|which) (?:percentage|percent|share|fraction|proportion)(?: of (?:all )?(?:the"
    rf" )?(?P<whole>.+?))?"
    rf" (?:is|are|was|were|do|does) {_IT}(?: make up| represent)?\W*$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    rf"{_IT} (?:is |are )?in (?P<unit>[a-z]+)\W*$|\bconvert {_IT} (?:to|into) (?P<to>[a-z]+)",
    re.IGNORECASE,
)


class Numbering(Protocol):
    """What a chain needs of the outline it is part of."""

    @property
    def catalog(self) -> Catalog:
        """The tables there are."""
        ...

    def step(self, tool: str, args: dict[str, JsonValue]) -> Step:
        """Return a new step with the next id."""
        ...


def chained(text: str, before: Part, numbering: Numbering) -> Part | None:
    """Return the part that computes on from the one before, None when it does not refer to it."""
    path = _value_path(before)
    if path is None:
        return None
    share = _SHARE.search(text)
    if share is not None and isinstance(before, TablePart):
        return _share(text, share["whole"], before, path, numbering)
    unit = _UNIT.search(text)
    if unit is not None and (code := _in_unit(path, unit["unit"] or unit["to"])) is not None:
        step = numbering.step("run_code", {"code": code, "inputs": {"x": ref(path)}})
        return ComputedPart(text, step, suffix=f" {unit['unit'] or unit['to']}", form="That is {}")
    for pattern, code in _OPERATIONS:
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None:
            number = next((group for group in match.groups() if group), None)
            written = code.format(n=plain(number) if number else "")
            step = numbering.step("run_code", {"code": written, "inputs": {"x": ref(path)}})
            return ComputedPart(
                text, step, form=f"The result of {written.replace('x', 'that', 1)} is {{}}"
            )
    return None


def _value_path(before: Part) -> str | None:
    """Return the path to the one number that a part comes to."""
    if isinstance(before, TablePart) and before.draft.shape in (
        "count",
        "number",
        "share",
        "lookup",
    ):
        alias = re.search(r" AS (\w+) FROM ", before.draft.sql)
        plain_column = re.match(r"SELECT (?:\w+\.)?(\w+) FROM ", before.draft.sql)
        name = alias or plain_column
        return f"{before.step.id}.rows.0.{name[1]}" if name else None
    if isinstance(before, ComputedPart):
        return f"{before.step.id}.result"
    return None


def _share(
    text: str, whole: str | None, before: TablePart, path: str, numbering: Numbering
) -> Part | None:
    noun = whole or _table_of(before.draft.sql)
    total = write(f"How many {noun} are there?", numbering.catalog) if noun else None
    if total is None or not total.is_sure or total.shape != "count":
        return None
    counted = numbering.step("run_sql", {"sql": total.sql})
    inputs: JsonValue = {"part": ref(path), "whole": ref(f"{counted.id}.rows.0.n")}
    step = numbering.step("run_code", {"code": "100 * part / whole", "inputs": inputs})
    return ComputedPart(text, step, (counted,), "%", f"That is {{}} of the {noun}")


def _table_of(sql: str) -> str | None:
    match = re.search(r" FROM (\w+)", sql)
    return match[1].replace("_", " ") if match else None


def _in_unit(path: str, target: str) -> str | None:
    source = re.search(r"_(mm|cm|m|km|g|kg|mg)$", path)
    return converted("x", source[1], target) if source else None
