"""Ranking: words that rank, compare or tell a trend must agree with the numbers of the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surefoot.verdicts import Verdict

from ..check import timed
from ..numbers import Number
from ..subjects import Claim
from .grid import TIME, Grid, Mention
from .lexicon import COMPARATIVES, FELL, NEGATION, ROSE, SUPERLATIVES
from .standing import Standing
from .words import Word

_NO_RANK = re.compile(
    r"\b(?:at (?:the )?(?:most|least)|second|third|fourth|fifth|one of the|among the|almost|"
    r"for the most part|mostly|most of)\b",
    re.IGNORECASE,
)
_FROM_TO = re.compile(r"\bfrom\b.*?\bto\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Direction:
    way: int
    start: int


@timed(0.5)
def directions_agree(claim: Claim) -> Verdict | None:
    """Find words such as `most`, `more`, `fell` or `not` that the cited table speaks against."""
    standing = Standing.of(claim)
    if _turned(standing):
        return _wrong(claim, "The sentence says the wrong way from one of its numbers to another.")
    if not claim.cited or not standing.tables:
        return None
    looked = False
    for witness in standing.tables:
        if (grid := witness.grid) is None:
            continue
        for agrees in (
            _ranked(grid, standing),
            _compared(grid, standing),
            _moved(grid, standing),
            _not_denied(grid, standing),
        ):
            looked |= agrees is not None
            if agrees is False:
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


def _turned(standing: Standing) -> bool:
    """Return whether the sentence says `fell from 3 to 5`."""
    text = standing.saying.text
    span = _FROM_TO.search(text)
    if span is None or standing.saying.negates:
        return False
    begin = next((one for one in _plain(standing) if one.start > span.start()), None)
    end = next((one for one in _plain(standing) if one.start >= span.end()), None)
    if begin is None or end is None or begin.start >= span.end() or begin.percent != end.percent:
        return False
    before = text[: span.start()]
    rose = [match.start() for match in ROSE.finditer(before)]
    fell = [match.start() for match in FELL.finditer(before)]
    if not rose and not fell:
        return False
    way = 1 if max(rose, default=-1) > max(fell, default=-1) else -1
    return (end.value - begin.value) * way < 0


def _plain(standing: Standing) -> list[Number]:
    """Return the numbers that are no years."""
    return [
        one
        for one in standing.saying.figures.numbers
        if not (one.unit == 1 and "," not in one.text and 1500 <= one.value < 2100)
    ]


def _ranked(grid: Grid, standing: Standing) -> bool | None:
    """Return whether the row that is called the highest or lowest is that; None if none is."""
    text = standing.saying.text
    if _NO_RANK.search(text) or standing.saying.negates:
        return None
    ranks = list(_directions(standing.saying.words, SUPERLATIVES))
    if not ranks:
        return None
    ends = grid.query.ends
    mentions = grid.mentions(standing.saying.words)
    if len(grid.rows) < 2 or not grid.is_whole or grid.query.picks:
        return _picked(ranks, ends)
    if not mentions:
        return None
    rank = ranks[0]
    subject = min(mentions, key=lambda one: abs(one.start - rank.start))
    if (column := _measure(grid, standing)) is None or len(subject.rows) != 1:
        return None
    if rank.start < subject.start and rank.way in ends and _is_inner(standing):
        return None
    values = grid.values(column)
    row = grid.cell.get((min(subject.rows), column))
    if row is None:
        return None
    return row == (max(values) if rank.way > 0 else min(values))


def _is_inner(standing: Standing) -> bool:
    """Return whether the word ranks inside each row, as in `the longest flipper of a Gentoo`."""
    text = standing.saying.text
    verb = re.search(r"\b(?:is|are|was|were|has|have|had)\b", text)
    return verb is None or re.search(r"\bof (?:an?|any|the)\b", text[: verb.start()]) is not None


def _picked(ranks: list[_Direction], ends: frozenset[int]) -> bool | None:
    """Return whether a query that picks its rows looked for the end that the sentence names."""
    return any(one.way in ends for one in ranks) if ends else None


def _compared(grid: Grid, standing: Standing) -> bool | None:
    """Return whether `A has more than B` holds; None when nothing is compared."""
    text = standing.saying.text
    than = re.search(r"\bthan\b", text)
    if than is None:
        return None
    words = [one for one in standing.saying.words if one.start < than.start()]
    ways = [one for one in _directions(words, COMPARATIVES) if than.start() - one.start < 60]
    mentions = grid.mentions(standing.saying.words)
    before = [one for one in mentions if one.start < than.start()]
    behind = [one for one in mentions if one.start > than.start()]
    column = _measure(grid, standing)
    if not ways or not before or not behind or column is None:
        return None
    way = ways[-1].way * (-1 if _lessened(words, ways[-1]) else 1)
    left = _value(grid, before[-1], column)
    right = _value(grid, behind[0], column)
    if left is None or right is None or before[-1].column != behind[0].column:
        return None
    holds = (left - right) * way > 0
    denied = NEGATION.search(text[: than.start()]) is not None
    return (not holds) if denied else holds


def _lessened(words: list[Word], way: _Direction) -> bool:
    """Return whether a comparative stands behind `less`, as in `less far`."""
    before = [one for one in words if one.start < way.start]
    return bool(before) and before[-1].text.lower() == "less"


def _moved(grid: Grid, standing: Standing) -> bool | None:
    """Return whether what is said to rise or fall between two named rows does."""
    text = standing.saying.text
    rose, fell = ROSE.search(text), FELL.search(text)
    if (rose is None) == (fell is None) or standing.saying.negates:
        return None
    column = _measure(grid, standing)
    times = [one for one in grid.mentions(standing.saying.words) if _is_time(grid, one)]
    if column is None or len(times) != 2:
        return None
    first, last = sorted(times, key=lambda one: str(grid.rows[min(one.rows)][one.column]))
    begin, end = _value(grid, first, column), _value(grid, last, column)
    if begin is None or end is None:
        return None
    said = sorted(times, key=lambda one: one.start)
    span = re.search(r"\bfrom\b", text)
    if span is not None and said[0] is not first:
        return False
    return (end - begin) * (1 if rose else -1) > 0


def _not_denied(grid: Grid, standing: Standing) -> bool | None:
    """Return False when the sentence denies what the table shows."""
    if not standing.saying.denies_verb or grid.query.is_negative:
        return None
    numbers = [one for one in standing.saying.figures.numbers if not (one.word and one.value <= 2)]
    mentions = [one for one in grid.mentions(standing.saying.words) if len(one.rows) == 1]
    for number in numbers:
        rows = {cell.row for cell in grid.stating(number)}
        if not rows:
            continue
        if all(rows & one.rows for one in mentions):
            return False
    return None


def _measure(grid: Grid, standing: Standing) -> int | None:
    """Return the column that the sentence speaks of."""
    if len(grid.measures) == 1:
        return grid.measures[0]
    for number in standing.saying.figures.numbers:
        columns = {cell.column for cell in grid.stating(number)}
        if len(columns) == 1:
            return columns.pop()
    said = standing.saying.stems
    named = [one for one in grid.measures if grid.named(one) & said]
    return named[0] if len(named) == 1 else None


def _value(grid: Grid, mention: Mention, column: int) -> float | None:
    return grid.cell.get((min(mention.rows), column)) if len(mention.rows) == 1 else None


def _is_time(grid: Grid, mention: Mention) -> bool:
    return bool(TIME.search(grid.columns[mention.column]))


def _directions(words: list[Word], ways: Mapping[str, int]) -> Iterator[_Direction]:
    for one in words:
        if (way := ways.get(one.text.lower())) is not None:
            yield _Direction(way, one.start)
