"""One sentence of an answer against the evidence it stands on."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from surefoot.evidence import DocumentSource, Evidence, Source, TableSource, ToolSource
from surefoot.graphs import DEFAULT_CHECKS, Claim, cited, judge

LOOKUP = ToolSource(tool="look", args={})


def found(
    content: str, *, id: str = "S1", source: Source = LOOKUP, data: JsonValue = None
) -> Evidence:
    return Evidence(id=id, source=source, content=content, data=data, created_at="now")


def codes(text: str, *evidence: Evidence, question: str = "") -> list[str]:
    """Return the codes of the checks that fail; `ok` when one passes, nothing when none can."""
    ids = cited(text)
    have = {item.id: item for item in evidence}
    claim = Claim(
        id="c0",
        text=text,
        cited_ids=ids,
        cited=tuple(have[one] for one in ids if one in have),
        evidence=evidence,
        question=question,
    )
    verdicts = judge(DEFAULT_CHECKS.answer, claim)
    assert all("canary" not in verdict.reason for verdict in verdicts)
    return [verdict.code or "ok" for verdict in verdicts]


def passes(text: str, evidence: Evidence, question: str = "") -> bool:
    return "number_not_in_evidence" not in codes(text, evidence, question=question)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("So [S1].", ("S1",)),
        ("So [S2, S1; S3] and [S1][S12].", ("S2", "S1", "S3", "S12")),
        ("No [s1], (S1), [S], [S1 or [1].", ()),
    ],
)
def test_what_a_sentence_cites(text: str, ids: tuple[str, ...]) -> None:
    assert cited(text) == ids


def test_a_sentence_that_cites_and_states_nothing_is_not_checkable() -> None:
    assert codes("The sky is blue.", found("3")) == []
    assert codes("This one is for the two of us.", found("3")) == []


def test_a_citation_must_be_there() -> None:
    assert codes("So [S1].", found("3")) == ["ok"]
    assert codes("So [S1, S2].", found("3")) == ["no_such_evidence"]


def test_a_sentence_that_cites_is_held_to_what_it_cites() -> None:
    first, second = found("3"), found("4", id="S2")
    assert codes("It is 4 [S2].", first, second) == ["ok", "ok"]
    assert codes("It is 4 [S1].", first, second) == ["ok", "number_not_in_evidence"]
    assert codes("It is 4.", first, second) == ["ok"]


def test_numbers_of_the_question_may_be_repeated() -> None:
    assert codes("In 2007 nobody came.", question="Who came in 2007?") == ["ok"]
    assert codes("In 2008 nobody came.", question="Who came in 2007?") == ["number_not_in_evidence"]


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("It is 1,234.", "1234"),
        ("It is 1234.", "There are 1,234 of them"),
        ("It is 12.5%.", "a share of 0.125"),
        ("It is 0.125.", "12.5%"),
        ("It is seven.", "7"),
        ("It is 7.", "seven"),
        ("It is twenty-five.", "25"),
        ("It weighs 5 kg.", "5kg"),
        ("It is the 3rd.", "rank: 3"),
        ("It grew to 1.2 million.", "1234567"),
        ("It fell by 3.2 points.", "change: -3.2"),
        ("It came on May 1, 2024.", "2024-05-01T10:30:00Z"),
        ("It came on 1 May.", "2024-05-01"),
        ("It came in May 2024.", "2024-05-01"),
        ("It came in 2024.", "2024-05-01"),
        ("It came on 2024-05-01.", "on the 1st of May 2024"),
        ("It came in May 2024.", "2024-05"),
        ("It came at 10:30.", "2024-05-01T10:30:15Z"),
        ("It came at 10:30 pm.", "22:30"),
        ("Install version 1.5.9.", "surefoot==1.5.9"),
        ("It needs Python 3.11.", "tested with 3.11.7"),
        ("1. It is 3.", "3"),
        ("**2.** It is 3.", "3"),
        ("Step 4: It is 3.", "3"),
        ("- 3 of them", "3"),
        ("| Adelie | 152 |", "Adelie 152"),
        ("From 10 to 20.", "10-20"),
        ("```python\nfor n in range(100):\n    print(n)\n```\n", "nothing"),
        ("A query would be `SELECT n FROM t WHERE n > 99 ORDER BY 1`.", "nothing"),
    ],
)
def test_what_the_evidence_says_passes_however_it_is_written(text: str, evidence: str) -> None:
    assert passes(text, found(evidence))


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("It is 1235.", "1234"),
        ("It is 12.6%.", "0.125"),
        ("It is eight.", "7"),
        ("It is twenty-five.", "20 and 5"),
        ("It grew by 3.2 points.", "change: -3.2"),
        ("It came on May 2, 2024.", "2024-05-01"),
        ("It came on May 1, 2023.", "2024-05-01"),
        ("It came on 1 June.", "2024-05-01"),
        ("It came in 2023.", "2024-05-01"),
        ("It came at 10:45.", "10:30 and 45"),
        ("It came at 10:30 pm.", "10:30 am"),
        ("Install version 1.5.7.", "surefoot==1.5.9"),
        ("Call 192.168.0.2.", "192.168.0.1"),
        ("It has 5 days.", "2024-05-01"),
        ("It is 1.", "[S1]"),
        ("```\nTotal: 99\n```\n", "98"),
        ("A query would be `SELECT n FROM t`, which gives 99.", "98"),
        ('```json\n{"total": 99}\n```\n', "98"),
    ],
)
def test_what_the_evidence_does_not_say_does_not_pass(text: str, evidence: str) -> None:
    assert not passes(text, found(evidence))


def test_values_count_as_well_as_their_text() -> None:
    table = found(
        "| n |",
        source=TableSource(sql="SELECT n FROM t WHERE year > 2006", row_count=412),
        data={"columns": ["n"], "rows": [[3.14159], [None], [True], ["x"]]},
    )
    assert passes("It is 3.14 [S1].", table)
    assert passes("There are 412 rows since 2006 [S1].", table)
    assert not passes("It is 1 [S1].", table)
    assert not passes("There are 4 rows [S1].", table)


def test_the_items_of_a_list_may_be_counted() -> None:
    orders = found("…", data=[{"id": 7}, {"id": 8}, {"id": 9}])
    assert passes("There are three orders [S1].", orders)
    assert not passes("There are four orders [S1].", orders)


def test_a_heading_and_the_arguments_of_a_call_are_evidence_too() -> None:
    passage = found(
        "Take the first exit.",
        source=DocumentSource(path="a.md", heading="Route 66", start=1000, end=2000),
    )
    assert passes("On route 66 [S1].", passage)
    assert not passes("After 1000 miles [S1].", passage)
    assert passes("For 250 [S1].", found("done", source=ToolSource(tool="pay", args={"sum": 250})))


@pytest.mark.parametrize("value", [10**400, float("inf"), -(10**310), "1e999", "9" * 400])
def test_numbers_beyond_all_bounds_are_no_trouble(value: JsonValue) -> None:
    item = found(str(value) if isinstance(value, str) else "huge", data=value)
    assert passes("It is 3 [S1].", found("3", data=[3, value]))
    assert not passes("It is 4 [S1].", item)


@given(
    day=st.dates(date(1500, 1, 1), date(2099, 12, 31)),
    other=st.dates(date(1500, 1, 1), date(2099, 12, 31)),
)
def test_a_date_states_itself_in_every_style_and_no_other(day: date, other: date) -> None:
    styles = [
        f"{day:%Y-%m-%d}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day.day} {day:%B} {day.year}",
        f"{day:%b} {day.day}, {day.year}",
        f"the {day.day}th of {day:%B} {day.year}",
    ]
    for style in styles:
        for evidence in styles:
            assert passes(f"It came on {style}.", found(evidence))
        assert passes(f"It came on {style}.", found(f"{other:%Y-%m-%d}")) is (day == other)


def test_a_sentence_is_checked_within_a_few_milliseconds_however_much_evidence_there_is() -> None:
    rows: list[JsonValue] = [[n, n * 1.5, f"name {n}"] for n in range(2000)]
    table = found(
        "\n".join(f"| {n} | {n * 1.5} |" for n in range(500)),
        source=TableSource(sql="SELECT * FROM t", row_count=2000),
        data={"columns": ["a", "b", "c"], "rows": rows},
    )
    claim = Claim(
        id="c0",
        text="Between 1998 and 1999.5 there are 17 of 2,000 [S1].",
        cited_ids=("S1",),
        cited=(table,),
        evidence=(table,),
        question="How many?",
    )
    judge(DEFAULT_CHECKS.answer, claim)
    began = time.process_time()
    for _ in range(100):
        judge(DEFAULT_CHECKS.answer, claim)
    assert (time.process_time() - began) / 100 < 0.01
