"""Simple computations become programs that compute them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.agent.embedded.conftest import Alone


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What is 17 * 23?", 391),
        ("Calculate (2 + 3) * 4", 20),
        ("What is 1,200 plus 34?", 1234),
        ("What is 2 to the power of 10?", 1024),
        ("Calculate 15% of 2480", 372.0),
        ("30 is what percent of 240?", 12.5),
        ("Increase 80 by 5%", 84.0),
        ("What's the square root of 1369?", 37.0),
        ("What is 7 factorial?", 5040),
        ("Is 97 a prime number?", True),
        ("Is 91 prime?", False),
        ("List the first 5 primes", [2, 3, 5, 7, 11]),
        ("Sort these numbers: 9, 3, 27, 1", [1, 3, 9, 27]),
        ("What is the median of 3, 1 and 2?", 2),
        ("What is the average of 2, 4 and 9?", 5),
        ("What is the standard deviation of 2, 4, 4, 4, 5, 5, 7, 9?", pytest.approx(2.13809)),
        ("How many days are there between 2024-01-15 and 2024-03-02?", 47),
        ("How many days from 3 March 2024 until 10 March 2024?", 7),
        ("What day of the week was 1999-12-31?", "Friday"),
        ("What date is 10 days after 2024-02-25?", "2024-03-06"),
        ("Is 2024 a leap year?", True),
        ("Convert 98.6 fahrenheit to celsius", 37.0),
        ("How many kilometres are in 10 miles?", 16.09344),
        ("What is 5 kg in grams?", 5000.0),
        ("Reverse the string 'hello'", "olleh"),
        ("Count the vowels in 'onomatopoeia'", 8),
        ("How many letters are in 'two words'?", 8),
        ("How many times does the letter s occur in 'Mississippi'?", 4),
        ("If I invest 1000 at 5% compounded yearly, what do I have after 10 years?", 1628.89),
        ("What is the greatest common divisor of 12 and 18?", 6),
        ("What is the remainder of 17 divided by 5?", 2),
    ],
)
def test_a_computation_is_written_and_right(
    write_code: Alone, run: Callable[[str], object], question: str, value: object
) -> None:
    code = write_code.call(question)
    assert code is not None
    assert run(code) == value


@pytest.mark.parametrize(
    "question",
    [
        "How many penguins are there?",
        "What is love?",
        "Delete all files in /tmp",
        "What happened in 2024?",
        "Is 97 a good score?",
        "What is 9 ** 99999999?",
        "Convert 5 miles to kilograms",
        "What is the release policy hold?",
    ],
)
def test_what_no_template_fits_is_refused(write_code: Alone, question: str) -> None:
    assert write_code.call(question) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_a_program_always_compiles(write_code: Alone, text: str) -> None:
    for question in (f"calculate {text}", f"reverse '{text}'"):
        code = write_code.call(question)
        if code is not None:
            compile(code, "program", "exec")
