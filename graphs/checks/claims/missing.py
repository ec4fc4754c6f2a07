"""Missing: how much of a claim's names, numbers and dates its evidence lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from ..dates import MONTHS, Day
from ..facts import Facts
from .standing import Standing
from .words import stems_of

_ROOT = 5
"""Letters from which on a word may be the root of another, as `Libya` is of `Libyan`."""
_IN_WORDS = 0.6
_IN_PARTS = 0.2
"""What is lacking of a number in words, and of a date whose parts all stand somewhere. Set by hand;
how much it tells is trained."""


def missing(standing: Standing, known: Set[str]) -> tuple[float, ...]:
    """Return for each name, number and date that is not there what share of it is lacking.

    `known` are the stems of the texts and of what may be repeated.
    """
    facts = [standing.claim.facts.of(one.item) for one in standing.witnesses]
    shares = (*_names(standing, known), *_numbers(standing, facts), *_days(standing, facts))
    return tuple(one for one in shares if one)


def _names(standing: Standing, known: Set[str]) -> Iterator[float]:
    for name in standing.saying.names:
        stems = [one for one in stems_of(name.text) if len(one) > 1]
        if stems and not (name.opens and " " not in name.text):
            yield sum(not _is_known(one, known) for one in stems) / len(stems)


def _is_known(stem: str, known: Set[str]) -> bool:
    return stem in known or (
        len(stem) >= _ROOT
        and any(
            len(one) >= _ROOT and (one.startswith(stem) or stem.startswith(one)) for one in known
        )
    )


def _numbers(standing: Standing, facts: Sequence[Facts]) -> Iterator[float]:
    for number in standing.saying.figures.numbers:
        if (number.word and number.value <= 2) or any(one.state(number) for one in facts):
            continue
        yield _IN_WORDS if number.word else 1.0


def _days(standing: Standing, facts: Sequence[Facts]) -> Iterator[float]:
    for day in standing.saying.figures.days:
        if not any(one.tell(day) for one in facts):
            told = [
                any(part)
                for part in zip(*(_parts(day, standing, one) for one in facts), strict=True)
            ]
            yield 1.0 - (1.0 - _IN_PARTS) * sum(told) / max(len(told), 1)


def _parts(day: Day, standing: Standing, facts: Facts) -> Iterator[bool]:
    """Say of the month, the year and the day, where the date has them, whether they are there."""
    days = [one for one in facts.days if one.month == day.month]
    named = next(name.lower() for name, number in MONTHS.items() if number == day.month)
    yield bool(days) or any(named in one.flat for one in standing.texts)
    if day.year is not None:
        yield float(day.year) in facts.numbers
    if day.day is not None:
        yield any(one.day == day.day for one in days)
