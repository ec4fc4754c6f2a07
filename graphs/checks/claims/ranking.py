"""Ranking: words that rank, compare, deny or tell a trend must agree with the table's numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from surefoot.verdicts import Verdict

from ..check import timed
from ..subjects import Claim
from .columns import words_name
from .comparing import compared, measures_of, moved, turned
from .grid import Grid
from .lexicon import SUPERLATIVES
from .mentions import Mention
from .polarity import is_denied
from .quantities import quantity
from .standing import Standing
from .words import Word

_NO_RANK = re.compile(
    r"\b(?:at (?:the )?(?:most|least)|one of the|among the|almost|for the most part|mostly|"
    r"most of|most (?:recent|likely|part|important|notabl[ey])|next)\b",
    re.IGNORECASE,
)
_PLACES = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5}
_COUNTING = frozenset("common frequent numerous".split())
_QUALITY = re.compile(r"\w+(?:al|ive|ous|ful|able|ible|ic|ent|ant|ed|ing|ar|ary)", re.IGNORECASE)
"""Endings of adjectives: who is `the most expensive` does not have most of what is counted."""
_EXTREME = re.compile(r"\b(?:the|its|their)\s+(?:\w+[\s-])?(?P<word>\w{2,}(?:[^\Wer])est)\b")
_NO_EXTREME = frozenset(
    """interest forest request harvest contest protest invest suggest latest earliest newest oldest
    northwest southwest northeast southeast manifest digest""".split()
)
_BOUNDS = frozenset({"maximum", "minimum"})
"""What may itself be ranked, as in `the smallest maximum`."""
_NEAR = 3
"""Words behind one that ranks among which its column is looked for."""


@dataclass(frozen=True, slots=True)
class _Rank:
    way: int
    """1 for the highest, -1 for the lowest, 0 for either end."""
    place: int
    """1 for the first, 2 for the second and so on."""
    word: Word


@timed(0.5)
def directions_agree(claim: Claim) -> Verdict | None:
    """Find words such as `most`, `more`, `fell` or `not` that the cited table speaks against."""
    standing = Standing.of(claim)
    if turned(standing):
        return _wrong(claim, "The sentence says the wrong way from one of its numbers to another.")
    if not claim.cited or not standing.tables:
        return None
    looked = False
    for witness in standing.tables:
        if (grid := witness.grid) is None:
            continue
        for agrees in (_ranked, compared, moved, _not_denied):
            holds = agrees(grid, standing)
            looked |= holds is not None
            if holds is False:
                return _wrong(
                    claim, "A word that ranks, compares or denies disagrees with the cited table."
                )
    return claim.supported() if looked else None


def _wrong(claim: Claim, reason: str) -> Verdict:
    return claim.contradicted(
        "direction_contradicted",
        reason,
        repair="Look at the numbers again: which is higher, which changed, and which way.",
    )


def _ranked(grid: Grid, standing: Standing) -> bool | None:
    """Return whether the rows that are called the highest or lowest are that; None if none is."""
    if _NO_RANK.search(standing.saying.text) or standing.saying.negates:
        return None
    ranks = list(_ranks(standing))
    if not ranks:
        return None
    if len(grid.rows) < 2 or not grid.is_whole or grid.query.picks:
        ends = grid.query.ends
        return any(one.way in ends or not one.way for one in ranks) if ends else None
    told = [_is_ranked(grid, standing, one) for one in ranks]
    return None if all(one is None for one in told) else all(one is not False for one in told)


def _ranks(standing: Standing) -> Iterator[_Rank]:
    """Yield the words that rank, with which end and which place from it they mean."""
    said = standing.saying.words
    extremes = {match.start("word") for match in _EXTREME.finditer(standing.saying.text)}
    for number, word in enumerate(said):
        lowered = word.text.lower()
        way = SUPERLATIVES.get(lowered)
        if way is None and (word.start not in extremes or lowered in _NO_EXTREME):
            continue
        if lowered in _BOUNDS and number and said[number - 1].text.lower() in SUPERLATIVES:
            continue
        if lowered in ("most", "least") and number + 1 < len(said):
            behind = said[number + 1].text.lower()
            if behind not in _COUNTING and _QUALITY.fullmatch(behind):
                way = 0
        place = _PLACES.get(said[number - 1].text.lower(), 1) if number else 1
        yield _Rank(way or 0, place, word)


def _is_ranked(grid: Grid, standing: Standing, rank: _Rank) -> bool | None:
    rows, subject = _subject(grid.mentions(standing.saying.text), rank)
    if subject is None or not rows or len(rows) > len(grid.rows) // 2:
        return None
    before = rank.word.start < subject.start
    if before and rank.way in grid.query.ends and _is_inner(standing):
        return None
    behind = [one for one in standing.saying.words if one.start > rank.word.start][:_NEAR]
    columns = words_name(grid, behind) or measures_of(grid, standing) or frozenset(grid.measures)
    return any(_has_place(grid, rows, one, rank) for one in columns)


def _subject(mentions: list[Mention], rank: _Rank) -> tuple[frozenset[int], Mention | None]:
    """Return the rows that the mentions nearest to a rank name together, and the nearest."""
    nearest: dict[int, Mention] = {}
    for one in sorted(mentions, key=lambda one: abs(one.start - rank.word.start)):
        nearest.setdefault(one.column, one)
    if not nearest:
        return frozenset(), None
    rows = frozenset.intersection(*(one.rows for one in nearest.values()))
    return rows, next(iter(nearest.values()))


def _has_place(grid: Grid, rows: frozenset[int], column: int, rank: _Rank) -> bool:
    values = sorted(set(grid.values(column)), reverse=True)
    if rank.place > len(values):
        return False
    wanted = {values[rank.place - 1]} if rank.way >= 0 else set[float]()
    wanted |= {values[-rank.place]} if rank.way <= 0 else set[float]()
    return any(grid.cell.get((row, column)) in wanted for row in rows)


def _is_inner(standing: Standing) -> bool:
    """Return whether the word ranks inside each row, as in `the longest flipper of a Gentoo`."""
    text = standing.saying.text
    verb = re.search(r"\b(?:is|are|was|were|has|have|had)\b", text)
    return verb is None or re.search(r"\b(?:of|at|in|for|on) ", text[: verb.start()]) is not None


def _not_denied(grid: Grid, standing: Standing) -> bool | None:
    """Return False when the sentence denies what the table shows."""
    text = standing.saying.text
    numbers = [one for one in standing.saying.figures.numbers if not (one.word and one.value <= 2)]
    mentions = [one for one in grid.mentions(text) if len(one.rows) < len(grid.rows)]
    for number in numbers:
        if number.lean or not is_denied(text, number.start, besides=grid.query.denied):
            continue
        readings = quantity(text, number).readings(standing)
        cells = {cell.row for one in readings for cell in grid.stating(one)}
        if cells and all(cells & one.rows for one in mentions):
            return False
    return None
