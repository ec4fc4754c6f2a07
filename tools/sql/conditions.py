"""Conditions: what a question names and its query leaves out, and numbers that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..tool import Doubt
from .catalog import Column, Table, literal
from .trees import reach_of
from .workspace import QueryResult

_WHOLE = re.compile(
    r"\b(?:total|overall|all|every|each|share|percent\w*|ratio|proportion|fraction|than|versus|vs|"
    r"compare\w*|difference|other|besides|except|and)\b|%",
    re.IGNORECASE,
)
"""Words of questions that need rows beside those named."""
_SHORTEST = 4
_PLAIN = frozenset({"true", "false", "none", "other", "unknown", "null"})
_OF_A_COLUMN = re.compile(r"(?:avg|mean|average|median|min|minimum|max|maximum)_(?P<column>\w+)")


def dropped_conditions(
    question: str, result: QueryResult, tables: Sequence[Table]
) -> Iterator[Doubt]:
    """Yield what the question names of a column of which neither query nor rows mention a value.

    A question that compares, or asks for a share, needs rows without the condition: for it that
    is no more than a hint.
    """
    read = [table for table in tables if table.name in result.tables]
    sql, rows = result.sql.casefold(), str(result.rows).casefold()
    asked = question.casefold()
    for table in read:
        for column in table.columns:
            values = list(_listed(column))
            named = [value for value in values if _names(asked, value.casefold())]
            # A query for another value of the column may be one of several that are compared.
            is_used = any(literal(value).casefold() in sql for value in values)
            if named and not is_used and not any(v.casefold() in f"{sql} {rows}" for v in named):
                yield Doubt(
                    outcome="not_checkable" if _WHOLE.search(question) else "unsupported",
                    code="condition_left_out",
                    reason=f"The question names {named[0]!r}, which is a value of "
                    f"{table.name}.{column.name}, and the query does not use it.",
                    repair="Add the condition, unless the rows without it are wanted.",
                )


def _listed(column: Column) -> Iterator[str]:
    """Yield the texts of a column that are names: long enough, and no words of everyday use."""
    for text in column.values or ():
        value = text[1:-1].replace("''", "'")
        if text.startswith("'") and len(value) >= _SHORTEST and value.casefold() not in _PLAIN:
            yield value


def _names(asked: str, value: str) -> bool:
    place = asked.find(value)
    while place >= 0:
        before = asked[place - 1 : place]
        after = asked[place + len(value) : place + len(value) + 2]
        if not before.isalnum() and not after.removeprefix("s")[:1].isalnum():
            return True
        place = asked.find(value, place + 1)
    return False


def impossible_numbers(result: QueryResult, tables: Sequence[Table]) -> Iterator[Doubt]:
    """Yield the columns that are called an average, or the like, of another and leave its range."""
    known = {
        column.name.casefold(): column
        for table in tables
        if table.name in result.tables
        for column in table.columns
    }
    for place, name in enumerate(result.columns):
        match = _OF_A_COLUMN.fullmatch(name.casefold())
        column = known.get(match["column"]) if match else None
        reach = reach_of(column) if column is not None else None
        if column is None or reach is None:
            continue
        numbers = [row[place] for row in result.rows if isinstance(row[place], int | float)]
        margin = 1e-6 * max(map(abs, reach))
        outside = [
            n for n in numbers if not reach[0] - margin <= float(str(n)) <= reach[1] + margin
        ]
        if outside:
            yield Doubt(
                code="out_of_range",
                reason=f"{name} is {outside[0]}, but {column.name} goes from {column.minimum} to "
                f"{column.maximum}.",
                repair="Check the aggregate and the unit.",
            )
