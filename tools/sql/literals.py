"""Literals: values that a query compares with a column in which they never occur."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from ..repair import nearest
from .catalog import Catalog, Column, literal
from .refusals import Refused

Node = dict[str, JsonValue]

_MOST_SHOWN = 20
_OTHERWISE = ("SELECT_NODE", "OPERATOR_NOT", "CASE_EXPR")
"""Looked at on their own, or places where a value that never occurs does no harm."""


@dataclass(frozen=True, slots=True)
class _Compared:
    path: tuple[str, ...]
    """The column, perhaps after its table or alias."""
    value: str


def require_known_values(tree: JsonValue, catalog: Catalog) -> None:
    """Raise `Refused` when a filter asks for a value that its column never has.

    Only bare text columns are looked at whose every value the catalog knows, and only where it
    is certain which table the column belongs to.
    """
    hidden = _named_queries(tree)
    for select in _selects(tree):
        tables = _tables(select.get("from_table"))
        if tables is not None and hidden:
            tables = {k: None if v and v.casefold() in hidden else v for k, v in tables.items()}
        for compared in _comparisons(select):
            column = _column(compared.path, tables, catalog)
            if column is not None and column.values is not None:
                _require_value(compared.value, column, column.values)


def _require_value(value: str, column: Column, literals: tuple[str, ...]) -> None:
    known = [text[1:-1].replace("''", "'") for text in literals if text.startswith("'")]
    if not known or value in known:
        return
    near = nearest(value, known)
    hint = f" The nearest is {literal(near)}." if near is not None else ""
    more = f" and {len(known) - _MOST_SHOWN} more" if len(known) > _MOST_SHOWN else ""
    raise Refused(
        f"No row has {column.name} = {literal(value)}.{hint} Its values are: "
        f"{', '.join(literals[:_MOST_SHOWN])}{more}. Use one of them, or say that there is none.",
        "value_not_in_data",
    )


def _named_queries(tree: JsonValue) -> frozenset[str]:
    """Return the names that WITH gives to queries, which hide tables of the same name."""
    names: set[str] = set()
    for node in _nodes(tree):
        held = node.get("cte_map")
        entries = held.get("map") if isinstance(held, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                names.add(str(entry.get("key")).casefold())
    return frozenset(names)


def _selects(tree: JsonValue) -> Iterator[Node]:
    return (node for node in _nodes(tree) if node.get("type") == "SELECT_NODE")


def _nodes(tree: JsonValue) -> Iterator[Node]:
    pending: list[JsonValue] = [tree]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            yield item
            pending.extend(item.values())


def _tables(source: JsonValue) -> dict[str, str | None] | None:
    """Return what each name in FROM stands for: a table, or None for anything else."""
    if not isinstance(source, dict):
        return None
    match source.get("type"):
        case "JOIN":
            left, right = _tables(source.get("left")), _tables(source.get("right"))
            return None if left is None or right is None else left | right
        case "BASE_TABLE":
            name = str(source.get("table_name"))
            renamed = bool(source.get("column_name_alias"))
            alias = str(source.get("alias") or name)
            return {alias.casefold(): None if renamed else name}
        case "EMPTY":
            return {}
    return {str(source.get("alias") or id(source)).casefold(): None}


def _comparisons(select: Node) -> Iterator[_Compared]:
    apart = ("from_table", "cte_map", "type")
    pending: list[JsonValue] = [value for key, value in select.items() if key not in apart]
    if isinstance(source := select.get("from_table"), dict):
        pending.extend(_conditions(source))
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict) and item.get("type") not in _OTHERWISE:
            yield from _compared(item)
            pending.extend(item.values())


def _conditions(source: Node) -> Iterator[JsonValue]:
    if source.get("type") == "JOIN":
        yield source.get("condition")
        for side in (source.get("left"), source.get("right")):
            if isinstance(side, dict):
                yield from _conditions(side)


def _compared(node: Node) -> Iterator[_Compared]:
    match node.get("type"):
        case "COMPARE_EQUAL":
            sides = (node.get("left"), node.get("right"))
            for column, other in (sides, sides[::-1]):
                yield from _pair(column, other)
        case "COMPARE_IN":
            children = node.get("children")
            for other in children[1:] if isinstance(children, list) else ():
                assert isinstance(children, list)
                yield from _pair(children[0], other)


def _pair(column: JsonValue, other: JsonValue) -> Iterator[_Compared]:
    if not (isinstance(column, dict) and column.get("class") == "COLUMN_REF"):
        return
    if not (isinstance(other, dict) and other.get("class") == "CONSTANT"):
        return
    path, constant = column.get("column_names"), other.get("literal")
    if isinstance(path, list) and isinstance(constant, dict) and constant.get("kind") == "STRING":
        yield _Compared(tuple(str(part) for part in path), str(constant.get("text")))


def _column(
    path: tuple[str, ...], tables: dict[str, str | None] | None, catalog: Catalog
) -> Column | None:
    if not tables or len(path) > 2:
        return None
    if len(path) == 2:
        name = tables.get(path[0].casefold())
        return _find(catalog, name, path[1]) if name is not None else None
    found = [_find(catalog, name, path[0]) for name in tables.values() if name is not None]
    certain = [column for column in found if column is not None]
    return certain[0] if len(certain) == 1 and None not in tables.values() else None


def _find(catalog: Catalog, table: str, name: str) -> Column | None:
    found = catalog.table(table)
    columns = found.columns if found is not None else ()
    return next((c for c in columns if c.name.casefold() == name.casefold()), None)
