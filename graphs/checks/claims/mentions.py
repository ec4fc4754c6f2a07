"""Mentions: which rows of a table a text speaks of, by names, numbers or dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import JsonValue

from ..dates import MONTHS, Day, dated
from .words import Word, words

TIME = re.compile(r"year|month|date|quarter|day|week|hour", re.IGNORECASE)
"""Names of columns that say when."""
_LONGEST = 12
_LARGEST = 1e15
_BETWEEN = 2
"""Words such as `of` or `to` that may stand inside a name that is said."""
_BESIDE = 2
"""Words between a number and what it numbers, as in `a rating of 5`."""
_SHORTEST = 4
"""Letters from which on one word may stand for a name of several."""
_ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?![\d-])")
_COUNTED = "zero one two three four five six seven eight nine ten eleven twelve".split()
_ORDERED = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth".split()
_NUMBERS: Mapping[str, int] = {
    word: value for words_in in (_COUNTED, _ORDERED) for value, word in enumerate(words_in)
}
_ORDINAL = re.compile(r"(\d{1,4})(?:st|nd|rd|th)?")
_Name = tuple[str, ...]
_Rows = tuple[int, frozenset[int]]
"""A column, and rows of it."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A label of the table that a text names."""

    column: int
    rows: frozenset[int]
    start: int
    end: int


class RowNames:
    """Finds the names of a table's rows in texts."""

    def __init__(
        self, columns: Sequence[str], labels: Sequence[int], rows: Sequence[Sequence[JsonValue]]
    ) -> None:
        self._columns = columns
        self._names: dict[_Name, dict[int, set[int]]] = {}
        self._numbers: dict[int, dict[int, set[int]]] = {}
        self._dates: dict[int, list[tuple[Day, int]]] = {}
        for column in labels:
            for row, values in enumerate(rows):
                self._note(column, row, values[column])

    def _note(self, column: int, row: int, value: JsonValue) -> None:
        if isinstance(value, bool):
            return
        if isinstance(value, int | float):
            if abs(value) >= _LARGEST or value != int(value):
                return
            if TIME.search(self._columns[column]):
                name: _Name = (str(int(value)),)
                self._names.setdefault(name, {}).setdefault(column, set()).add(row)
            else:
                self._numbers.setdefault(column, {}).setdefault(int(value), set()).add(row)
        elif isinstance(value, str):
            if iso := _ISO.match(value):
                year, month, day = (int(one) if one else None for one in iso.groups())
                self._dates.setdefault(column, []).append((Day(year, month or 0, day), row))
                if iso.end() == len(value):
                    return
            if name := _name(value):
                self._names.setdefault(name, {}).setdefault(column, set()).add(row)

    def mentions(self, text: str) -> list[Mention]:
        """Return the rows that a text names, in order; the longest name wins."""
        said = words(text)
        found = [*self._named(text, said)]
        if self._numbers:
            found += self._numbered(text, said)
        if self._dates:
            found += self._dated(text)
        return sorted(found, key=lambda one: one.start)

    def _named(self, text: str, said: Sequence[Word]) -> Iterator[Mention]:
        place = 0
        while place < len(said):
            count, where = self._longest(said, place)
            if not count and said[place].is_capitalised:
                count, where = 1, self._short(said[place])
            last = said[place + max(count, 1) - 1]
            for column, rows in where:
                yield Mention(column, rows, said[place].start, last.end)
            place += count if where else 1

    def _longest(self, said: Sequence[Word], place: int) -> tuple[int, list[_Rows]]:
        """Return how many words from `place` on are the longest name, and which rows have it."""
        best: tuple[int, _Name] = (0, ())
        names = self._by_first.get(said[place].stem, [])
        if place and said[place].is_capitalised:  # Such as the line `A`.
            names = names + self._by_first.get(said[place].text, [])
        for name in names:
            if count := _matches(name, said, place):
                best = max(best, (count, name))
        count, name = best
        if not count:
            return 0, []
        return count, [(column, frozenset(rows)) for column, rows in self._names[name].items()]

    def _short(self, word: Word) -> list[_Rows]:
        """Return the rows of the only name that has a word, or whose initials it is."""
        if word.text.isupper() and word.text in self._initials:
            names: list[_Name] = self._initials[word.text]
        elif len(word.text) >= _SHORTEST:
            names = self._by_word.get(word.stem, [])
        else:
            return []
        if len(names) != 1:
            return []
        return [(column, frozenset(rows)) for column, rows in self._names[names[0]].items()]

    @cached_property
    def _by_first(self) -> dict[str, list[_Name]]:
        found: dict[str, list[_Name]] = {}
        for name in self._names:
            found.setdefault(name[0], []).append(name)
        return found

    @cached_property
    def _by_word(self) -> dict[str, list[_Name]]:
        """Names of several words by each of them."""
        found: dict[str, list[_Name]] = {}
        for name in self._names:
            if len(name) > 1:
                for word in {*name}:
                    found.setdefault(word, []).append(name)
        return found

    @cached_property
    def _initials(self) -> dict[str, list[_Name]]:
        found: dict[str, list[_Name]] = {}
        for name in self._names:
            if len(name) > 1:
                found.setdefault("".join(one[0] for one in name).upper(), []).append(name)
        return found

    def _numbered(self, text: str, said: Sequence[Word]) -> Iterator[Mention]:
        """Yield the rows that have a number, where what it numbers stands beside it."""
        for place, word in enumerate(said):
            if (value := _number(text, word)) is None:
                continue
            near = range(max(place - _BESIDE, 0), min(place + 1 + _BESIDE, len(said)))
            beside = [said[one] for one in near if one != place]
            for column, numbered in self._numbers.items():
                names = self._called[column]
                if value in numbered and any(_is_called(one.stem, names) for one in beside):
                    yield Mention(column, frozenset(numbered[value]), word.start, word.end)

    @cached_property
    def _called(self) -> dict[int, frozenset[str]]:
        """The words in the names of the numbered columns, without those that all of them have."""
        names = {
            column: frozenset(one.stem for one in words(self._columns[column].replace("_", " ")))
            for column in self._numbers
        }
        shared = frozenset.intersection(*names.values()) if len(names) > 1 else frozenset[str]()
        return {column: own - shared for column, own in names.items()}

    def _dated(self, text: str) -> Iterator[Mention]:
        """Yield the rows of the days, months and years that a text names."""
        spans = list(dated(text))
        spans += [
            (Day(None, MONTHS[match[0]], None), match.start(), match.end())
            for match in _MONTH.finditer(text)
            if not any(start <= match.start() < end for _, start, end in spans)
        ]
        for day, start, end in spans:
            for column, days in self._dates.items():
                rows = frozenset(row for one, row in days if day.within(one) or one.within(day))
                if 0 < len(rows) < len(days):
                    yield Mention(column, rows, start, end)


_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b")


def _name(value: str) -> _Name:
    """Return the words of a name, without those that carry no meaning unless it has no other."""
    found = words(value[:120])
    return tuple(one.stem for one in found if not one.is_grammar)[:_LONGEST] or tuple(
        one.text for one in found
    )


def _matches(name: _Name, said: Sequence[Word], place: int) -> int:
    """Return how many words from `place` on say a name; 0 when they do not."""
    at = place
    for number, wanted in enumerate(name):
        if number:
            skipped = 0
            while at < len(said) and said[at].is_grammar and skipped < _BETWEEN:
                at, skipped = at + 1, skipped + 1
        if at >= len(said) or wanted not in (said[at].stem, said[at].text):
            return 0
        at += 1
    return at - place


def _number(text: str, word: Word) -> int | None:
    """Return the whole number that a word is, when it is no piece of a longer one."""
    if (value := _NUMBERS.get(word.text.lower())) is not None:
        return value
    match = _ORDINAL.fullmatch(word.text)
    if match is None or re.match(r"[.,:]\d", text[word.end : word.end + 2]):
        return None
    return None if re.search(r"\d[.,:]$", text[: word.start][-2:]) else int(match[1])


def _is_called(word: str, names: frozenset[str]) -> bool:
    """Return whether a word is one of a column's name, or what stands behind a letter of it."""
    return word in names or any(len(word) >= _SHORTEST and one.endswith(word) for one in names)
