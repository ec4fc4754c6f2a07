"""Numbers in text: read them, and tell whether one number states another."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}

_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
}

_DATE = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_NUMBER = re.compile(
    rf"(?P<date>\b{_DATE})"
    r"|(?<![\w.])(?P<sign>[-−–]?)(?P<digits>(?:\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
    r"(?P<exponent>[eE][+-]?\d{1,3})?"
    r"(?P<percent>\s?%|\s?percent\b)?"
    rf"(?:\s(?P<scale>{'|'.join(_SCALES)})\b)?"
    r"(?![\d])"
    rf"|\b(?P<word>{'|'.join(_WORDS)})\b(?:\s(?P<wscale>{'|'.join(_SCALES)})\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number as it stands in a text."""

    text: str
    value: float
    decimals: int = 0
    """Digits after the point, which say how far it may have been rounded."""
    percent: bool = False
    date: bool = False
    """True for an ISO date or time, which must be found as it stands."""
    word: bool = False
    """True when it is written out, such as `seven`."""
    scale: float = 1.0


@lru_cache(maxsize=4096)
def numbers_in(text: str) -> tuple[Number, ...]:
    """Return the numbers of `text`: digits with separators, percents, powers, words, ISO dates."""
    return tuple(_numbers(text))


def _numbers(text: str) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        if match["date"]:
            yield Number(text=match[0], value=math.nan, date=True)
        elif match["word"]:
            scale = _SCALES.get((match["wscale"] or "").lower(), 1.0)
            value = _WORDS[match["word"].lower()] * scale
            yield Number(text=match[0], value=value, word=True, scale=scale)
        else:
            yield _digits(match)


def _digits(match: re.Match[str]) -> Number:
    plain = re.sub(r"[,\u00a0\u202f]", "", match["digits"])
    scale = _SCALES.get((match["scale"] or "").lower(), 1.0)
    value = float(plain + (match["exponent"] or "")) * scale
    before = match.string[: match.start()]
    # A dash between two numbers is a range, not a sign.
    if match["sign"] and not re.search(r"[\d%]\s?$", before):
        value = -value
    return Number(
        text=match[0],
        value=value,
        decimals=len(plain.partition(".")[2]),
        percent=match["percent"] is not None,
        scale=scale,
    )


def states(claim: Number, fact: float) -> bool:
    """Return whether `claim` is `fact`, or what rounding it to the claim's digits gives.

    A percentage also states the fraction it stands for.
    """
    if _rounds_to(claim, fact):
        return True
    return claim.percent and _rounds_to(claim, fact * 100)


def _rounds_to(claim: Number, fact: float) -> bool:
    if math.isnan(fact) or math.isinf(fact):
        return False
    half = 0.5 * 10.0**-claim.decimals * claim.scale
    return abs(claim.value - fact) <= half * (1 + 1e-9) and (
        claim.decimals > 0 or claim.scale != 1.0 or abs(fact) >= 1 or claim.value == fact
    )
