"""A sentence against tables and texts: rows, units, directions, quotations, names and wording."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from surefoot.evidence import DocumentSource, Evidence, TableSource
from surefoot.graphs import DEFAULT_CHECKS, Claim, cited, judge
from surefoot.verdicts import Verdict

CENSUS: list[list[JsonValue]] = [["Biscoe", 168], ["Dream", 124], ["Torgersen", 52]]
MASSES: list[list[JsonValue]] = [["Adelie", 3700.66], ["Chinstrap", 3733.09], ["Gentoo", 5076.02]]
PAGE = """Exit code 1 means the run failed.
Exit code 2 means bad usage.

- `hold` releases a sentence only after its check.
- `label` streams the answer as it is written.

The server waits 30 seconds before it stops. A missing value is never written as zero.
A tool has effects unless it is declared harmless. The Federal Aviation Administration keeps it.
The song was recorded in Libya by the band Iron Horses.
"""


def table(
    rows: list[list[JsonValue]], *columns: str, sql: str = "SELECT island, n FROM t", id: str = "S1"
) -> Evidence:
    listed: list[JsonValue] = [*rows]
    named: list[JsonValue] = [*columns]
    return Evidence(
        id=id,
        source=TableSource(sql=sql, row_count=len(rows)),
        content="\n".join(" | ".join(map(str, row)) for row in (columns, *rows)),
        data={"columns": named, "rows": listed},
        created_at="now",
    )


def page(text: str = PAGE, id: str = "S1") -> Evidence:
    source = DocumentSource(path="a.md", start=0, end=len(text))
    return Evidence(id=id, source=source, content=text, created_at="now")


def verdicts(
    text: str, *evidence: Evidence, question: str = "", earlier: str = ""
) -> list[Verdict]:
    have = {item.id: item for item in evidence}
    ids = cited(text)
    claim = Claim(
        id="c0",
        text=text,
        cited_ids=ids,
        cited=tuple(have[one] for one in ids if one in have),
        evidence=evidence,
        question=question,
    )
    return judge(DEFAULT_CHECKS.answer, claim)


def failures(text: str, *evidence: Evidence, question: str = "") -> list[str]:
    return [one.code for one in verdicts(text, *evidence, question=question) if one.failed]


def census() -> Evidence:
    return table([*CENSUS], "island", "n")


def masses() -> Evidence:
    return table([*MASSES], "species", "avg_body_mass_g", sql="SELECT species, avg(m) FROM t")


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Biscoe has 168 penguins [S1].", census),
        ("Biscoe has 168, Dream 124 and Torgersen 52 [S1].", census),
        ("168 are on Biscoe, 124 on Dream [S1].", census),
        ("Biscoe, Dream and Torgersen have 168, 124 and 52 [S1].", census),
        ("Most are on Biscoe: 168 [S1].", census),
        ("Biscoe has the most, with 168, and Torgersen the fewest, with 52 [S1].", census),
        ("Biscoe has more than Dream [S1].", census),
        ("Dream does not have more than Biscoe [S1].", census),
        ("Biscoe has 44 more than Dream [S1].", census),
        ("In total there are 344 [S1].", census),
        ("Biscoe and Dream together have 292 [S1].", census),
        ("48.8% of all are on Biscoe [S1].", census),
        ("Biscoe has 3.2 times as many as Torgersen [S1].", census),
        ("The average is 114.7 an island [S1].", census),
        ("Two islands have more than 100 [S1].", census),
        ("Dream does not have 168 [S1].", census),
        ("The average of Gentoo is 5,076 g [S1].", masses),
        ("The average of Gentoo is 5.08 kg [S1].", masses),
        ("Gentoo penguins are heavier than Adelie penguins [S1].", masses),
        ("Adelie penguins are lighter than Gentoo penguins [S1].", masses),
        ("Exit code 1 means that the run failed [S1].", page),
        ("The server waits half a minute, 30 seconds, before it stops [S1].", page),
        ("The page says “the server waits 30 seconds” [S1].", page),
        ('The page says "The  server waits … before it stops" [S1].', page),
        ("The FAA keeps it [S1].", page),
        ("The Libyan song was recorded by Iron Horses [S1].", page),
        ("`hold` releases a sentence only after its check [S1].", page),
        ("A missing value is never written as zero [S1].", page),
    ],
)
def test_what_the_evidence_bears_out_passes(text: str, evidence: Callable[[], Evidence]) -> None:
    assert failures(text, evidence()) == []


RAILWAY = "The {} railway is the longest, and it begins in Washington, DC, near the river."


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ("The U.S. railway is the longest", "US"),
        ("The UK railway is the longest", "U.K."),
        ("The U.S. railway is the longest", "United States"),
        ("The railway begins in Washington, D.C., near the river", "long"),
    ],
)
def test_an_abbreviation_is_the_same_with_full_stops_and_without(said: str, there: str) -> None:
    other = said.replace("U.S.", "N.Z.").replace("UK", "NZ").replace("D.C.", "B.C.")
    assert ["supported", "unsupported"] == [
        verdict.outcome
        for text in (said, other)
        for verdict in verdicts(f"{text} [S1].", page(RAILWAY.format(there)))
        if verdict.check == "names_in_evidence"
    ]


@pytest.mark.parametrize(
    ("text", "evidence", "code"),
    [
        ("Biscoe has 124 penguins [S1].", census, "wrong_row"),
        ("Biscoe has 168, Dream 52 and Torgersen 124 [S1].", census, "wrong_row"),
        ("Dream has the most [S1].", census, "direction_contradicted"),
        ("Biscoe has the fewest, with 168 [S1].", census, "direction_contradicted"),
        ("Dream has more than Biscoe [S1].", census, "direction_contradicted"),
        ("Biscoe does not have 168 penguins [S1].", census, "direction_contradicted"),
        ("It fell from 52 to 168 [S1].", census, "direction_contradicted"),
        ("Biscoe has 45 more than Dream [S1].", census, "number_not_in_evidence"),
        ("In total there are 345 [S1].", census, "number_not_in_evidence"),
        ("Crozet has 168 penguins [S1].", census, "name_not_in_evidence"),
        ("The average of Gentoo is 5,076 kg [S1].", masses, "unit_differs"),
        ("Gentoo weigh 1,375.4 kg more than Adelie on average [S1].", masses, "unit_differs"),
        (
            "Adelie penguins are heavier than Gentoo penguins [S1].",
            masses,
            "direction_contradicted",
        ),
        ("Exit code 2 means that the run failed [S1].", page, "wrong_number"),
        ("Exit code 1 does not mean the run failed [S1].", page, "negated"),
        ("A missing value is always written as zero [S1].", page, "negated"),
        ("The server waits 30 minutes before it stops [S1].", page, "unit_differs"),
        ("`label` releases a sentence only after its check [S1].", page, "wrong_subject"),
        ("`vault` releases a sentence only after its check [S1].", page, "name_not_in_evidence"),
        ("A tool has effects [S1].", page, "condition_dropped"),
        ("The page says “the server waits 30 days” [S1].", page, "quote_not_in_evidence"),
        ("The song was recorded in Libya by Wooden Horses [S1].", page, "name_not_in_evidence"),
        ("Volcanoes erupt because magma rises through cracks [S1].", page, "not_entailed"),
    ],
)
def test_what_the_evidence_speaks_against_does_not_pass(
    text: str, evidence: Callable[[], Evidence], code: str
) -> None:
    assert code in failures(text, evidence())


def test_a_computed_number_comes_with_how_it_is_computed() -> None:
    told = verdicts("Biscoe has 44 more than Dream [S1].", census())
    (how,) = [one.reason for one in told if one.code == "computed"]
    assert how == "difference of Biscoe 168 and Dream 124 = 44"


def test_ids_are_not_taken_for_the_names_of_rows() -> None:
    loans: list[list[JsonValue]] = [[5, 7, "2023-02-24", 3.75], [7, 5, "2023-06-12", 4.5]]
    found = table(loans, "loan_id", "book_id", "borrowed_on", "fine_eur")
    assert failures("5: book id 7, borrowed on 2023-02-24, fine 3.75 EUR [S1].", found) == []
    assert failures("Borrowed on 2023-02-24, fine 4.5 EUR [S1].", found) == ["wrong_row"]


def test_a_number_that_only_happens_to_fit_is_not_taken_for_computed() -> None:
    assert failures("It has 44 rooms [S1].", census()) == ["number_not_in_evidence"]


def test_the_condition_of_a_query_must_be_named_by_somebody() -> None:
    sql = "SELECT avg(mass) AS a FROM penguins WHERE species = 'Gentoo'"
    found = table([[5076.0]], "a", sql=sql)
    assert failures("The average is 5076 [S1].", found) == ["condition_dropped"]
    assert failures("The average is 5076 [S1].", found, question="How heavy are Gentoos?") == []
    assert failures("The average Gentoo has 5076 [S1].", found) == []


def test_a_query_that_picks_must_pick_the_end_that_is_named() -> None:
    sql = "SELECT island, n FROM t ORDER BY n {} LIMIT 1"
    for way, word, wrong in (("DESC", "most", "fewest"), ("ASC", "fewest", "most")):
        found = table([["Biscoe", 168]], "island", "n", sql=sql.format(way))
        assert failures(f"Biscoe has the {word} [S1].", found) == []
        assert failures(f"Biscoe has the {wrong} [S1].", found) == ["direction_contradicted"]


def test_a_false_premise_of_the_question_is_named() -> None:
    asked = "Why does Biscoe have 124 penguins?"
    assert failures("Biscoe has 124 penguins [S1].", census(), question=asked) == ["false_premise"]
    assert failures("Biscoe has 168 penguins [S1].", census(), question=asked) == []


def test_evidence_that_says_otherwise_is_reported_unless_both_sides_are_cited() -> None:
    other = page("Exit code 9 means the run failed.", "S2")
    assert failures("Exit code 1 means the run failed [S1].", page(), other) == [
        "evidence_disagrees"
    ]
    both = "Exit code 1 means the run failed [S1], or exit code 9 means it [S2]."
    assert "evidence_disagrees" not in failures(both, page(), other)
    again = table([["Biscoe", 170]], "island", "n", id="S2")
    assert failures("Biscoe has 168 [S1].", census(), again) == ["evidence_disagrees"]


def test_what_nobody_has_told_is_the_models_own_knowledge() -> None:
    assert failures("Paris lies on the river Seine.", page()) == ["own_knowledge"]
    assert failures("The city of Paris lies on the river Seine.") == ["own_knowledge"]
    assert failures("It lies on the river.", page()) == []
    assert failures("The town Paris is far.", question="Where is Paris?") == []
    assert failures("Hello, I am glad to help you with Paris.") == []


def test_how_sure_it_is_comes_with_what_was_measured() -> None:
    told = verdicts("Exit code 1 means that the run failed [S1].", page())
    (likely,) = [one.confidence for one in told if one.check == "entailed"]
    assert likely is not None and 0.5 < likely < 1
    assert [v.confidence for v in verdicts("Hello.") if v.confidence is not None] == []


@given(text=st.text(max_size=200), evidence=st.text(max_size=400))
def test_no_text_breaks_a_check(text: str, evidence: str) -> None:
    for told in (verdicts(f"{text} [S1].", page(evidence)), verdicts(f"{text} [S1].", census())):
        assert "check_crashed" not in [one.code for one in told]


_WORDS = st.text("abcdefghij ", min_size=12, max_size=60).filter(lambda one: len(one.split()) > 2)


@given(words=_WORDS, before=st.text("xyz ,.", max_size=30), marks=st.sampled_from(["“”", '""']))
def test_a_quotation_of_the_evidence_is_found_however_it_is_set(
    words: str, before: str, marks: str
) -> None:
    quote = " ".join(words.split())
    spread = before + words.replace(" ", "\n ").upper()
    said = f"It says {marks[0]}{quote}{marks[1]} [S1]."
    assert "quote_not_in_evidence" not in failures(said, page(spread))


@given(words=_WORDS, wrong=st.text("qrs", min_size=4, max_size=8), place=st.integers(0, 10))
def test_a_quotation_with_another_word_is_not_found(words: str, wrong: str, place: int) -> None:
    said = words.split()
    said[place % len(said)] = wrong
    quote = " ".join(said)
    assert "quote_not_in_evidence" in failures(f"It says “{quote}” [S1].", page(words))
