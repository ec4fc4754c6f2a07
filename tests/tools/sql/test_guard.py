"""What the guard says, and that it says it of anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from surefoot.errors import ToolError
from surefoot.tools import guard_sql

TABLES = ("orders", "customers")


def refusal(sql: str) -> tuple[str, str]:
    with pytest.raises(ToolError) as caught:
        guard_sql(sql, TABLES)
    return caught.value.code, str(caught.value)


def test_a_refusal_says_what_is_not_allowed_and_what_to_do() -> None:
    assert [
        refusal("DROP TABLE orders"),
        refusal("SELECT 1; SELECT 2"),
        refusal("SELECT * FROM order"),
        refusal("SELECT * FROM ordres"),
        refusal("SELECT repeat('x', 3)"),
        refusal("SELECT * FROM read_csv('x')"),
        refusal("PIVOT orders ON day USING sum(amount)"),
        refusal("SHOW TABLES"),
        refusal("  "),
    ] == snapshot(
        [
            (
                "sql_not_allowed",
                "Only SELECT is allowed, not DROP. The data can be read, not changed.",
            ),
            ("sql_not_allowed", "Write exactly one SELECT; these are 2 statements."),
            ("sql_syntax", 'Parser Error: syntax error at or near "order". Correct the SQL.'),
            (
                "unknown_table",
                "There is no table 'ordres' (did you mean 'orders'?). "
                "The tables are: customers, orders.",
            ),
            (
                "sql_not_allowed",
                "The function repeat() is not allowed (did you mean 'replace'?). "
                "Ask for the plain value.",
            ),
            ("sql_not_allowed", "read_csv() is not allowed in FROM. Query one of the tables."),
            (
                "sql_not_allowed",
                "PIVOT needs its values listed, as in "
                "`PIVOT t ON kind IN ('a', 'b') USING sum(amount) GROUP BY year`.",
            ),
            (
                "sql_not_allowed",
                "SHOW is not allowed. The tables are listed in the tool's description; "
                "`DESCRIBE table` and `SUMMARIZE table` tell more about one.",
            ),
            ("sql_syntax", "The query is empty. Write one SELECT."),
        ]
    )


def test_a_query_comes_back_without_its_end_and_with_its_tables() -> None:
    found = guard_sql(
        "SELECT ';' AS a FROM Orders o, (SELECT 1) WHERE EXISTS (FROM customers) ; -- ;'", TABLES
    )
    assert found.sql.endswith("(FROM customers)")
    assert found.tables == ("customers", "orders")


def test_a_named_query_is_no_table() -> None:
    assert guard_sql("WITH x AS (FROM orders) SELECT * FROM x, X AS y", TABLES).tables == (
        "orders",
    )


@pytest.mark.parametrize("length", [50, 150, 300, 600, 900, 2_000])
@pytest.mark.parametrize("link", ["1 + ", "NOT ", "- ", "1::INT AND ", "1 || ", "a -> "])
def test_a_long_chain_is_accepted_or_refused(link: str, length: int) -> None:
    sql = f"SELECT {link * length}1"
    try:
        assert guard_sql(sql, TABLES).sql == sql and length < 2_000
    except ToolError as error:
        assert error.code in ("sql_syntax", "sql_not_allowed") and length > 50


FRAGMENTS = st.sampled_from(
    "SELECT FROM orders WHERE ( ) , ; ' \" -- /* */ $$ :: -> [ ] { } * 1 'a' WITH x AS UNION "
    "INSERT read_csv('a') E'\\' range(3) \x00 \ud800 ünï".split(" ")
)


@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=30).map(" ".join)))
def test_whatever_is_written_is_accepted_or_refused(sql: str) -> None:
    try:
        assert guard_sql(sql, TABLES).sql
    except ToolError as error:
        assert error.code in ("sql_syntax", "sql_not_allowed", "unknown_table")
