"""Bounded: so many values of a result are kept as evidence, whatever a tool hands over."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pydantic import JsonValue

from surefoot.evidence import Finding, TableSource

MOST_VALUES = 100_000


def bounded(finding: Finding) -> JsonValue:
    """Return the finding's data: of a large table its first rows, and nothing of what has no rows.

    Checks then know that there is more, by the table's row count, or look at its text alone.
    """
    data = finding.data
    if len(list(islice(_values(data), MOST_VALUES + 1))) <= MOST_VALUES:
        return data
    rows = data.get("rows") if isinstance(data, dict) else None
    if not isinstance(finding.source, TableSource) or not isinstance(rows, list):
        return None
    assert isinstance(data, dict)
    first = rows[0] if rows else None
    width = len(first) if isinstance(first, list | dict) else 1
    return {**data, "rows": rows[: MOST_VALUES // max(width, 1)]}


def _values(data: JsonValue) -> Iterator[JsonValue]:
    """Yield the values that are no lists and no objects."""
    pending = [data]
    while pending:
        match pending.pop():
            case list() as items:
                pending.extend(items)
            case dict() as items:
                pending.extend(items.values())
            case value:
                yield value
