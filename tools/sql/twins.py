"""Twins: a second query whose answer must agree with the first, or the first is not to be trusted.

Joins: a join that repeats the rows of a table makes its sums too large. Conditions: the rows for
which a condition holds, does not hold and is unknown are all rows there are. Groups: the groups'
counts and sums add up to the whole's. Twins are made of the query's own syntax tree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from ..tool import Doubt
from .brief import Brief
from .catalog import Catalog
from .repeats import repeated_rows
from .syntax import unparse
from .trees import Node, column_paths, constant, named_queries, nodes, outermost, sides
from .twin_making import bare, count_if, is_null, negated, rows_counted, twin

_ADDITIVE = frozenset({"count", "count_star", "sum"})
_NEGATIONS = frozenset({"COMPARE_NOTEQUAL", "OPERATOR_NOT"})
_NOT_LIKE = frozenset({"!~~", "!~~*"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the query gave."""

    columns: Sequence[str]
    rows: Sequence[Sequence[JsonValue]]
    row_count: int

    @property
    def is_whole(self) -> bool:
        """True when no row was left out."""
        return len(self.rows) == self.row_count


def compare(tree: JsonValue, answer: Answer, catalog: Catalog, brief: Brief) -> Iterator[Doubt]:
    """Yield what the twins of a query have against its answer."""
    yield from _null_traps(tree, brief)
    if (select := outermost(tree)) is None or not isinstance(select.get("from_table"), dict):
        return
    read = sides(select["from_table"], catalog, named_queries(tree))
    yield from repeated_rows(select, read, brief)
    yield from _unknown_rows(select, brief)
    yield from _groups(select, answer, brief)


def _null_traps(tree: JsonValue, brief: Brief) -> Iterator[Doubt]:
    """Yield where NOT IN meets a null, after which no row passes any more."""
    has_names = bool(named_queries(tree))
    for node in nodes(tree):
        if node.get("type") != "OPERATOR_NOT" or not isinstance(held := node.get("children"), list):
            continue
        inner = held[0] if len(held) == 1 and isinstance(held[0], dict) else {}
        values = inner.get("children")
        if inner.get("type") == "COMPARE_IN" and isinstance(values, list):
            if any((constant(one) or ("",))[0] == "NULL_LITERAL" for one in values[1:]):
                yield _null_trap("its list holds a null")
        elif inner.get("subquery_type") == "ANY" and inner.get("comparison_type") == (
            "COMPARE_EQUAL"
        ):
            if not has_names and _has_null(inner.get("subquery"), brief):
                yield _null_trap("its query gives a null")


def _null_trap(why: str) -> Doubt:
    return Doubt(
        code="null_in_not_in",
        reason=f"NOT IN lets no row pass, because {why}.",
        repair="Leave nulls out with IS NOT NULL, or use NOT EXISTS.",
    )


def _has_null(subquery: JsonValue, brief: Brief) -> bool:
    """Return whether a query of one column, which reads nothing from around it, gives a null."""
    if not isinstance(subquery, dict):
        return False
    text = unparse([subquery])
    row = brief.row(f"SELECT EXISTS (SELECT 1 FROM ({text}) AS s(v) WHERE v IS NULL)")
    return row is not None and row[0] is True


def _unknown_rows(select: Node, brief: Brief) -> Iterator[Doubt]:
    """Yield that a negated condition leaves out rows of which it is not known, for a null."""
    where = select.get("where_clause")
    if not isinstance(where, dict) or not _is_negated(where):
        return
    counts: list[JsonValue] = [
        count_if(where),
        count_if(negated(where)),
        count_if(is_null(where)),
        rows_counted(),
    ]
    row = brief.row(twin(select, counts, where=None))
    if row is None or not all(isinstance(one, int) for one in row):
        return
    passed, failed, unknown, whole = (int(str(one)) for one in row)
    if passed + failed + unknown != whole:
        yield Doubt(
            code="condition_not_stable",
            reason="The condition gives other rows each time it is asked.",
            repair="Leave out what is random or depends on the time of the query.",
        )
    elif unknown:
        yield Doubt(
            outcome="not_checkable",
            code="nulls_left_out",
            reason=f"Of {whole} rows, {unknown} are left out because a null makes the negated "
            "condition unknown.",
            repair="Add `OR … IS NULL` if they are meant to be among them.",
        )


def _is_negated(where: Node) -> bool:
    return any(
        node.get("type") in _NEGATIONS or node.get("function_name") in _NOT_LIKE
        for node in nodes(where)
    )


def _groups(select: Node, answer: Answer, brief: Brief) -> Iterator[Doubt]:
    """Yield that the counts or sums of the groups are not those of the whole."""
    if not _adds_up(select) or not answer.is_whole or not answer.rows:
        return
    listed = select.get("select_list")
    shown = listed if isinstance(listed, list) else []
    if len(shown) != len(answer.columns):
        return
    additive = [n for n, one in enumerate(shown) if _is_additive(one)]
    if not additive:
        return
    totals = brief.row(
        twin(select, [bare(shown[n]) for n in additive], where=select.get("where_clause"))
    )
    for n, total in zip(additive, totals or (), strict=False):
        parts = [row[n] for row in answer.rows]
        numbers = [float(one) for one in parts if isinstance(one, int | float)]
        together = math.fsum(numbers)
        if (
            isinstance(total, int | float)
            and math.isfinite(total)
            and not math.isclose(together, total, rel_tol=1e-6, abs_tol=1e-6)
        ):
            yield Doubt(
                code="groups_do_not_add_up",
                reason=f"The groups' {answer.columns[n]} add up to {together:g}, but the whole's "
                f"is {total:g}.",
                repair="Check the grouping: some rows are counted twice or not at all.",
            )


def _adds_up(select: Node) -> bool:
    """Return whether every row of the source is in exactly one group that is shown."""
    sets = select.get("group_sets")
    plain = isinstance(sets, list) and len(sets) == 1
    cut = ("modifiers", "having", "qualify", "sample")
    kept = [select.get(name) for name in cut]
    ordered = kept[0] if isinstance(kept[0], list) else []
    only_ordered = all(
        isinstance(one, dict) and one.get("type") == "ORDER_MODIFIER" for one in ordered
    )
    return plain and only_ordered and not any(kept[1:])


def _is_additive(expression: JsonValue) -> bool:
    return (
        isinstance(expression, dict)
        and expression.get("function_name") in _ADDITIVE
        and not expression.get("distinct")
        and column_paths(expression) is not None
    )
