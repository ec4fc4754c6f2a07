"""Scope: of which rows a number of a table holds, and whether anybody has said so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ..dates import Day
from ..facts import Facts
from .conditions import Condition, bare
from .grid import Grid
from .lexicon import OPPOSITES
from .mentions import TIME
from .standing import Standing
from .words import Word, stem, words, words_of

_ISO = re.compile(r"((?:1[5-9]|20)\d{2})(?:-(\d{2})(?:-(\d{2}))?)?(?![\d-])")
_LATELY = re.compile(
    r"\b(?:today|yesterday|now|current\w*|recent\w*|latest|(?:last|past|this|previous) "
    r"(?:\w+ )?(?:days?|weeks?|months?|quarters?|years?))\b",
    re.IGNORECASE,
)
_BESIDES = re.compile(
    r"\b(?:over|under|above|below|more|less|fewer|at least|at most|older|younger|since|before|"
    r"after|until|from|positive|negative|any|\w{3,}er)\b",
    re.IGNORECASE,
)
_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth".split()
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_TRUTH = frozenset("is has was flag yn true".split())
_ROOT = 4
"""Letters from which on one word may be made from another, such as `membership`."""
_CODE = 3
"""Letters up to which a value may be a code, which people say in another way."""
_MOST_VALUES = 50
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def unnamed(grid: Grid, standing: Standing, *, groups: bool = False) -> list[str]:
    """Return the columns of which the query asks something that nobody has named.

    It may be named by the sentence, by what leads up to it or by the question. `groups` looks at
    what the query asks of groups as well.
    """
    asked = grid.query.conditions + (grid.query.group_conditions if groups else ())
    if not asked:
        return []
    shown = {grid.columns[one.column].lower() for one in grid.mentions(standing.saying.text)}
    return [
        one.column
        for one in asked
        if bare(one.column) not in shown and not _is_named(one, grid, standing)
    ]


def names_rival(grid: Grid, standing: Standing) -> bool:
    """Return whether the sentence names another value of a column than the query asks for."""
    own = [one for one in grid.query.conditions if one.way == "="]
    if not own or "than" in standing.saying.lower:
        return False
    said = frozenset(one.stem for one in standing.saying.words)
    return any(
        not any(_has(value, said) for value in one.values)
        and any(
            _has(value, said, whole=True) and not _shows(grid, value)
            for value in _rivals(one, standing)
        )
        for one in own
    )


def _rivals(condition: Condition, standing: Standing) -> Iterator[str]:
    """Yield the other values of a column, as far as the run's evidence or the language has them."""
    own = {one.lower() for one in condition.values}
    for value in own:
        yield from OPPOSITES.get(value, ())
    for item in standing.claim.evidence:
        if (other := standing.claim.facts.witness(item).grid) is None:
            continue
        for one in other.query.conditions:
            if bare(one.column) == bare(condition.column) and one.way == "=":
                yield from (value for value in one.values if value.lower() not in own)
        for place in other.labels:
            if other.columns[place].lower() == bare(condition.column):
                values = (str(row[place]) for row in other.rows[:_MOST_VALUES])
                yield from (value for value in values if value.lower() not in own)


def _shows(grid: Grid, value: str) -> bool:
    """Return whether the value is the name of one of the table's own rows."""
    return any(str(row[one]).lower() == value.lower() for row in grid.rows for one in grid.labels)


def _is_named(condition: Condition, grid: Grid, standing: Standing) -> bool:
    column = bare(condition.column)
    if condition.way == "is":
        return _is_column_said(column, standing)
    if any(_ISO.match(one) and "-" in one for one in condition.values):
        return _is_time_told(condition, standing)
    if all(map(_NUMBER.fullmatch, condition.values)):
        return _is_number_told(condition, column, grid, standing)
    if any(_has(one, standing.given_stems) for one in condition.values):
        return True
    is_code = all(len(value) <= _CODE for value in condition.values)
    return is_code and _is_spelled_out(condition, standing)


def _has(value: str, said: frozenset[str], *, whole: bool = False) -> bool:
    """Return whether the words of a value are among what is said, or the first of several is."""
    found = words(value)
    wanted = {one.stem for one in found} or {value.lower()}
    if wanted <= said:
        return True
    first = found[0] if found else None
    if whole or first is None:
        return False
    if len(wanted) > 1:
        return len(first.text) > _CODE and first.stem in said
    return len(first.stem) >= _ROOT and any(_is_akin(first.stem, one) for one in said)


def _is_akin(one: str, other: str) -> bool:
    """Return whether one stem is the beginning of the other, as `garden` is of `gardener`."""
    return min(len(one), len(other)) > _ROOT and (one.startswith(other) or other.startswith(one))


def _is_spelled_out(condition: Condition, standing: Standing) -> bool:
    """Return whether somebody says a word that no evidence has, for which a code may stand."""
    initials = {one[:1].lower() for one in condition.values}
    known = standing.vocabulary
    for text in (standing.claim.question, standing.lead, standing.saying.text):
        for one in _after_first(text):
            if one.is_capitalised and len(one.text) > _CODE - 1 and one.stem not in known:
                return True
    if not all(len(one) == 1 for one in condition.values):
        return False
    return any(one[:1] in initials and len(one) > 2 for one in standing.given_stems - known)


def _after_first(text: str) -> Iterator[Word]:
    """Yield the words that do not begin a sentence."""
    end = 0
    for one in words_of(text):
        if end and not re.search(r"[.:!?#\n]", text[end : one.start]):
            yield one
        end = one.end


def _is_column_said(column: str, standing: Standing) -> bool:
    """Return whether a word of the column's name is said, in some form."""
    names = [one.stem for one in words(column.replace("_", " ")) if one.stem not in _TRUTH]
    return any(
        name in standing.given_stems
        or any(len(one) >= _ROOT and name.startswith(one) for one in standing.given_stems)
        or any(len(name) >= _ROOT and one.startswith(name) for one in standing.given_stems)
        for name in names
    )


def _texts(standing: Standing) -> Iterator[str]:
    claim = standing.claim
    return filter(None, (standing.saying.text, standing.lead, claim.question, claim.earlier))


def _told(standing: Standing) -> Iterator[Facts]:
    return map(standing.claim.facts.said, _texts(standing))


def _is_number_told(condition: Condition, column: str, grid: Grid, standing: Standing) -> bool:
    values = [float(one) for one in condition.values]
    told = {number for facts in _told(standing) for number in facts.numbers}
    if told & {*values}:
        return True
    if condition.way == "=":
        if {0.0, 1.0} >= {*values} and _is_column_said(column, standing):
            return True
        return any(_is_said_in_words(one, standing) for one in values)
    if condition.way == "between" and len(values) == 2:
        if any(values[0] <= one <= values[1] for one in told) and TIME.search(column):
            return True
    near = (one + step for one in values if one.is_integer() for step in (-1, 1))
    if any(one in told for one in near):
        return True
    if column in grid.query.selected or not _is_column_said(column, standing):
        return False
    return values == [0.0] or any(_BESIDES.search(one) for one in _texts(standing))


def _is_said_in_words(value: float, standing: Standing) -> bool:
    """Return whether a number is said as `third`, or as the month that has it."""
    if not value.is_integer() or not 0 <= value <= 12:
        return False
    number = int(value)
    ordinal = number < len(_ORDINALS) and stem(_ORDINALS[number]) in standing.given_stems
    month = _MONTHS[number - 1] if number else None
    return ordinal or any(
        month is not None and one.is_capitalised and one.text.lower().startswith(month)
        for text in _texts(standing)
        for one in words_of(text)
    )


def _is_time_told(condition: Condition, standing: Standing) -> bool:
    """Return whether a date is told that lies within what the query asks for."""
    ends = [_span(match) for one in condition.values if (match := _ISO.match(one))]
    low = min(one[0] for one in ends) if condition.way != "<" else date.min
    high = max(one[1] for one in ends) if condition.way != ">" else date.max
    for facts in _told(standing):
        days = [*facts.days, *(Day(int(y), 0, None) for y in facts.numbers if 1500 <= y < 2100)]
        for day in days:
            if day.year is None:
                if any(one[0].month == day.month for one in ends):
                    return True
                continue
            first, last = _days(day.year, day.month or None, day.day)
            if first <= high and last >= low:
                return True
    return any(_LATELY.search(one) for one in _texts(standing))


def _span(match: re.Match[str]) -> tuple[date, date]:
    year, month, day = (int(one) if one else None for one in match.groups())
    return _days(year or 1, month, day)


def _days(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    """Return the first and the last day of a year, a month or a day; the 28th closes any month."""
    if month is None or not 1 <= month <= 12:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None or not 1 <= day <= 28:
        return date(year, month, 28 if day else 1), date(year, month, 28)
    return date(year, month, day), date(year, month, day)
