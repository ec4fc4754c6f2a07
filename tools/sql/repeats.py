"""Repeats: rows that a join brings through more often than they are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from ..tool import Doubt
from .brief import Brief
from .catalog import Table
from .trees import Node, Side, column_of, column_paths, home_of, joins
from .twin_making import column, count, twin

_GROWING = frozenset(
    "sum avg mean median quantile_cont quantile_disc stddev fsum kahan_sum".split()
)
"""Aggregates that change when rows are repeated."""


def repeated_rows(select: Node, read: list[Side], brief: Brief) -> Iterator[Doubt]:
    """Yield that the joins of a query make what it counts or sums too large.

    The first table of FROM says what a row is: `FROM orders JOIN items` sums orders repeatedly,
    and `FROM items JOIN orders` looks something up for each item.
    """
    found = list(joins(select["from_table"]))
    if len(read) < 2 or not all(_is_plain(join) for join in found):
        return
    first = read[0]
    grown = list(_grown(select, read))
    counts = _counts_rows(select)
    if first.table is None or not (grown or counts):
        return
    if all(_is_unique(join, read) for join in found):
        return
    repeated = _repeated(select, read, brief, enough=first.alias if first.alias in grown else "")
    if len(read) == 2 and len(repeated) == 2 and read[0].table is not read[1].table:
        yield Doubt(
            code="many_to_many",
            reason=f"The join pairs rows of {read[0].alias} and {read[1].alias} many to many, so "
            "that rows of both are counted repeatedly.",
            repair="Join on all columns of the key, or aggregate one side before joining.",
        )
    elif first.alias in repeated and first.alias in grown:
        yield Doubt(
            code="rows_multiplied",
            reason=f"The join repeats rows of {first.alias}, so that what is summed or averaged "
            "over its columns counts them repeatedly.",
            repair=f"Aggregate before joining, or replace the join by a condition with EXISTS on "
            f"{first.alias}.",
        )


def _is_plain(join: Node) -> bool:
    """Return whether a join only pairs rows; a cross join that is written out is meant."""
    pairs = join.get("join_type") in ("INNER", "LEFT") and join.get("ref_type") in (
        "REGULAR",
        "NATURAL",
        "CROSS",
    )
    return pairs and (join.get("ref_type") != "CROSS" or bool(join.get("is_implicit")))


def _grown(select: Node, read: list[Side]) -> Iterator[str]:
    """Yield the aliases whose own columns alone are summed or averaged."""
    for node in _aggregates(select):
        if node.get("function_name") not in _GROWING or node.get("distinct"):
            continue
        paths = column_paths(node.get("arguments")) or []
        homes = [home_of(path, read) for path in paths]
        names = {home[0].alias for home in homes if home is not None}
        if paths and None not in homes and len(names) == 1:
            yield names.pop()


def _counts_rows(select: Node) -> bool:
    return any(node.get("function_name") == "count_star" for node in _aggregates(select))


def _aggregates(select: Node) -> Iterator[Node]:
    """Yield the function calls of what a SELECT shows, those of queries within left out."""
    pending: list[JsonValue] = [select.get("select_list")]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict) and item.get("class") not in ("SUBQUERY", "WINDOW"):
            if item.get("class") == "FUNCTION":
                yield item
            pending.extend(item.values())


def _is_unique(join: Node, read: list[Side]) -> bool:
    """Return whether the right side of a join has at most one row for each of the left."""
    right = join.get("right")
    if not isinstance(right, dict) or right.get("type") != "BASE_TABLE":
        return False
    alias = str(right.get("alias") or right.get("table_name"))
    side = next((one for one in read if one.alias == alias), None)
    if side is None or side.table is None:
        return False
    return any(_identifies(side.table, name) for name in _joined_by(join, side, read))


def _joined_by(join: Node, side: Side, read: list[Side]) -> Iterator[str]:
    using = join.get("using_columns")
    yield from (str(name) for name in using) if isinstance(using, list) else ()
    condition = join.get("condition")
    parts = [condition]
    if isinstance(condition, dict) and condition.get("type") == "CONJUNCTION_AND":
        children = condition.get("children")
        parts = children if isinstance(children, list) else []
    for part in parts:
        if isinstance(part, dict) and part.get("type") == "COMPARE_EQUAL":
            for expression in (part.get("left"), part.get("right")):
                is_column = isinstance(expression, dict) and expression.get("class") == "COLUMN_REF"
                for path in (column_paths(expression) or []) if is_column else []:
                    if (home := home_of(path, read)) is not None and home[0].alias == side.alias:
                        yield home[1].name


def _identifies(table: Table, name: str) -> bool:
    """Return whether every row has a value of its own in the column, as far as it has any."""
    found = column_of(table, name)
    return found is not None and found.distinct >= table.rows - found.nulls


def _repeated(select: Node, read: Sequence[Side], brief: Brief, *, enough: str) -> set[str]:
    """Return the tables of which some row comes through more than once.

    That is certain of one from which more rows come than it has. To tell it of others, their
    different rows are counted too, which takes longer, and is left if `enough` is certain.
    """
    rows = {side.alias: side.table.rows for side in read if side.table is not None}
    through = _counted(select, [*rows], brief, distinct=False)
    certain = {alias for alias, n in through.items() if n > rows[alias]}
    if enough in certain:
        return certain
    left = [alias for alias, n in through.items() if n > 1 and alias not in certain]
    different = _counted(select, left, brief, distinct=True) if left else {}
    return certain | {alias for alias, n in different.items() if n < through[alias]}


def _counted(
    select: Node, aliases: Sequence[str], brief: Brief, *, distinct: bool
) -> dict[str, int]:
    """Return how many rows, or different ones, of each table come through the joins."""
    shown = [count(column(alias, "rowid"), distinct=distinct) for alias in aliases]
    row = brief.row(twin(select, shown, where=select.get("where_clause"))) or ()
    return {alias: n for alias, n in zip(aliases, row, strict=False) if isinstance(n, int)}
