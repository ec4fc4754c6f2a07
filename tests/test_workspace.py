"""The example workspace holds what its pages say, and the printed answers are true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
WORKSPACE = EXAMPLES / "workspace"

GENTOO = "SELECT avg(body_mass_g) FROM penguins WHERE species = 'Gentoo'"
ADELIE = "SELECT avg(body_mass_g) FROM penguins WHERE species = 'Adelie'"

TRUTHS = [
    (
        "How many penguins are on each island?",
        "SELECT island, count(*) AS n FROM penguins GROUP BY island ORDER BY n DESC",
        "Biscoe 168, Dream 124, Torgersen 52",
    ),
    (
        "What is the average body mass of Gentoo penguins?",
        f"SELECT round(({GENTOO}), 2)",
        "5076.02 g",
    ),
    (
        "What percentage of the penguins are Adelie?",
        "SELECT round(100 * count_if(species = 'Adelie') / count(*), 2) FROM penguins",
        "44.19 %",
    ),
    (
        "Which airline had the most flights?",
        "SELECT name, count(*) AS n FROM flights JOIN airlines USING (carrier)"
        " GROUP BY name ORDER BY n DESC LIMIT 1",
        "United Air Lines Inc., with 165",
    ),
    (
        "Which airlines had no flights?",
        "SELECT name FROM airlines ANTI JOIN flights USING (carrier) ORDER BY name",
        "Mesa Airlines Inc. and SkyWest Airlines Inc.",
    ),
    (
        "How many flights did JetBlue Airways have?",
        "SELECT count(*) FROM flights JOIN airlines USING (carrier) WHERE name = 'JetBlue Airways'",
        "163",
    ),
    (
        "What is the difference between the average body mass of Gentoo and Adelie penguins?",
        f"SELECT round(({GENTOO}) - ({ADELIE}), 2)",
        "1375.35 g",
    ),
    (
        "How many more penguins are on Biscoe than on Torgersen?",
        "SELECT count_if(island = 'Biscoe') - count_if(island = 'Torgersen') FROM penguins",
        "116",
    ),
    (
        "Which licence are the penguin data under, and how many penguins are on Torgersen?",
        "SELECT count(*) FROM penguins WHERE island = 'Torgersen'",
        "CC0 1.0; 52",
    ),
    (
        "What does exit code 3 mean, and how many penguins are female?",
        "SELECT count(*) FROM penguins WHERE sex = 'female'",
        "a gate, such as an eval or a check, was not met; 165",
    ),
]

SAID_BY_DOCUMENTS = {
    "CC0 1.0": WORKSPACE / "README.md",
    "a gate, such as an eval or a check, was not met": WORKSPACE / "docs" / "cli.md",
}


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for path in sorted(WORKSPACE.glob("*.csv")):
            connection.execute(
                f"CREATE TABLE {path.stem} AS FROM read_csv($1, nullstr = ['NA'])", [str(path)]
            )
        yield connection


@pytest.mark.parametrize(("question", "sql", "answer"), TRUTHS, ids=[t[0] for t in TRUTHS])
def test_a_printed_answer_is_true(
    tables: duckdb.DuckDBPyConnection, question: str, sql: str, answer: str
) -> None:
    assert f"| {question} | {answer} |" in (EXAMPLES / "README.md").read_text(encoding="utf-8")
    found = [str(value) for row in tables.execute(sql).fetchall() for value in row]
    assert [value for value in found if value not in answer] == []


@pytest.mark.parametrize("words", SAID_BY_DOCUMENTS)
def test_what_a_document_must_answer_stands_in_it(words: str) -> None:
    assert words in SAID_BY_DOCUMENTS[words].read_text(encoding="utf-8")


def test_ten_questions_are_printed_and_none_of_them_in_the_workspace() -> None:
    printed = re.findall(r"^\| \d+ \| (.*?) \|", (EXAMPLES / "README.md").read_text(), re.M)
    assert printed == [question for question, _, _ in TRUTHS]
    ingested = "".join(path.read_text(encoding="utf-8") for path in WORKSPACE.rglob("*.md"))
    assert [question for question in printed if question in ingested] == []


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT count(*) FROM penguins", 344),
        ("SELECT count(*) FROM flights", 842),
        ("SELECT count(*) FROM airlines", 16),
        ("SELECT count(*) FROM planes", 3322),
        ("SELECT count(*) FROM flights WHERE dep_time IS NULL", 4),
        ("SELECT count(DISTINCT tailnum) FROM planes", 3322),
        ("SELECT count(DISTINCT (year, month, day)) FROM flights", 1),
    ],
)
def test_the_tables_hold_what_the_page_says(
    tables: duckdb.DuckDBPyConnection, sql: str, number: int
) -> None:
    assert tables.execute(sql).fetchall() == [(number,)]
