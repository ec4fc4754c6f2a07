"""Disagreement: two tools that give one name two numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from pydantic import JsonValue

from surefoot.evidence import Evidence, McpSource, TableSource, ToolSource
from surefoot.verdicts import Verdict

from .subjects import ResultSubject

_MOST_COMPARED = 50
"""Pieces of evidence, from the newest on."""
_SHORTEST_NAME = 4
_ANY = frozenset(
    "value values count total result number amount mean average share percent date year month "
    "hour index rows score rank name code status".split()
)
"""Names that say too little to be of one thing."""
_APART = 0.01
"""So far apart, relatively, two numbers are not one number rounded."""


def tools_agree(subject: ResultSubject) -> Verdict | None:
    """Hint at numbers that another tool has given otherwise under the same name.

    They may well be of different things, which no name tells; that is for the planner to see.
    """
    others = [item for item in subject.evidence if item.call_id != subject.step.call_id]
    for item in subject.found:
        mine = dict(_named(item))
        for other in reversed(others[-_MOST_COMPARED:]) if mine else ():
            if _tool(other) == _tool(item):
                continue
            for name, number in _named(other):
                if name in mine and not _are_one(mine[name], number):
                    return subject.verdict(
                        "not_checkable",
                        "tools_disagree",
                        f"{name} is {mine[name]:g} in {item.id} and {number:g} in {other.id}.",
                        repair="Find out which is right, or say that they differ and why.",
                        evidence_ids=(item.id, other.id),
                    )
    return None


def _tool(item: Evidence) -> str:
    match item.source:
        case ToolSource() as source:
            return source.tool
        case McpSource() as source:
            return f"{source.server} {source.tool}"
        case source:
            return source.type


def _named(item: Evidence) -> Iterator[tuple[str, float]]:
    """Yield the numbers of a result that is about one thing, by name."""
    for key, value in _pairs(item):
        name = re.sub(r"[\W_]+", "_", key.casefold()).strip("_")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and len(name) >= _SHORTEST_NAME and name not in _ANY:
            yield name, float(str(value))


def _pairs(item: Evidence) -> Iterator[tuple[str, JsonValue]]:
    data = item.data
    if not isinstance(data, dict):
        return
    if not isinstance(item.source, TableSource):
        yield from data.items()
        return
    columns, rows = data.get("columns"), data.get("rows")
    if isinstance(columns, list) and isinstance(rows, list) and len(rows) == 1:
        row = rows[0]
        yield from zip(map(str, columns), row if isinstance(row, list) else [], strict=False)


def _are_one(one: float, other: float) -> bool:
    """Return whether two numbers may be one: rounded, as a percentage, or in thousands."""
    scales = (1, 100, 1000, 1_000_000)
    return any(
        math.isclose(one * scale, other, rel_tol=_APART, abs_tol=1e-9)
        or math.isclose(one, other * scale, rel_tol=_APART, abs_tol=1e-9)
        for scale in scales
    )
