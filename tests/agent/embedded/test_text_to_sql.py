"""The planner's SQL, executed and compared with queries written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.agent.embedded.conftest import Alone, Tables

_FILES = sorted((Path(__file__).parent / "questions").glob("*.jsonl"))
_ENTRIES = [json.loads(line) for path in _FILES for line in path.read_text().splitlines()]
_ANSWERABLE = [(e["schema"], e["question"], e["sql"]) for e in _ENTRIES if "sql" in e]
_UNANSWERABLE = [(e["schema"], e["question"]) for e in _ENTRIES if "sql" not in e]


@pytest.mark.parametrize(("schema", "question", "truth"), _ANSWERABLE)
def test_a_question_gets_the_rows_that_a_query_written_by_hand_gets(
    schemas: dict[str, Tables],
    write_sql: Callable[[str], Alone],
    schema: str,
    question: str,
    truth: str,
) -> None:
    tables = schemas[schema]
    sql = write_sql(tables.catalog).call(question)
    assert sql is not None
    assert _covers(tables.rows(sql), tables.rows(truth)), sql


@pytest.mark.parametrize(("schema", "question"), _UNANSWERABLE)
def test_a_question_the_tables_cannot_answer_is_not_run(
    schemas: dict[str, Tables], write_sql: Callable[[str], Alone], schema: str, question: str
) -> None:
    assert write_sql(schemas[schema].catalog).call(question) is None


def _covers(found: list[tuple[object, ...]], truth: list[tuple[object, ...]]) -> bool:
    """True when the rows are the same but for their order and for columns shown besides."""
    if len(found) != len(truth):
        return False
    left = [[_rounded(value) for value in row] for row in found]
    for row in truth:
        wanted = [_rounded(value) for value in row]
        match = next((one for one in left if all(value in one for value in wanted)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _rounded(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(float(value), 4)
    return str(value)


def test_a_word_that_means_nothing_here_is_named(
    schemas: dict[str, Tables], write_sql: Callable[[str], Alone]
) -> None:
    said = write_sql(schemas["penguins"].catalog).words("How many penguins died on Dream?")
    assert said == (
        "I cannot answer that from the documents and tables here. "
        "I could not use the word “died”. My best guess at a query, which I did not run, is "
        "`SELECT count(*) AS n FROM penguins WHERE island = 'Dream'`."
    )


def test_a_length_that_could_be_two_columns_is_doubted(
    schemas: dict[str, Tables], write_sql: Callable[[str], Alone]
) -> None:
    said = write_sql(schemas["penguins"].catalog).words("What is the average length?")
    assert "It could mean bill_length_mm or flipper_length_mm." in said


def test_rows_of_a_parent_are_not_counted_once_for_each_child(
    schemas: dict[str, Tables], write_sql: Callable[[str], Alone]
) -> None:
    assert write_sql(schemas["shop"].catalog).call("How many customers ordered in 2024?") == (
        "SELECT count(*) AS n FROM customers WHERE id IN "
        "(SELECT customer_id FROM orders WHERE year(order_date) = 2024)"
    )


def test_a_tie_for_the_first_place_shows_all_who_share_it(
    schemas: dict[str, Tables], write_sql: Callable[[str], Alone]
) -> None:
    tables = schemas["library"]
    sql = write_sql(tables.catalog).call("Which author has written the most books?")
    assert sql is not None
    assert len(tables.rows(sql)) == 4


def test_a_name_that_the_catalog_does_not_show_is_compared_without_its_case(
    write_sql: Callable[[str], Alone],
) -> None:
    planes = write_sql(
        "CREATE TABLE planes (  -- 90 rows, from planes.csv\n"
        "  tailnum VARCHAR,  -- 90 values, such as 'N1'\n"
        "  manufacturer VARCHAR  -- 35 values, such as 'AIRBUS'\n"
        ");"
    )
    assert planes.call("How many planes were made by Boeing?") == (
        "SELECT count(*) AS n FROM planes WHERE lower(manufacturer) = 'boeing'"
    )
    assert planes.call("How many planes did Boeing paint?") is None
