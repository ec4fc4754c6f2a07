"""Which rows a sentence speaks of, and under which conditions a number holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from surefoot.evidence import DocumentSource, Evidence, TableSource
from surefoot.graphs import DEFAULT_CHECKS, Claim, cited, judge
from surefoot.verdicts import Verdict

RATED = "SELECT rating, avg(price) AS price_eur, count(*) AS wines FROM w GROUP BY rating"
CLOSES = "SELECT month, close FROM i ORDER BY month"
WINTER = "SELECT route, avg(delay) AS delay_minutes FROM s WHERE season = 'winter' GROUP BY route"
PAID = "SELECT avg(salary) AS salary FROM e WHERE department = '{}' AND age > 40"


def table(sql: str, columns: str, *rows: list[JsonValue], id: str = "S1") -> Evidence:
    named: list[JsonValue] = [*columns.split()]
    return Evidence(
        id=id,
        source=TableSource(sql=sql, row_count=len(rows)),
        content="\n".join(" | ".join(map(str, row)) for row in (named, *rows)),
        data={"columns": named, "rows": [*rows]},
        created_at="",
    )


def page(text: str) -> Evidence:
    source = DocumentSource(path="a.md", start=0, end=len(text))
    return Evidence(id="S1", source=source, content=text, created_at="")


def verdicts(said: str, *evidence: Evidence, question: str = "", before: str = "") -> list[Verdict]:
    """Return what is found in a sentence, behind what the answer has said before it."""
    ids = cited(said)
    claim = Claim(
        id="c0",
        text=said,
        cited_ids=ids,
        cited=tuple(one for one in evidence if one.id in ids),
        evidence=evidence,
        question=question,
        before=(before,) if before else (),
    )
    return judge(DEFAULT_CHECKS.answer, claim)


def codes(said: str, *evidence: Evidence, question: str = "", before: str = "") -> list[str]:
    """Return why a sentence fails."""
    told = verdicts(said, *evidence, question=question, before=before)
    return [one.code for one in told if one.failed]


def wines() -> Evidence:
    return table(RATED, "rating price_eur wines", [1, 5.2, 14], [2, 6.9, 51], [3, 9.75, 203])


def winter() -> Evidence:
    rows: list[list[JsonValue]] = [["Harbour–Skerry", 12.4], ["Harbour–Aldness", 4.1]]
    return table(WINTER, "route delay_minutes", *rows)


def test_rows_are_known_by_their_numbers_and_their_dates() -> None:
    assert codes("Rating 3 is the most common, with 203 wines [S1].", wines()) == []
    assert codes("Wines rated 2 cost 9.75 euros on average [S1].", wines()) == ["wrong_row"]
    closes = table(CLOSES, "month close", ["2023-01", 412.6], ["2023-02", 405.1])
    assert codes("It closed January 2023 at 412.6 [S1].", closes) == []
    assert codes("In February it closed at 412.6 [S1].", closes) == ["wrong_row"]


def test_a_pronoun_stands_for_the_row_that_was_named_before() -> None:
    named = "In winter the worst delays were on Harbour–Skerry [S1]."
    assert codes("They came to 12.4 minutes on average [S1].", winter(), before=named) == []
    wrong = codes("They came to 4.1 minutes on average [S1].", winter(), before=named)
    assert wrong == ["wrong_row"]


def test_a_condition_may_be_named_by_what_the_answer_says_before() -> None:
    said = "From Harbour to Skerry they were 12.4 minutes late [S1]."
    assert codes(said, winter()) == ["condition_dropped"]
    assert codes(said, winter(), before="Here are the delays in winter:") == []
    assert codes(said, winter(), question="How late were ferries in winter?") == []


def test_every_condition_must_be_named_and_no_other_value() -> None:
    sales = table(PAID.format("Sales"), "salary", [58230.5])
    research = table(PAID.format("Research"), "salary", [64112.0], id="S2")
    question = "What do people over 40 earn in Sales and in Research?"
    assert codes("Sales staff over 40 earn 58,230.50 [S1].", sales, research) == []
    assert codes("Sales staff earn 58,230.50 [S1].", sales) == ["condition_dropped"]
    swapped = codes("In Research they earn 58,230.50 [S1].", sales, research, question=question)
    assert swapped == ["wrong_row"]


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ("a = 'x' AND b IN ('y', 'z')", "a, b"),
        ("t.n > 4.5 AND d BETWEEN '2020-01-01' AND '2020-12-31'", "n, d"),
        ("NOT is_open", "is_open"),
        ("lower(name) LIKE '%Sam''s%'", "name"),
        ("(a = 1 OR a = 2) AND b IS NOT NULL", "a"),
        ("a = 1 OR b = 2", None),
        ("a = b AND c > (SELECT max(c) FROM u)", None),
        ("status <> 'off' -- and more", "status"),
    ],
)
def test_conditions_are_read_from_sql(asked: str, columns: str | None) -> None:
    found = table(f"SELECT avg(v) AS v FROM t WHERE {asked}", "v", [77.25])
    failed = [one for one in verdicts("It came to 77.25 [S1].", found) if one.failed]
    reasons = [one.reason.rpartition(": ")[2] for one in failed]
    assert reasons == ([] if columns is None else [f"{columns}."])


@given(st.text(alphabet="()'\" ANDORNTBEWIS=<>,.%ab1-\n", max_size=60))
def test_no_sql_is_too_odd_to_be_read(asked: str) -> None:
    found = table(f"SELECT v FROM t WHERE {asked} HAVING {asked}", "v", [77.25])
    told = verdicts("The largest of all came to 77.25 [S1].", found)
    assert "check_crashed" not in [one.code for one in told]


RULES = """Chickens are allowed, roosters are not. Open fires are forbidden from April to October.
It is safe at night, unlike the ford. Updates are installed at night unless `auto` is `off`.
By default, remote access is disabled. Revenue rose 8 percent, while net profit fell 3 percent.
The tower was built in 1861 and painted in 1904."""


@pytest.mark.parametrize(
    "said",
    [
        "You may keep chickens but no roosters [S1].",
        "From April to October you may not light open fires [S1].",
        "The ford is not safe at night [S1].",
        "When `auto` is `off`, updates are not installed at night [S1].",
        "Remote access is disabled by default [S1].",
        "Net profit fell 3 percent [S1].",
    ],
)
def test_what_says_the_same_in_another_way_passes(said: str) -> None:
    assert codes(said, page(RULES)) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Roosters are allowed [S1].", "negated"),
        ("Open fires are permitted from April to October [S1].", "negated"),
        ("The ford is safe at night [S1].", "negated"),
        ("Remote access is disabled [S1].", "condition_dropped"),
        ("Net profit rose 3 percent [S1].", "reversed"),
        ("The tower was painted in 1861 [S1].", "wrong_number"),
    ],
)
def test_each_statement_of_a_sentence_is_held_to_the_one_it_restates(said: str, code: str) -> None:
    assert code in codes(said, page(RULES))
