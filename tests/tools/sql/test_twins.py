"""Queries that run and are wrong, told from their twins; and queries that are right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from surefoot.errors import ToolError
from surefoot.scope import Scope
from surefoot.tools import CallContext, QueryLimits, Workspace, sql_query

from .test_honest_queries import HONEST

pytestmark = pytest.mark.anyio

PATIENT = QueryLimits(look_seconds=5.0)
"""So that a busy machine is no reason to compare nothing."""


@pytest.fixture(scope="module")
async def school(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workspace]:
    """Pupils in classes with marks, some of them without a class."""
    data = tmp_path_factory.mktemp("school")
    pupils = ["1,Ann,7a,40", "2,Bob,7a,42", "3,Cem,7b,44", "4,Dee,,46", "5,Eli,7c,48"]
    marks = ["1,maths,2", "1,art,1", "2,maths,3", "3,art,4", "4,maths,5"]
    classes = ["7a,Room 1", "7b,Room 2", "7c,Room 3", "7d,Room 4"]
    names = [f"{n},Title number {n}" for n in range(400)]
    for name, head, rows in (
        ("pupils", "id,name,class,weight", pupils),
        ("marks", "pupil,subject,mark", marks),
        ("classes", "class,room", classes),
        ("books", "id,title", names),
    ):
        (data / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n")
    workspace = Workspace(tmp_path_factory.mktemp("tables"), limits=PATIENT)
    await workspace.ingest([data])
    yield workspace
    await workspace.close()


async def codes(workspace: Workspace, sql: str, question: str = "") -> list[str]:
    tool = sql_query(workspace)
    context = CallContext(scope=Scope(thread_id="t"), run_id="r", call_id="c", question=question)
    output = await tool.run({"sql": sql}, context)
    return [one.code for one in output.doubts if one.code != "out_of_time"]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (
            "SELECT sum(p.weight) FROM pupils p JOIN marks m ON m.pupil = p.id",
            "rows_multiplied",
        ),
        (
            "SELECT class, avg(weight) FROM pupils JOIN marks ON pupil = id GROUP BY class",
            "rows_multiplied",
        ),
        (
            "SELECT count(*) FROM pupils p, marks m WHERE p.id > 0 AND m.mark > 0",
            "many_to_many",
        ),
        ("SELECT name FROM pupils WHERE class NOT IN ('7a', NULL)", "null_in_not_in"),
        (
            "SELECT room FROM classes WHERE class NOT IN (SELECT class FROM pupils)",
            "null_in_not_in",
        ),
        ("SELECT count(*) FROM pupils WHERE class <> '7a'", "nulls_left_out"),
        ("SELECT count(*) FROM pupils WHERE NOT class LIKE '7%'", "nulls_left_out"),
        ("SELECT sum(weight) AS avg_weight FROM pupils", "out_of_range"),
        (
            "SELECT CASE WHEN random() < 0.5 THEN 1 ELSE 2 END AS half, sum(weight * random()) "
            "FROM pupils GROUP BY half",
            "groups_do_not_add_up",
        ),
    ],
)
async def test_a_query_that_its_twin_disagrees_with_is_doubted(
    school: Workspace, sql: str, code: str
) -> None:
    assert code in await codes(school, sql)


async def test_a_condition_that_chance_decides_is_doubted(school: Workspace) -> None:
    # By chance, the two halves may add up to the whole; not five times in a row.
    sql = "SELECT count(*) FROM books WHERE NOT random() < 0.5"
    told = [code for _ in range(5) for code in await codes(school, sql)]
    assert "condition_not_stable" in told


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT avg(p.weight) FROM marks m JOIN pupils p ON m.pupil = p.id",
        "SELECT c.room, count(p.id) FROM classes c LEFT JOIN pupils p USING (class) GROUP BY 1",
        "SELECT p.class, sum(m.mark) FROM pupils p JOIN marks m ON m.pupil = p.id GROUP BY 1",
        "SELECT sum(weight) FROM pupils WHERE id IN (SELECT pupil FROM marks)",
        "SELECT count(DISTINCT p.weight) FROM pupils p JOIN marks m ON m.pupil = p.id",
        "SELECT a.name, b.name FROM pupils a JOIN pupils b ON a.class = b.class AND a.id < b.id",
        "SELECT count(*) FROM classes CROSS JOIN marks",
        "SELECT room FROM classes WHERE class NOT IN "
        "(SELECT class FROM pupils WHERE class IS NOT NULL)",
        "SELECT room FROM classes c WHERE NOT EXISTS "
        "(SELECT 1 FROM pupils p WHERE p.class = c.class)",
        "SELECT count(*) FROM marks WHERE subject <> 'art'",
        "SELECT class, count(*), sum(weight) FROM pupils GROUP BY class ORDER BY class",
        "SELECT class, count(*) FROM pupils GROUP BY ROLLUP (class)",
        "SELECT class, count(*) FROM pupils GROUP BY class HAVING count(*) > 1",
        "SELECT avg(weight) AS avg_weight, max(weight) AS max_weight FROM pupils",
        "WITH p AS (SELECT class, sum(weight) AS w FROM pupils GROUP BY 1) "
        "SELECT sum(w) FROM p JOIN classes USING (class)",
    ],
)
async def test_a_query_that_is_right_is_not_doubted(school: Workspace, sql: str) -> None:
    assert await codes(school, sql) == []


async def test_what_analysts_ask_is_not_doubted(shop: Path) -> None:
    workspace = Workspace(shop, limits=PATIENT)
    try:
        told = {sql: (await workspace.query(sql)).doubts for sql in HONEST}
    finally:
        await workspace.close()
    assert {sql: doubts for sql, doubts in told.items() if doubts} == {}


@pytest.mark.parametrize(
    ("question", "sql", "told"),
    [
        ("How heavy are the pupils of 7a Room 1?", "SELECT avg(weight) FROM pupils", []),
        ("How many maths marks are there?", "SELECT count(*) FROM marks", ["condition_left_out"]),
        ("How many MATHS marks?", "SELECT count(*) FROM marks WHERE subject = 'maths'", []),
        ("How many maths marks?", "SELECT subject, count(*) FROM marks GROUP BY 1", []),
        ("How good are aftermaths?", "SELECT count(*) FROM marks", []),
    ],
)
async def test_a_value_that_the_question_names_and_the_query_leaves_out_is_pointed_out(
    school: Workspace, question: str, sql: str, told: list[str]
) -> None:
    assert await codes(school, sql, question) == told


async def test_what_a_share_is_taken_of_needs_no_condition(school: Workspace) -> None:
    question = "What percentage of the marks are maths?"
    context = CallContext(scope=Scope(thread_id="t"), run_id="r", call_id="c", question=question)
    output = await sql_query(school).run({"sql": "SELECT count(*) FROM marks"}, context)
    assert [one.outcome for one in output.doubts] == ["not_checkable"]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT 1 FROM marks WHERE mark = 9", "its values go from 1 to 5"),
        ("SELECT 1 FROM books WHERE title = 'Title numbr 7'", "The nearest is 'Title number 7'."),
        ("SELECT 1 FROM books WHERE title IN ('a', 'b')", "No row has title = 'a'."),
        ("SELECT 1 FROM pupils WHERE class = 'Room'", "There is classes.room = 'Room 1'."),
    ],
)
async def test_a_filter_on_what_never_occurs_is_caught_before_it_runs(
    school: Workspace, sql: str, told: str
) -> None:
    with pytest.raises(ToolError) as refused:
        await school.inspect(sql)
    assert refused.value.code == "value_not_in_data" and told in str(refused.value)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM books WHERE title IN ('a', 'Title number 7')",
        "SELECT 1 FROM books WHERE title <> 'a'",
        "SELECT 1 FROM marks WHERE mark = 3.5",
        "SELECT sum(mark) AS mark FROM marks HAVING mark = 15",
    ],
)
async def test_a_filter_that_can_find_something_is_let_pass(school: Workspace, sql: str) -> None:
    await school.inspect(sql)


def test_a_large_table_is_compared_in_bounded_time_or_said_not_to_be(tmp_path: Path) -> None:
    rows = [f"{n % 1000},{n}" for n in range(60_000)]
    (tmp_path / "sales.csv").write_text("\n".join(["shop,amount", *rows]) + "\n")
    (tmp_path / "shops.csv").write_text(
        "\n".join(["shop,area", *(f"{n},{n}" for n in range(1000))]) + "\n"
    )

    async def ask() -> list[tuple[str, JsonValue]]:
        workspace = Workspace(tmp_path / "tables", limits=QueryLimits(processes=1))
        await workspace.ingest([tmp_path / "sales.csv", tmp_path / "shops.csv"])
        try:
            found = await workspace.query(
                "SELECT sum(area) FROM shops JOIN sales USING (shop) WHERE NOT amount = 1"
            )
            return [(one.code, one.outcome) for one in found.doubts]
        finally:
            await workspace.close()

    told = asyncio.run(ask())
    assert told in (
        [("rows_multiplied", "unsupported")],
        [("out_of_time", "not_checked")],
        [("rows_multiplied", "unsupported"), ("out_of_time", "not_checked")],
    )
