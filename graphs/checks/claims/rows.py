"""Rows: a number must be that of the row and the column that the sentence names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from surefoot.verdicts import Verdict

from ..check import timed
from ..numbers import Number
from ..subjects import Claim
from .computed import derivation
from .confidence import sure
from .evidence import Witness
from .grid import Cell, Grid, Mention
from .quantities import quantity
from .standing import Standing
from .words import words

_SMALL = 12
"""Up to here a number may count the things that a sentence lists."""


@timed(0.5)
def rows_agree(claim: Claim) -> Verdict | None:
    """Find numbers that the cited table has, but for another row or column than the sentence names.

    Also finds conditions of the query that neither the sentence nor the question names: a number
    of some rows is then said of all.
    """
    standing = Standing.of(claim)
    if not claim.cited or not standing.tables:
        return None
    looked = False
    for witness in standing.tables:
        if (grid := witness.grid) is None or not standing.saying.words:
            continue
        numbers = [
            one for one in _measured(grid, standing) if _is_only_here(one, witness, standing)
        ]
        mentions = _rows_named(grid, standing)
        if numbers and mentions:
            looked = True
            # What is denied of a row may well be true of another.
            if not standing.saying.denies_verb and not _fits(grid, numbers, mentions):
                return _wrong_row(claim, numbers, standing)
        if numbers and not _column_fits(grid, numbers, standing):
            return claim.contradicted(
                "wrong_column",
                "A number of the sentence is that of another column of the cited table.",
                repair="Give each number with what its column measures.",
            )
        if numbers and (missing := _unnamed(witness, grid, standing)):
            return claim.unsupported(
                "condition_dropped",
                "The query behind the number has a condition that the sentence does not name: "
                f"{', '.join(missing)}.",
                repair="Say for which rows the number holds.",
            )
    return sure(claim.supported()) if looked else None


def _wrong_row(claim: Claim, numbers: Sequence[Number], standing: Standing) -> Verdict:
    asked = standing.claim.facts.said(claim.question)
    if any(asked.state(one) for one in numbers):
        return claim.contradicted(
            "false_premise",
            "The question takes a number for granted that the cited table contradicts.",
            repair="Say what the question assumes and what the evidence shows instead.",
        )
    return claim.contradicted(
        "wrong_row",
        "A number of the sentence is that of another row of the cited table.",
        repair="Give each number with the label of its own row.",
    )


def _measured(grid: Grid, standing: Standing) -> Iterator[Number]:
    """Yield the numbers of the sentence that are values of the table."""
    for number in standing.saying.figures.numbers:
        for reading in quantity(standing.saying.text, number).readings(standing):
            if grid.stating(reading):
                yield reading
                break


def _is_only_here(number: Number, witness: Witness, standing: Standing) -> bool:
    """Return whether nothing but the table's cells explains a number."""
    if number.value == len(witness.grid.rows if witness.grid else ()) or number.lean:
        return False
    if abs(number.value) <= _SMALL and number.word:
        return False
    if witness.grid is not None and witness.grid.labels_with(number.value):
        return False
    others = [one for one in standing.witnesses if one is not witness]
    if any(standing.claim.facts.of(one.item).state(number) for one in others):
        return False
    if derivation(number, standing) is not None:
        return False
    query = witness.grid.query.sql if witness.grid else ""
    return not standing.claim.facts.said(query).state(number)


def _rows_named(grid: Grid, standing: Standing) -> list[Mention]:
    return grid.mentions(standing.saying.words)


def _fits(grid: Grid, numbers: Sequence[Number], mentions: Sequence[Mention]) -> bool:
    """Return whether the numbers go with the labels, in one of the ways in which people list."""
    columns = {one.column for one in mentions}
    by_column = {c: [one for one in mentions if one.column == c] for c in columns}
    cells = {one.start: grid.stating(one) for one in numbers}
    return any(
        all(
            any(_is_labelled(cell, place, number, by_column, way) for cell in cells[number.start])
            for place, number in enumerate(numbers)
        )
        for way in ("before", "behind", "nearest", "in turn")
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


def _column_fits(grid: Grid, numbers: Sequence[Number], standing: Standing) -> bool:
    """Return whether the numbers stand in a column that is named, when just one is."""
    if len(grid.measures) < 2:
        return True
    said = standing.saying.stems
    shared = frozenset.intersection(*(grid.named(one) for one in grid.measures))
    named = [one for one in grid.measures if (own := grid.named(one) - shared) and own <= said]
    if len(named) != 1:
        return True
    return all(any(cell.column in named for cell in grid.stating(one)) for one in numbers)


def _unnamed(witness: Witness, grid: Grid, standing: Standing) -> list[str]:
    """Return the columns whose condition nobody has named."""
    said = {one.stem for one in standing.saying.words} | standing.said_stems
    strangers = [
        one
        for one in standing.saying.names
        if not one.is_code and not all(map(standing.knows, one.text.split()))
    ]
    missing: list[str] = []
    for condition in grid.query.conditions:
        if any(_is_named(value, said) for value in condition.values):
            continue
        code = all(len(value) <= 3 for value in condition.values)
        if code and (strangers or _spelled_out(standing)):
            continue
        if len(condition.values) > 1 and _rows_named(grid, standing):
            continue
        missing.append(condition.column)
    return missing


def _spelled_out(standing: Standing) -> bool:
    """Return whether the sentence or the question has a name, which a code may stand for."""
    text = standing.claim.question
    return bool(re.search(r"(?<=[a-z,] )[A-Z][a-z]{2,}", text)) or any(
        not one.opens and not one.is_code for one in standing.saying.names
    )


def _is_named(value: str, said: set[str]) -> bool:
    wanted = {one.stem for one in words(value)} or {value}
    first = next(iter(words(value)), None)
    return wanted <= said or (
        len(wanted) > 1 and first is not None and len(first.text) > 3 and first.stem in said
    )
