"""The catalog is read back from the description of `run_sql`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.agent.embedded.conftest import Alone

CATALOG = """Run one SELECT.

CREATE TABLE "Big Birds" (  -- 344 rows, from big birds.csv
  "Body Mass (g)" DOUBLE,  -- 2700 to 6300, 2 null
  kind VARCHAR,  -- 3 values: 'it''s', 'a, b', 'c -- d'
  seen TIMESTAMP WITH TIME ZONE,  -- '2013-01-01 10:00:00+00' to '2013-01-02 04:00:00+00'
  price DECIMAL(18,3)
);
CREATE TABLE nests (  -- 10 rows, from nests.csv
  id BIGINT,  -- 1 to 10
  bird_kind VARCHAR,  -- 3 values: 'x', 'y', 'z'
  area DOUBLE  -- 1 to 9
);
CREATE TABLE kinds (  -- 3 rows, from kinds.csv
  code VARCHAR,  -- 3 values: 'x', 'y', 'z'
  continent VARCHAR  -- 2 values: 'Asia', 'Europe'
);
-- key: nests.bird_kind = kinds.code
"""


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "What is the average body mass?",
            'SELECT avg("Body Mass (g)") AS "avg_Body Mass (g)" FROM "Big Birds"',
        ),
        (
            "How many big birds are heavier than 5 kg?",
            'SELECT count(*) AS n FROM "Big Birds" WHERE "Body Mass (g)" > 5000',
        ),
        (
            "How many big birds have no body mass?",
            'SELECT count(*) AS n FROM "Big Birds" WHERE "Body Mass (g)" IS NULL',
        ),
        ("What is the total price?", 'SELECT sum(price) AS total_price FROM "Big Birds"'),
        (
            "How many big birds were seen on 2013-01-01?",
            "SELECT count(*) AS n FROM \"Big Birds\" WHERE CAST(seen AS DATE) = DATE '2013-01-01'",
        ),
        (
            "How many nests are in Asia?",
            "SELECT count(*) AS n FROM nests JOIN kinds ON nests.bird_kind = kinds.code "
            "WHERE kinds.continent = 'Asia'",
        ),
    ],
)
def test_names_types_units_and_keys_are_used(
    write_sql: Callable[[str], Alone], question: str, sql: str
) -> None:
    assert write_sql(CATALOG).call(question) == sql


def test_a_description_without_a_catalog_has_no_tables(write_sql: Callable[[str], Alone]) -> None:
    assert write_sql("Run one SELECT.").call("How many rows are there?") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_any_description_can_be_read(write_sql: Callable[[str], Alone], text: str) -> None:
    write_sql(f"CREATE TABLE {text} (\n{text}\n);").call("How many rows are there?")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="abcdefg hijkADG'\"?.,%0123456789-()", max_size=80))
def test_any_question_can_be_read(write_sql: Callable[[str], Alone], text: str) -> None:
    sql = write_sql(CATALOG).call(f"how many birds {text}")
    assert sql is None or sql.startswith("SELECT ")
