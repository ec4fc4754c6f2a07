"""Pairing: which of the rows that a sentence names goes with which of its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ..numbers import Number
from .grid import Cell
from .mentions import Mention

_BREAK = re.compile(r"[;:()]|,(?!\d)|\b(?:and|but|while|whereas|compared (?:to|with))\b", re.I)
_EXCLUDED = re.compile(
    r"\b(?:unlike|except(?: for| in)?|excluding|without|(?:apart|aside) from|other than|besides|"
    r"not (?:counting|including)|leaving out)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_WAYS = ("before", "behind", "nearest", "in turn")

Cells = Mapping[int, Sequence[Cell]]
"""The cells that each number may be, by where the number begins."""


def fits(text: str, numbers: Sequence[Number], mentions: Sequence[Mention], cells: Cells) -> bool:
    """Return whether the numbers go with the rows, in one of the ways in which people list.

    A row that stands alone with a number in its part of the sentence has that number.
    """
    meant = [one for one in mentions if not is_excluded(text, one)]
    return any(
        all(_fit(group, one, cells) for group, one in _groups(text, numbers, chosen))
        for chosen in ({True: meant, False: [*mentions]}.values() if meant else [mentions])
    )


def is_excluded(text: str, mention: Mention) -> bool:
    """Return whether a row is named as the one that something does not hold of."""
    return _EXCLUDED.search(text[: mention.start]) is not None


def _groups(
    text: str, numbers: Sequence[Number], mentions: Sequence[Mention]
) -> Iterator[tuple[list[Number], list[Mention]]]:
    """Yield the numbers of each part of a sentence with the rows it names, or all with all."""
    ends = [0, *(match.start() for match in _BREAK.finditer(text)), len(text) + 1]
    parts = list(pairwise(ends))
    several = {one.column for one in mentions if _is_varied(mentions, one.column)}
    found: list[tuple[list[Number], list[Mention]]] = []
    for start, end in parts:
        own = [one for one in numbers if start <= one.start < end]
        if not own:
            continue
        named = [one for one in mentions if start <= one.start < end or one.column not in several]
        if not several <= {one.column for one in named}:
            yield [*numbers], [*mentions]
            return
        found.append((own, named))
    yield from found


def _is_varied(mentions: Sequence[Mention], column: int) -> bool:
    return len({one.rows for one in mentions if one.column == column}) > 1


def _fit(numbers: Sequence[Number], mentions: Sequence[Mention], cells: Cells) -> bool:
    columns = {one.column for one in mentions}
    by_column = {c: [one for one in mentions if one.column == c] for c in columns}
    return any(
        all(
            any(_is_labelled(cell, place, number, by_column, way) for cell in cells[number.start])
            for place, number in enumerate(numbers)
        )
        for way in _WAYS
    )


def _is_labelled(
    cell: Cell, place: int, number: Number, by_column: dict[int, list[Mention]], way: str
) -> bool:
    for mentions in by_column.values():
        label = _label_of(place, number, mentions, way)
        if label is None or cell.row not in label.rows:
            return False
    return True


def _label_of(place: int, number: Number, mentions: list[Mention], way: str) -> Mention | None:
    if len(mentions) == 1:
        return mentions[0]
    match way:
        case "before":
            return next((one for one in reversed(mentions) if one.start < number.start), None)
        case "behind":
            return next((one for one in mentions if one.start > number.start), None)
        case "nearest":
            return min(mentions, key=lambda one: _distance(one, number))
        case _:
            return mentions[place] if place < len(mentions) else None


def _distance(mention: Mention, number: Number) -> int:
    return max(mention.start - number.end, number.start - mention.end, 0)
