"""Differing: where a claim's statement parts from the one of the evidence that it restates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..figures import Figures
from ..numbers import Number, states
from .clauses import SIDES, Clause, plain
from .lexicon import FELL, OPPOSITES, ROSE
from .restating import Restated, figure_count, has_word
from .standing import Standing
from .words import stem, stems_of, words

_SAME = 0.85
"""Share of a statement's words from which on another says the same."""
_RETURNS = 0.3
"""Share of the evidence's words that a statement must have to be held to what it denies."""
_FEWEST = 2
_MARKED = re.compile(
    r"\b(?:only|if|when|whenever|unless|until|except|without|under|once|provided|otherwise|while|"
    r"during|after|before|as long as|depend\w*|may|sometimes|usually|by default)\b",
    re.IGNORECASE,
)
_SHORT_YEAR = re.compile(r"[-–]\d\d")
_THIS_YEAR = re.compile(r"\b(?:this|last|next|that) (?:year|season|month)\b", re.IGNORECASE)
_PAST = re.compile(r"\b(?:was|were|had|did)\b", re.IGNORECASE)
_RULES = re.compile(
    r"\b(?:may|can|cannot|must|should|(?:is|are)(?:\s+not|\s+only)?\s+(?:allowed|permitted|"
    r"forbidden|prohibited|free|available|open|closed|turned|admitted|accepted|refused))\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s(?:with|without|in|on|during|from|under|within|for|at)\s[^,;:.]{3,60}$", re.IGNORECASE
)
_SET = re.compile(r"^\W*(?:in|with|on|under|without) `[^`]+`(?: mode\b| policy\b)?", re.I)
_RESTRICTED = re.compile(
    r"^\W*(?:an?|any|every|each|those|people|anyone)?\s*(?P<what>[\w-]+)\s+(?:(?:that|who|which)\s+"
    r"(?P<who>(?:[\w'’-]+\s+){2,5})|(?:with|without|under|over|aged)\s+(?P<with>(?:[\w-]+\s+){1,4}?)"
    r"(?=(?:must|should|may|can|cannot|are|is|need|have|has)\b))",
    re.IGNORECASE,
)


def is_denied(one: Restated) -> bool:
    """Return whether one of the two statements says that what the other says is not so.

    A condition counts with what it is the condition of: `not unless` says what `if` says.
    """
    ours, theirs = _flipped(one.claim, one.clause), _flipped(one.clause, one.claim)
    if ours.stems and not ours.stems & theirs.whole:
        return False
    bound = _differing_bounds(one)
    if not ours.denies ^ theirs.denies ^ bool(bound):
        return False
    shared = len(ours.whole & theirs.whole) + len(_years(ours.figures) & _years(theirs.figures))
    if bound:
        return shared >= _FEWEST
    denier, other = (ours, theirs) if ours.denies else (theirs, ours)
    rest = one.theirs if ours.denies else one.ours
    if any(each.bounds and each.denies and each.focus & denier.focus for each in rest):
        return False
    if shared < _FEWEST or shared < _RETURNS * len(theirs.stems):
        return False
    if denier.focus & other.whole:
        return True
    # Only the verb differs, as in `does not count as` beside `is`.
    verb_differs = denier.stems - other.whole == denier.focus and other.stems <= denier.whole
    return denier is ours and verb_differs


def _differing_bounds(one: Restated) -> frozenset[str]:
    """Return the words that both state as a condition, where one of them denies it."""
    for mine in one.ours:
        for their in one.theirs:
            if mine.bounds and their.bounds and mine.denies ^ their.denies:
                if shared := mine.stems & their.stems:
                    return shared
    return frozenset()


def _flipped(clause: Clause, other: Clause) -> Clause:
    """Return a statement with `unsafe` as a denial of `safe`, where the other has that."""
    told = {
        one: base
        for one in clause.stems - other.whole
        if (base := plain(one, other.whole)) is not None and base not in clause.stems
    }
    if not told:
        return clause
    return replace(
        clause,
        stems=(clause.stems - told.keys()) | frozenset(told.values()),
        denies=clause.denies ^ (len(told) % 2 == 1),
        focus=clause.focus | frozenset(told.values()),
    )


def is_reversed(one: Restated) -> bool:
    """Return whether a statement has the opposite of a word that the other has."""
    if one.claim.denies ^ one.clause.denies:
        return False
    ours = {word.text.lower() for word in words(one.claim.text)}
    theirs = {word.text.lower() for word in words(one.clause.text)}
    for word in (ours & OPPOSITES.keys()) - theirs:
        if stem(word) in SIDES:
            continue
        if (others := OPPOSITES[word] & theirs) and not others & ours:
            return True
    rose, fell = bool(ROSE.search(one.claim.text)), bool(FELL.search(one.claim.text))
    if rose == fell:
        return False
    there = FELL if rose else ROSE
    same = ROSE if rose else FELL
    return bool(there.search(one.clause.text)) and not same.search(one.clause.text)


def is_of_another(one: Restated) -> bool:
    """Return whether the evidence says of something else what a statement says of its subject."""
    missing = frozenset(stem for stem in one.claim.stems if not has_word(one.clause, stem))
    ours, theirs = one.claim, one.clause
    if missing != frozenset(ours.subject[:1]):
        return False
    if not missing <= one.witness.reading.stems:
        return False
    if len(ours.stems) <= _FEWEST:
        return False
    rest = len(ours.stems) - len(missing) + figure_count(ours)
    own = {*theirs.subject, *theirs.names} - ours.stems
    return rest > _FEWEST and bool(own) and theirs.subject[:1] != ours.subject[:1]


def misfigures(found: Sequence[Restated]) -> bool:
    """Return whether a statement has another figure than every one that it may restate."""
    ours = found[0]
    if len(ours.claim.stems) < _FEWEST or ours.coverage < _SAME:
        return False
    if not ours.claim.names <= ours.clause.whole or _THIS_YEAR.search(ours.clause.text):
        return False
    return all(map(_misfigures, found))


def _misfigures(one: Restated) -> bool:
    ours, theirs = one.claim.figures, one.clause.figures
    if theirs.times and ours.times:
        known = {time for times in theirs.times for time in times}
        if any(not known & {*times} for times in ours.times):
            return True
    years, those = _years(ours), _years(theirs)
    if years and those and not years & those:
        return True
    if ours.days and theirs.days:
        if not any(day.within(other) for day in ours.days for other in theirs.days):
            return True
    return any(
        all(not states(number, value) for other in like for value in other.readings())
        for number in ours.numbers
        if not _is_year(number)
        and (kind := _counted(one.claim.text, number))
        and (like := [each for each in theirs.numbers if _counted(one.clause.text, each) == kind])
    )


def _years(figures: Figures) -> frozenset[float]:
    told = {float(day.year) for day in figures.days if day.year is not None}
    told |= {one.value for one in figures.numbers if _is_year(one)}
    # The second year of `2018–19`.
    short = {abs(one.value) for one in figures.numbers if _SHORT_YEAR.fullmatch(one.text)}
    return frozenset(told | {year - year % 100 + one for year in told for one in short})


def _is_year(number: Number) -> bool:
    return number.unit == 1 and "," not in number.text and 1500 <= number.value < 2100


def _counted(text: str, number: Number) -> str:
    """Return the stem of what a number counts: the word behind it."""
    if number.percent:
        return "%"
    behind = words(text[number.end : number.end + 30])[:1]
    return behind[0].stem if behind and not behind[0].is_grammar else ""


def is_unbounded(one: Restated, standing: Standing) -> bool:
    """Return whether a statement leaves out under which condition the evidence says it."""
    if one.coverage < _SAME or _MARKED.search(standing.saying.core):
        return False
    if len(one.claim.stems & one.clause.stems) < _FEWEST:
        return False
    if _PAST.search(one.clause.text) or _PAST.search(standing.saying.core):
        return False
    text = one.passage.text
    said = standing.saying.stems.union(*(each.stems for each in one.ours))
    bounds = [each.stems for each in one.theirs if each.bounds]
    if (match := _RESTRICTED.match(text)) and (match["who"] or match["with"]):
        bounds.append(stems_of(match["who"] or match["with"]))
    if match := _SET.match(text):
        bounds.append(stems_of(match[0]))
    if _RULES.search(one.clause.text) and (match := _BEHIND.search(one.clause.text.rstrip(" ."))):
        bounds.append(stems_of(match[0]))
    left_out = [each for each in bounds if each and len(each & said) <= 0.34 * len(each)]
    if not left_out:
        return False
    unsaid = one.clause.stems - said - frozenset().union(*left_out)
    return len(unsaid) <= len(one.clause.stems) // 4
