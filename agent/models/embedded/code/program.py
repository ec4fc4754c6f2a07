"""Programs: a question about numbers, dates or texts becomes a few lines of Python."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from .arithmetic import compound_interest, formula, percentage, power, rooted, whole_numbers
from .dates import days_between, leap_year, weekday
from .statistics import of_listed_numbers
from .texts import of_quoted_text
from .units import conversion

_TEMPLATES: tuple[Callable[[str], str | None], ...] = (
    days_between,
    weekday,
    leap_year,
    of_quoted_text,
    compound_interest,
    percentage,
    of_listed_numbers,
    conversion,
    whole_numbers,
    rooted,
    power,
    formula,
)


@lru_cache(maxsize=256)
def program(question: str) -> str | None:
    """Return a program whose last line is the answer, None when no template fits."""
    text = question.strip().rstrip("?!. ")
    return next((code for make in _TEMPLATES if (code := make(text)) is not None), None)
