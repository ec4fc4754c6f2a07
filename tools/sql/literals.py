"""Literals: values that a query compares with a column in which they never occur."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from ..repair import nearest
from .brief import Brief
from .catalog import Catalog, Column, literal, quoted
from .refusals import Refused
from .trees import (
    Node,
    aliases,
    constant,
    home_of,
    named_queries,
    reach_of,
    selects,
    sides,
)

_MOST_SHOWN = 20
_OTHERWISE = ("SELECT_NODE", "OPERATOR_NOT", "CASE_EXPR")
"""Looked at on their own, or places where a value that never occurs does no harm."""
_KINDS = ("STRING", "INTEGER", "NUMERIC")


@dataclass(frozen=True, slots=True)
class _Compared:
    path: tuple[str, ...]
    """The column, perhaps after its table or alias."""
    kind: str
    value: str


def require_known_values(tree: JsonValue, catalog: Catalog, brief: Brief | None = None) -> None:
    """Raise `Refused` when a filter asks for a value that its column never has.

    Only bare columns are looked at, and only where it is certain which table they belong to. A
    text is looked up in the catalog where that lists all values of the column, else by a `brief`
    look at the data; a number is held against the column's range.
    """
    hidden = named_queries(tree)
    for select in selects(tree):
        read = sides(select.get("from_table"), catalog, hidden)
        unlisted: dict[tuple[str, str], list[str]] = {}
        renamed = aliases(select)
        for compared in _comparisons(select):
            if len(compared.path) == 1 and compared.path[0].casefold() in renamed:
                continue
            if (home := home_of(compared.path, read)) is None or home[0].table is None:
                continue
            column = home[1]
            if compared.kind != "STRING":
                _require_in_range(compared.value, column)
            elif column.values is not None:
                _require_value(compared.value, column, column.values, catalog)
            elif column.type == "VARCHAR":
                unlisted.setdefault((home[0].table.name, column.name), []).append(compared.value)
        if brief is not None:
            for (table, name), values in unlisted.items():
                _require_any(values, table, name, brief)


def _require_value(value: str, column: Column, literals: tuple[str, ...], catalog: Catalog) -> None:
    known = [text[1:-1].replace("''", "'") for text in literals if text.startswith("'")]
    if not known or value in known:
        return
    near = nearest(value, known)
    hint = f" The nearest is {literal(near)}." if near is not None else _elsewhere(value, catalog)
    more = f" and {len(known) - _MOST_SHOWN} more" if len(known) > _MOST_SHOWN else ""
    raise Refused(
        f"No row has {column.name} = {literal(value)}.{hint} Its values are: "
        f"{', '.join(literals[:_MOST_SHOWN])}{more}. Use one of them, or say that there is none.",
        "value_not_in_data",
    )


def _elsewhere(value: str, catalog: Catalog) -> str:
    """Return where else the value occurs, as far as the catalog lists it."""
    sought = value.casefold()
    for table in catalog.tables:
        for column in table.columns:
            for text in column.values or ():
                if text.startswith("'") and len(sought) > 2 and sought in text.casefold():
                    return f" There is {table.name}.{column.name} = {text}."
    return ""


def _require_in_range(value: str, column: Column) -> None:
    if (reach := reach_of(column)) is not None and not reach[0] <= float(value) <= reach[1]:
        raise Refused(
            f"No row has {column.name} = {value}: its values go from {column.minimum} to "
            f"{column.maximum}. Use one of them, or say that there is none.",
            "value_not_in_data",
        )


def _require_any(values: list[str], table: str, column: str, brief: Brief) -> None:
    """Raise when none of the values occurs; what cannot be looked up in time is let pass."""
    where, name = quoted(table), quoted(column)
    marks = ", ".join("?" for _ in values)
    found = brief.row(
        f"SELECT EXISTS (SELECT 1 FROM {where} WHERE {name} IN ({marks}))",
        values,
    )
    if found is None or found[0]:
        return
    near = brief.row(
        f"SELECT v FROM (SELECT DISTINCT {name} AS v FROM {where}) WHERE v IS NOT NULL "
        "ORDER BY jaro_winkler_similarity(lower(v), lower(?)) DESC, v LIMIT 1",
        values[:1],
    )
    hint = f" The nearest is {literal(str(near[0]))}." if near is not None else ""
    raise Refused(
        f"No row has {column} = {literal(values[0])}.{hint} "
        "Use a value that occurs, match a part with ILIKE, or say that there is none.",
        "value_not_in_data",
    )


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
            left, right = node.get("left"), node.get("right")
            for column, other in ((left, right), (right, left)):
                yield from _pair(column, other)
        case "COMPARE_IN":
            children = node.get("children")
            column, *others = children if isinstance(children, list) and children else [None]
            for other in others:
                yield from _pair(column, other)


def _pair(column: JsonValue, other: JsonValue) -> Iterator[_Compared]:
    if not (isinstance(column, dict) and column.get("class") == "COLUMN_REF"):
        return
    path, held = column.get("column_names"), constant(other)
    if isinstance(path, list) and held is not None and held[0] in _KINDS:
        yield _Compared(tuple(str(part) for part in path), *held)
