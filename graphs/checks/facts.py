"""Facts: the figures of a run's evidence, read once and looked up often."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from pydantic import JsonValue

from surefoot.evidence import Evidence, TableSource

from .claims.evidence import Witness
from .claims.passages import MOST_CHARACTERS
from .claims.saying import Saying
from .dates import Day
from .figures import figures_in
from .numbers import Number, states

if TYPE_CHECKING:
    from .claims.standing import Standing

_LARGEST = 1e300
_NUMBER_ALONE = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
"""A text that is a number and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The figures that one piece of evidence holds."""

    numbers: Sequence[float] = ()
    """In order of size."""
    days: frozenset[Day] = frozenset()
    times: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()

    def state(self, number: Number) -> bool:
        """Return whether a number of a claim can be found."""
        return any(states(number, fact) for fact in self._near(number))

    def tell(self, day: Day) -> bool:
        """Return whether a date of a claim can be found; its year may stand apart."""
        if any(day.within(one) for one in self.days):
            return True
        apart = Day(None, day.month, day.day)
        known = day.year is not None and any(one == apart for one in self.days)
        return known and any(one == day.year for one in self.numbers)

    def _near(self, number: Number) -> Iterator[float]:
        """Yield the numbers that `number` might state; most evidence has none."""
        if not math.isfinite(number.value):  # Written with too many digits to be any number.
            return
        spread = number.unit + (abs(number.value) * 0.25 if number.lean else 0.0)
        plain = number.suffix == 1.0 and not number.percent
        for scale in (1.0,) if plain else {1.0, number.suffix, 0.01 if number.percent else 1.0}:
            low = bisect_left(self.numbers, (number.value - spread) * scale)
            high = bisect_right(self.numbers, (number.value + spread) * scale)
            yield from self.numbers[low:high]


class FactIndex:
    """The facts of a run's evidence, and of words that are no evidence, such as its question."""

    def __init__(self) -> None:
        self._known: dict[str, Facts] = {}
        self._said: dict[str, Facts] = {}
        self._values: dict[str, Facts] = {}
        self._witnesses: dict[str, Witness] = {}
        self._last: tuple[str, Saying] = ("", Saying(""))
        self.standing: Standing | None = None
        """The claim that checks have last looked at, with all that it may stand on."""

    def witness(self, item: Evidence) -> Witness:
        """Return a piece of evidence as claims are held against it."""
        if (witness := self._witnesses.get(item.id)) is None:
            witness = self._witnesses[item.id] = Witness(item)
        return witness

    def saying(self, sentence: str) -> Saying:
        """Return a sentence taken apart; the last is kept, since all checks look at it in turn."""
        if self._last[0] != sentence:
            self._last = (sentence, Saying.of(sentence))
        return self._last[1]

    def values(self, item: Evidence) -> Facts:
        """Return what the evidence holds as values, without reading its text."""
        if (facts := self._values.get(item.id)) is None:
            facts = self._values[item.id] = Facts(numbers=sorted(set(_values(item))))
        return facts

    def values_of(self, items: Sequence[Evidence]) -> Facts:
        """Return what several pieces of evidence hold as values."""
        if len(items) == 1:
            return self.values(items[0])
        return Facts(numbers=sorted(chain.from_iterable(self.values(i).numbers for i in items)))

    def of(self, item: Evidence) -> Facts:
        """Return the facts of one piece of the run's evidence."""
        if (facts := self._known.get(item.id)) is None:
            facts = self._known[item.id] = _facts(
                self.witness(item).text[:MOST_CHARACTERS], _values(item)
            )
        return facts

    def said(self, text: str) -> Facts:
        """Return the facts of a text."""
        if (facts := self._said.get(text)) is None:
            facts = self._said[text] = _facts(text, ())
        return facts


_SEASON = re.compile(r"\b((?:1[5-9]|20)\d{2})[–-](\d{2})\b(?![-–])")


def _years(text: str) -> Iterator[float]:
    """Yield the second year of what is written `2018–19`."""
    for match in _SEASON.finditer(text):
        yield float(match[1][:2] + match[2])


def _facts(text: str, values: Iterable[float]) -> Facts:
    figures = figures_in(text)
    numbers = {value for number in figures.numbers for value in number.readings()}
    numbers.update(values)
    numbers.update(float(day.year) for day in figures.days if day.year is not None)
    numbers.update(_years(text))
    # Version 3.11.7 is also a 3.11.
    numbers.update(float(".".join(one.split(".")[:2])) for one in figures.versions)
    return Facts(
        numbers=sorted(filter(math.isfinite, numbers)),
        days=frozenset(figures.days + figures.also),
        times=frozenset(time for times in figures.times for time in times),
        versions=frozenset(figures.versions),
    )


def _values(item: Evidence) -> Iterator[float]:
    """Yield what the evidence holds as values, and how many there are where that may be said."""
    yield from _numbers(item.data)
    if item.data is None or isinstance(item.data, str):
        if _NUMBER_ALONE.fullmatch(item.content):
            yield float(item.content)
    if isinstance(item.source, TableSource):
        yield float(item.source.row_count)
    elif isinstance(item.data, list):
        yield float(len(item.data))


def _numbers(data: JsonValue) -> Iterator[float]:
    if isinstance(data, bool) or data is None:
        return
    if isinstance(data, int | float):
        if abs(data) < _LARGEST:
            yield float(data)
    elif isinstance(data, dict):
        for value in data.values():
            yield from _numbers(value)
    elif isinstance(data, list):
        for value in data:
            yield from _numbers(value)
