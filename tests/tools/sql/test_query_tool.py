from __future__ import annotations

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from surefoot.errors import ConfigurationError, ToolError
from surefoot.evidence import Finding, TableSource
from surefoot.scope import Scope
from surefoot.tools import CallContext, Workspace, sql_query

CONTEXT = CallContext(scope=Scope(thread_id="t1"), run_id="r1", call_id="c1")


async def inspected(workspace: Workspace, sql: str) -> tuple[str, str]:
    inspect = sql_query(workspace).inspect
    assert inspect is not None
    with pytest.raises(ToolError) as caught:
        await inspect({"sql": sql}, CONTEXT)
    return caught.value.code, str(caught.value)


@pytest.mark.anyio
async def test_rows_come_as_values_as_a_table_and_as_data(workspace: Workspace) -> None:
    run_sql = sql_query(workspace)
    assert (run_sql.name, run_sql.side_effects, run_sql.trust) == ("run_sql", False, "untrusted")
    sql = "SELECT city, count(*) AS n FROM customers GROUP BY city ORDER BY city;"
    output = await run_sql.run(run_sql.validate({"sql": sql}), CONTEXT)
    assert output.value == {
        "columns": ["city", "n"],
        "rows": [{"city": "Lima", "n": 3}, {"city": "Oslo", "n": 3}, {"city": "Rome", "n": 3}],
        "row_count": 3,
    }
    assert output.findings == (
        Finding(
            source=TableSource(sql=sql.rstrip(";"), row_count=3, tables=("customers",)),
            content="| city | n |\n| --- | --- |\n| Lima | 3 |\n| Oslo | 3 |\n| Rome | 3 |",
            data={"columns": ["city", "n"], "rows": [["Lima", 3], ["Oslo", 3], ["Rome", 3]]},
        ),
    )


@pytest.mark.anyio
async def test_many_rows_are_counted_and_few_are_shown(workspace: Workspace) -> None:
    output = await sql_query(workspace).run(
        {"sql": "SELECT range AS i FROM range(12345) ORDER BY i DESC -- all"}, CONTEXT
    )
    [finding] = output.findings
    assert isinstance(finding.source, TableSource) and finding.source.row_count == 12345
    assert finding.content.count("\n") == 52
    assert finding.content.endswith("| 12295 |\n… 12295 more rows.")
    assert isinstance(finding.data, dict) and isinstance(finding.data["rows"], list)
    assert len(finding.data["rows"]) == 1_000


@pytest.mark.anyio
async def test_no_rows_are_a_result_too(workspace: Workspace) -> None:
    output = await sql_query(workspace).run(
        {"sql": "SELECT id AS a, name AS a FROM customers WHERE id < 0"}, CONTEXT
    )
    assert output.value == {"columns": ["a", "a_2"], "rows": [], "row_count": 0}
    assert output.findings[0].content == "| a | a_2 |\n| --- | --- |\nNo rows."


@pytest.mark.anyio
async def test_the_description_ends_with_the_catalog(workspace: Workspace) -> None:
    assert sql_query(workspace).spec().description == snapshot("""\
Run one SQL SELECT (DuckDB dialect) on the user's tables and return its rows.

Tables can be read, not changed. Quote text values exactly as they occur in the data.

CREATE TABLE customers (  -- 9 rows, from customers.csv
  id BIGINT,  -- 1 to 9
  name VARCHAR,  -- 9 values: 'N1', 'N2', 'N3', 'N4', 'N5', 'N6', 'N7', 'N8', 'N9'
  city VARCHAR  -- 3 values: 'Lima', 'Oslo', 'Rome'
);
CREATE TABLE orders (  -- 200 rows, from orders.csv
  id BIGINT,  -- 1 to 200
  customer_id BIGINT,  -- 7 values: 1, 2, 3, 4, 5, 6, 7
  amount DOUBLE,  -- 1.5 to 300.0
  day DATE  -- '2024-01-01' to '2024-01-28'
);
-- key: orders.customer_id = customers.id\
""")


def test_a_workspace_that_is_only_described_touches_nothing(tmp_path: Path) -> None:
    empty = Workspace(tmp_path / "none")
    assert sql_query(empty).spec().description.endswith("There are no tables yet.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
async def test_inspection_finds_what_would_go_wrong(workspace: Workspace) -> None:
    assert [
        await inspected(workspace, "SELECT ctiy FROM customers"),
        await inspected(workspace, "SELECT c.x FROM customers c"),
        await inspected(workspace, "SELECT sum(name) FROM customers"),
        await inspected(workspace, "SELECT city, count(*) FROM customers"),
        await inspected(workspace, "SELECT * FROM customers WHERE city = 'oslo'"),
        await inspected(workspace, "SELECT * FROM customers c WHERE c.city IN ('Rome', 'Paris')"),
    ] == snapshot(
        [
            (
                "unknown_column",
                'Binder Error: Referenced column "ctiy" not found in FROM clause! '
                'Candidate bindings: "city". Correct the column\'s name.',
            ),
            (
                "unknown_column",
                'Binder Error: Table "c" does not have a column named "x" '
                'Candidate bindings: "city", "id", "name". Correct the column\'s name.',
            ),
            (
                "sql_error",
                "Binder Error: No function matches the given name and argument types "
                "'sum(VARCHAR)'. You might need to add explicit type casts. Correct the query.",
            ),
            (
                "sql_error",
                'Binder Error: column "city" must appear in the GROUP BY clause or must be part of '
                "an aggregate function. Either add it to the GROUP BY list, or use "
                'ANY_VALUE("city") if the exact value of "city" is not important. '
                "Correct the query.",
            ),
            (
                "value_not_in_data",
                "No row has city = 'oslo'. The nearest is 'Oslo'. Its values are: 'Lima', 'Oslo', "
                "'Rome'. Use one of them, or say that there is none.",
            ),
            (
                "value_not_in_data",
                "No row has city = 'Paris'. Its values are: 'Lima', 'Oslo', 'Rome'. "
                "Use one of them, or say that there is none.",
            ),
        ]
    )


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM customers WHERE lower(city) = 'oslo'",
        "SELECT * FROM customers WHERE city <> 'Paris'",
        "WITH x AS (SELECT upper(city) AS city FROM customers) SELECT * FROM x WHERE city = 'OSLO'",
        "WITH customers AS (SELECT 'X' AS city) SELECT * FROM customers WHERE city = 'X'",
        "SELECT * FROM (SELECT upper(city) AS city FROM customers) WHERE city = 'OSLO'",
        "SELECT * FROM customers, (SELECT 'OSLO' AS town) WHERE town = 'OSLO'",
        "SELECT * FROM customers AS c(id, city, name) WHERE c.city = 'N1'",
        "SELECT * FROM orders WHERE amount = 3.25",
        "SELECT * FROM customers WHERE city = 'Oslo' AND id IN (1, 2)",
        "SELECT 1 WHERE 'a' = 'b'",
        "SELECT * FROM customers WHERE city NOT IN ('Paris') AND NOT city = 'Bonn'",
        "SELECT sum(CASE WHEN city = 'Paris' THEN 1 ELSE 0 END) FROM customers",
    ],
)
@pytest.mark.anyio
async def test_inspection_lets_pass_what_it_cannot_be_sure_of(
    workspace: Workspace, sql: str
) -> None:
    await workspace.inspect(sql)


@pytest.mark.anyio
async def test_without_tables_the_answer_is_to_ingest(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with pytest.raises(ToolError) as caught:
        await workspace.query("SELECT 1")
    assert caught.value.code == "no_tables"
    await workspace.close()
    with pytest.raises(ConfigurationError):
        await workspace.query("SELECT 1")
