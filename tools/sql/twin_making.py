"""Making twins: queries with the source of another that show something else."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from .syntax import unparse
from .trees import Node, copied

_ANYWHERE: Node = {"alias": "", "query_location": 0, "query_location_length": 0}


def twin(select: Node, shown: Sequence[JsonValue], *, where: JsonValue) -> str:
    """Return the query with the same source and named queries that shows something else."""
    made = copied(select)
    made |= {
        "select_list": [*shown],
        "where_clause": where,
        "group_expressions": [],
        "group_sets": [],
        "modifiers": [],
        "having": None,
        "qualify": None,
        "aggregate_handling": "STANDARD_HANDLING",
    }
    return unparse([{"node": made, "named_param_map": []}])


def bare(expression: JsonValue) -> JsonValue:
    """Return an expression without the name that it was given."""
    return {**expression, "alias": ""} if isinstance(expression, dict) else expression


def column(*path: str) -> Node:
    """Return a reference to a column."""
    return {**_ANYWHERE, "class": "COLUMN_REF", "type": "COLUMN_REF", "column_names": [*path]}


def negated(condition: JsonValue) -> Node:
    """Return `NOT condition`."""
    return {**_ANYWHERE, "class": "OPERATOR", "type": "OPERATOR_NOT", "children": [condition]}


def is_null(condition: JsonValue) -> Node:
    """Return `condition IS NULL`."""
    return {**_ANYWHERE, "class": "OPERATOR", "type": "OPERATOR_IS_NULL", "children": [condition]}


def count(what: JsonValue, *, distinct: bool = False) -> Node:
    """Return `count(what)`."""
    return _function("count", what, distinct=distinct)


def count_if(condition: JsonValue) -> Node:
    """Return `count_if(condition)`."""
    return _function("count_if", condition)


def rows_counted() -> Node:
    """Return `count(*)`."""
    return _function("count_star")


def _function(name: str, *arguments: JsonValue, distinct: bool = False) -> Node:
    return {
        **_ANYWHERE,
        "class": "FUNCTION",
        "type": "FUNCTION",
        "function_name": name,
        "schema": "",
        "catalog": "",
        "filter": None,
        "order_bys": {"type": "ORDER_MODIFIER", "orders": []},
        "distinct": distinct,
        "is_operator": False,
        "export_state": False,
        "arguments": [{"name": "", "expression": one} for one in arguments],
        "qualified_name": {"path": [name]},
    }
