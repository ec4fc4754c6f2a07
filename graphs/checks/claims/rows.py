"""Rows: a number must be that of the row and the column that the sentence names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from surefoot.verdicts import Verdict

from ..check import timed
from ..numbers import Number
from ..subjects import Claim
from .columns import columns_of
from .computed import derivation
from .confidence import sure
from .evidence import Witness
from .grid import Cell, Grid
from .lexicon import SUPERLATIVES
from .mentions import Mention
from .pairing import fits, is_excluded
from .polarity import is_denied
from .quantities import quantity
from .scope import names_rival, unnamed
from .standing import Standing

_SMALL = 12
"""Up to here a number may count the things that a sentence lists."""
_OF_ALL = re.compile(r"\b(?:(?:of|among|than) (?:all|any)|overall|no other|anywhere)\b", re.I)
_PRONOUN = re.compile(r"^\W*(?:\w+, )?(?:it|its|they|their|he|she|his|her|these|those)\b", re.I)


@timed(0.5)
def rows_agree(claim: Claim) -> Verdict | None:
    """Find numbers that the cited table has, but for another row or column than the sentence names.

    Also finds conditions of the query that neither the sentence, nor what leads up to it, nor the
    question names: a number of some rows is then said of all.
    """
    standing = Standing.of(claim)
    if not claim.cited or not standing.tables or not standing.saying.words:
        return None
    looked = False
    for witness in standing.tables:
        if (grid := witness.grid) is None:
            continue
        mentions = named_rows(grid, standing)
        numbers = [
            one
            for one in _measured(grid, standing)
            if _is_only_here(one, witness, standing, names_rows=bool(mentions))
        ]
        ranks = bool(mentions) and bool(standing.saying.lower & SUPERLATIVES.keys())
        looked |= bool(numbers and mentions)
        if wrong := _wrong(_Told(grid, tuple(numbers), tuple(mentions), ranks), standing):
            return wrong
    return sure(claim.supported()) if looked else None


@dataclass(frozen=True, slots=True)
class _Told:
    """What a sentence tells of one table."""

    grid: Grid
    numbers: tuple[Number, ...]
    mentions: tuple[Mention, ...]
    ranks: bool
    """True when it says of a row that it has the most or the least."""


def _wrong(told: _Told, standing: Standing) -> Verdict | None:
    claim = standing.claim
    if not told.numbers and not told.ranks:
        return None
    if names_rival(told.grid, standing):
        return _wrong_row(told, standing)
    if told.numbers and (verdict := _misplaced(told, standing)):
        return verdict
    if missing := unnamed(told.grid, standing, groups=_is_of_all(told, standing)):
        return claim.unsupported(
            "condition_dropped",
            "The query behind the number has a condition that the sentence does not name: "
            f"{', '.join(missing)}.",
            repair="Say for which rows the number holds.",
        )
    return None


def _is_of_all(told: _Told, standing: Standing) -> bool:
    """Return whether a rank is said to be that among all, those the query left out included."""
    return told.ranks and _OF_ALL.search(standing.saying.text) is not None


def _misplaced(told: _Told, standing: Standing) -> Verdict | None:
    """Return what is wrong with where the numbers stand in the table."""
    text, grid = standing.saying.text, told.grid
    every = {one.start: grid.stating(one) for one in told.numbers}
    bound = {one.start: columns_of(grid, one, standing) for one in told.numbers}
    cells = {
        start: [one for one in found if not bound[start] or one.column in bound[start]]
        for start, found in every.items()
    }
    if not all(cells.values()):
        return _wrong_column(standing)
    # What is denied of a row may well be true of another.
    if not told.mentions or any(is_denied(text, one.start) for one in told.numbers):
        return None
    if all(is_excluded(text, one) for one in told.mentions):
        return _wrong_row(told, standing) if _is_of(told.mentions, text, cells) else None
    if fits(text, told.numbers, told.mentions, cells):
        return None
    if fits(text, told.numbers, told.mentions, every):
        return _wrong_column(standing)
    return _wrong_row(told, standing)


def _is_of(mentions: Sequence[Mention], text: str, cells: dict[int, list[Cell]]) -> bool:
    """Return whether a number, in another part of the sentence, is that of a row left out."""
    rows = frozenset[int]().union(*(one.rows for one in mentions))
    end = text.find(",", max(one.end for one in mentions))
    return any(
        found and all(one.row in rows for one in found)
        for start, found in cells.items()
        if 0 <= end < start
    )


def _wrong_column(standing: Standing) -> Verdict:
    return standing.claim.contradicted(
        "wrong_column",
        "A number of the sentence is that of another column of the cited table.",
        repair="Give each number with what its column measures.",
    )


def _wrong_row(told: _Told, standing: Standing) -> Verdict:
    claim = standing.claim
    asked = claim.facts.said(claim.question)
    if any(asked.state(one) for one in told.numbers):
        return claim.contradicted(
            "false_premise",
            "The question takes a number for granted that the cited table contradicts.",
            repair="Say what the question assumes and what the evidence shows instead.",
        )
    return claim.contradicted(
        "wrong_row",
        "A number of the sentence is that of other rows than it names.",
        repair="Give each number with the label of its own row.",
    )


def named_rows(grid: Grid, standing: Standing) -> list[Mention]:
    """Return the rows that a sentence names, or the one that its pronoun stands for."""
    if found := grid.mentions(standing.saying.text):
        return found
    claim = standing.claim
    if _PRONOUN.match(standing.saying.text):
        named = (grid.mentions(one) for one in reversed(claim.before))
        antecedent = next((one for one in named if one), [])
    elif not claim.before:
        antecedent = grid.mentions(claim.question)
    else:
        return []
    rows = {(one.column, one.rows) for one in antecedent}
    if len(rows) != len({column for column, _ in rows}):
        return []
    return [replace(one, start=0, end=0) for one in antecedent]


def _measured(grid: Grid, standing: Standing) -> Iterator[Number]:
    """Yield the numbers of the sentence that are values of the table."""
    for number in standing.saying.figures.numbers:
        for reading in quantity(standing.saying.text, number).readings(standing):
            if grid.stating(reading):
                yield reading
                break


def _is_only_here(
    number: Number, witness: Witness, standing: Standing, *, names_rows: bool
) -> bool:
    """Return whether nothing but the table's cells explains a number.

    What all rows together give does not explain what is said of those that are named.
    """
    if number.value == len(witness.grid.rows if witness.grid else ()) or number.lean:
        return False
    if abs(number.value) <= _SMALL and number.word:
        return False
    if witness.grid is not None and witness.grid.labels_with(number.value):
        return False
    others = [one for one in standing.witnesses if one is not witness]
    if any(standing.claim.facts.of(one.item).state(number) for one in others):
        return False
    how = derivation(number, standing)
    if how is not None and not (names_rows and how.of_all):
        return False
    query = witness.grid.query.sql if witness.grid else ""
    return not standing.claim.facts.said(query).state(number)
