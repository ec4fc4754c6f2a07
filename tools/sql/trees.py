"""Trees: finding one's way in a query as DuckDB's own parser has read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from .catalog import Catalog, Column, Table

Node = dict[str, JsonValue]

_FUNCTIONS_OF_ROWS = frozenset({"SUBQUERY", "WINDOW"})


@dataclass(frozen=True, slots=True)
class Side:
    """One source of rows in FROM."""

    alias: str
    """As the query calls it."""
    table: Table | None
    """None for anything but a table of the catalog with its own column names."""


def nodes(tree: JsonValue) -> Iterator[Node]:
    """Yield every node of a tree."""
    pending: list[JsonValue] = [tree]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            yield item
            pending.extend(item.values())


def selects(tree: JsonValue) -> Iterator[Node]:
    """Yield every SELECT of a tree, however deep."""
    return (node for node in nodes(tree) if node.get("type") == "SELECT_NODE")


def outermost(tree: JsonValue) -> Node | None:
    """Return the SELECT that the whole query is, or None when it is something else."""
    statement = tree[0] if isinstance(tree, list) and len(tree) == 1 else None
    node = statement.get("node") if isinstance(statement, dict) else None
    return node if isinstance(node, dict) and node.get("type") == "SELECT_NODE" else None


def named_queries(tree: JsonValue) -> frozenset[str]:
    """Return the names that WITH gives to queries, which hide tables of the same name."""
    names: set[str] = set()
    for node in nodes(tree):
        held = node.get("cte_map")
        entries = held.get("map") if isinstance(held, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                names.add(str(entry.get("key")).casefold())
    return frozenset(names)


def sides(source: JsonValue, catalog: Catalog, hidden: frozenset[str]) -> list[Side]:
    """Return what a FROM reads, from left to right."""
    if not isinstance(source, dict) or source.get("type") == "EMPTY":
        return []
    if source.get("type") == "JOIN":
        left, right = source.get("left"), source.get("right")
        return [*sides(left, catalog, hidden), *sides(right, catalog, hidden)]
    name = str(source.get("table_name") or "")
    alias = str(source.get("alias") or name or id(source))
    is_plain = source.get("type") == "BASE_TABLE" and not source.get("column_name_alias")
    known = is_plain and name.casefold() not in hidden
    return [Side(alias, catalog.table(name) if known else None)]


def joins(source: JsonValue) -> Iterator[Node]:
    """Yield the joins of a FROM, the innermost last."""
    if isinstance(source, dict) and source.get("type") == "JOIN":
        yield source
        yield from joins(source.get("left"))
        yield from joins(source.get("right"))


def column_paths(expression: JsonValue) -> list[tuple[str, ...]] | None:
    """Return the columns that an expression reads; None when it reads rows of its own."""
    found: list[tuple[str, ...]] = []
    for node in nodes(expression):
        if node.get("class") in _FUNCTIONS_OF_ROWS:
            return None
        names = node.get("column_names")
        if node.get("class") == "COLUMN_REF" and isinstance(names, list):
            found.append(tuple(str(name) for name in names))
    return found


def home_of(path: tuple[str, ...], read: list[Side]) -> tuple[Side, Column] | None:
    """Return the table and column that a name means; None where that is not certain."""
    if len(path) == 2:
        side = next((s for s in read if s.alias.casefold() == path[0].casefold()), None)
        column = column_of(side.table, path[1]) if side is not None else None
        return (side, column) if side is not None and column is not None else None
    if len(path) != 1 or any(side.table is None for side in read):
        return None
    found = [(s, c) for s in read if (c := column_of(s.table, path[0])) is not None]
    return found[0] if len(found) == 1 else None


def column_of(table: Table | None, name: str) -> Column | None:
    """Return a table's column of that name, whatever its case."""
    columns = table.columns if table is not None else ()
    return next((c for c in columns if c.name.casefold() == name.casefold()), None)


def reach_of(column: Column) -> tuple[float, float] | None:
    """Return the least and the greatest number of a column; None for what holds no numbers."""
    if column.minimum is None or column.maximum is None or column.minimum.startswith("'"):
        return None
    return float(column.minimum), float(column.maximum)


def aliases(select: Node) -> frozenset[str]:
    """Return the names that a SELECT gives to what it computes."""
    listed = select.get("select_list")
    named = listed if isinstance(listed, list) else []
    return frozenset(str(one.get("alias")).casefold() for one in named if isinstance(one, dict))


def constant(node: JsonValue) -> tuple[str, str] | None:
    """Return the kind and text of a literal, such as `STRING` and `Oslo`; None for the rest."""
    if not (isinstance(node, dict) and node.get("class") == "CONSTANT"):
        return None
    held = node.get("literal")
    if not isinstance(held, dict):
        return None
    return str(held.get("kind")), str(held.get("text"))


def copied(node: Node) -> Node:
    """Return a tree of one's own to change."""
    copy: Node = json.loads(json.dumps(node))
    return copy
