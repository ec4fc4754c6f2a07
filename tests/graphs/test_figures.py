"""Numbers, dates and times as they are read from text."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from surefoot.graphs import Number, figures_in, states


def only(text: str) -> Number:
    (number,) = figures_in(text).numbers
    return number


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,234.5 and 1 234 and 1\u00a0234", [1234.5, 1, 234, 1234]),
        ("12,345,678", [12345678]),
        ("2019,2020 or 1,2,3", [2019, 2020, 1, 2, 3]),
        ("12% or 12 % or 12 percent or 12 per cent", [12, 12, 12, 12]),
        ("-5 to -3", [-5, -3]),
        ("\u22125 °C", [-5]),
        ("10-20 and 5–7 and 3 - 2", [10, 20, 5, 7, 3, 2]),
        ("20% -30%", [20, 30]),
        ("(-5)", [-5]),
        ("$5, -$5, €1,000 and $ 7", [5, -5, 1000, 7]),
        ("200mm 5kg 3rd 21st 1990s", [200, 5, 3, 21, 1990]),
        (".5 and 0.05", [0.5, 0.05]),
        ("1e5 1.23e5 1E-3", [1e5, 1.23e5, 1e-3]),
        ("3 million, 1.2 billion and five-thousand", [3e6, 1.2e9, 5000]),
        ("seven, Twenty-five, twenty one and ninety", [7, 25, 21, 90]),
        ("two hundred", [200]),
        ("S1 [S2] v2 H2O x3 Q4 utf8", []),
        ("GPT-4", [4]),
        ("It weighs 5.", [5]),
        ("24/7 and 3:1", [24, 7, 3, 1]),
        ("someone often tends to wonder", []),
        ("", []),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, values: list[float]) -> None:
    assert [number.value for number in figures_in(text).numbers] == values


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2024-05-01 and 2024-05-01T10:30:00Z", [(2024, 5, 1), (2024, 5, 1)]),
        ("May 1, 2024 or May 1st, 2024 or May 1", [(2024, 5, 1), (2024, 5, 1), (None, 5, 1)]),
        ("1 May 2024, 1st of May 2024, 2nd of June", [(2024, 5, 1), (2024, 5, 1), (None, 6, 2)]),
        ("Sept. 4, Sep 4 and September 4", [(None, 9, 4)] * 3),
        ("May 2024, 2024-05", [(2024, 5, None), (2024, 5, None)]),
        ("you may 5 times march 3 miles", []),
        ("2024", []),
        ("555-12", []),
    ],
)
def test_dates_are_read_as_people_write_them(
    text: str, days: list[tuple[int | None, int, int | None]]
) -> None:
    assert [(day.year, day.month, day.day) for day in figures_in(text).days] == days
    assert not [n for n in figures_in(text).numbers if n.value > 1000 and days]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("10:30", ["10:30"]),
        ("at 9:05 am", ["9:05"]),
        ("10:30 pm", ["22:30"]),
        ("10:30 p.m.", ["22:30"]),
        ("12:00 am", ["0:00"]),
        ("10:30:15", ["10:30:15"]),
        ("2024-05-01T09:05:00Z", ["9:05:00"]),
        ("16:9", []),
        ("a1:30", []),
    ],
)
def test_times_of_day_are_read_as_people_write_them(text: str, times: list[str]) -> None:
    assert [time[0] for time in figures_in(text).times] == times


def test_versions_and_addresses_are_no_numbers() -> None:
    figures = figures_in("1.5.9, v1.5.9, 192.168.0.1 and 2.0.0rc1")
    assert figures.versions == ("1.5.9", "1.5.9", "192.168.0.1", "2.0.0rc1")
    assert figures.numbers == () and figures.days == ()


@given(value=st.integers(-(10**12), 10**12), grouped=st.booleans())
def test_an_integer_is_read_back(value: int, grouped: bool) -> None:
    number = only(f"It is {value:,}." if grouped else f"It is {value}.")
    assert number.value == value and states(number, float(value))


@given(
    value=st.floats(-1e9, 1e9, allow_nan=False), decimals=st.integers(0, 6), grouped=st.booleans()
)
def test_a_rounded_number_states_what_it_was_rounded_from(
    value: float, decimals: int, grouped: bool
) -> None:
    # Whole numbers are not taken for fractions of one.
    assume(decimals or abs(value) >= 1)
    text = f"{value:,.{decimals}f}" if grouped else f"{value:.{decimals}f}"
    assert states(only(f"It is {text} kg."), value)


@given(value=st.floats(0.0, 10.0, allow_nan=False), decimals=st.integers(1, 4))
def test_a_percentage_states_its_fraction(value: float, decimals: int) -> None:
    number = only(f"It is {value:.{decimals}%}.")
    assert number.percent and states(number, value) and states(number, value * 100)


@given(value=st.floats(1.0, 1e15, allow_nan=False), digits=st.integers(1, 6))
def test_a_power_of_ten_states_what_it_was_rounded_from(value: float, digits: int) -> None:
    assert states(only(f"It is {value:.{digits}e}."), value)


@given(
    value=st.floats(-1e6, 1e6, allow_nan=False),
    decimals=st.integers(0, 4),
    units=st.floats(0.51, 1e6) | st.floats(-1e6, -0.51),
)
def test_a_number_does_not_state_another(value: float, decimals: int, units: float) -> None:
    number = only(f"It is {value:.{decimals}f}.")
    assert not states(number, number.value + units * 10.0**-decimals)


@given(text=st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    figures_in(text)


@given(text=st.text("0123456789.,:-+eE %$kMS[]年T月 ", max_size=40))
def test_anything_that_looks_like_numbers_can_be_read(text: str) -> None:
    for number in figures_in(text).numbers:
        states(number, 1.0)


@pytest.mark.parametrize(
    ("claim", "fact", "holds"),
    [
        ("4", 3.7, True),
        ("4", 3.4, False),
        ("1", 0.7, False),
        ("0", 0.3, False),
        ("0", 0.0, True),
        ("0.7", 0.68, True),
        ("1,235", 1234.6, True),
        ("1.2 million", 1_234_567, True),
        ("1.3 million", 1_234_567, False),
        ("1.2M", 1_234_567, True),
        ("3k", 3_400, True),
        ("3 M", 3, True),
        ("12%", 0.1249, True),
        ("12%", 12.3, True),
        ("12%", 0.5, False),
        ("12", 0.12, False),
        ("-3", 3, False),
        ("3", -3, False),
        ("about 1,200", 1234, True),
        ("1,200", 1234, False),
        ("about 1,200", 1500, False),
        ("over 300", 344, True),
        ("over 300", 290, False),
        ("at least 300", 300, True),
        ("nearly 350", 344, True),
        ("nearly 350", 356, False),
        ("1e999", 3, False),
    ],
)
def test_what_a_number_states(claim: str, fact: float, holds: bool) -> None:
    assert states(only(f"It is {claim}."), fact) is holds
