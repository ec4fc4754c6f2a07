"""Numbers in text: what one says, and whether it states another."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Literal

Lean = Literal["", "about", "over", "under"]

_UNITS = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: float(value) for value, word in enumerate(["zero", *_UNITS, *_TEENS])} | {
    word: 10.0 * value for value, word in enumerate(_TENS, 2)
}

_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
}
_SUFFIXES = {"k": 1e3, "K": 1e3, "M": 1e6, "bn": 1e9, "B": 1e9}
_SCALE = "|".join(_SCALES)

DIGITS = (
    r"(?<![\w.])(?P<sign>[-−–]?)(?:[$€£¥]\s?)?"
    r"(?P<digits>(?:\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?!\d)"
    r"(?:(?P<exponent>[eE][+-]?\d{1,3}\b)"
    r"|(?P<percent>\s?%|(?i:\s?(?:percent\b|per\scent\b|percentage\spoints?\b)))"
    rf"|[\s-](?P<scale>(?i:{_SCALE}))\b"
    rf"|(?P<suffix>{'|'.join(_SUFFIXES)})\b)?"
)
WORDS = (
    rf"(?P<word>(?i:(?:{'|'.join(_TENS)})[\s-](?:{'|'.join(_UNITS)})|{'|'.join(_WORDS)}))\b"
    rf"(?:[\s-](?P<wscale>(?i:{_SCALE}))\b)?"
)
"""A number in digits, and in words, as pieces of a larger pattern."""

_SEPARATORS = re.compile(r"[,\u00a0\u202f]")
_LEANS: tuple[tuple[Lean, re.Pattern[str]], ...] = (
    (
        "about",
        re.compile(r"(?:\b(?:about|around|roughly|approximately|approx\.|circa|some)|[~≈])$"),
    ),
    ("over", re.compile(r"\b(?:over|above|exceeding|(?:more|greater|higher) than|at least)$")),
    ("under", re.compile(r"\b(?:under|below|nearly|almost|up to|(?:less|fewer|lower) than)$")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number as it stands in a text."""

    text: str
    value: float
    unit: float = 1.0
    """What one in its last digit is worth, which says how far it may have been rounded."""
    suffix: float = 1.0
    """What a letter behind it may stand for: a million, or metres, in `3 M`."""
    percent: bool = False
    word: bool = False
    """True when it is written out, such as `seven`."""
    lean: Lean = ""
    """What the words before it make of it, such as `about`."""
    start: int = field(default=0, compare=False)
    """Where it stands in its text."""
    scale: float = 1.0
    """What a word behind it makes of it, such as `million`; it is in the value already."""

    @property
    def end(self) -> int:
        """The offset just after it."""
        return self.start + len(self.text)

    def readings(self) -> tuple[float, ...]:
        """Return every value it may be meant as, when it stands in evidence."""
        more = [self.value / 100] if self.percent else []
        return (self.value, *more, *([self.value * self.suffix] if self.suffix != 1.0 else []))


def number_of(match: re.Match[str]) -> Number:
    """Return the number that the patterns have found."""
    if (word := match["word"]) is not None:
        value = sum(_WORDS[part] for part in re.split(r"[\s-]", word.lower()))
        scale = _SCALES[match["wscale"].lower()] if match["wscale"] else 1.0
        return Number(
            text=match[0],
            value=value * scale,
            unit=scale,
            word=True,
            lean=_lean(match),
            start=match.start(),
            scale=scale,
        )
    plain = _SEPARATORS.sub("", match["digits"])
    scale = _SCALES[match["scale"].lower()] if match["scale"] else 1.0
    exponent = match["exponent"] or ""
    value = float(plain + exponent) * scale
    return Number(
        text=match[0],
        value=-value if _is_negative(match) else value,
        unit=float(f"1e{int(exponent[1:] or 0) - len(plain.partition('.')[2])}") * scale,
        suffix=_SUFFIXES[match["suffix"]] if match["suffix"] else 1.0,
        percent=match["percent"] is not None,
        lean=_lean(match),
        start=match.start(),
        scale=scale,
    )


def _is_negative(match: re.Match[str]) -> bool:
    """Return whether the dash before the number is a sign: between two numbers it is a range."""
    start = match.start()
    return bool(match["sign"]) and not re.search(
        r"[\d%]\s?$", match.string[max(start - 2, 0) : start]
    )


def _lean(match: re.Match[str]) -> Lean:
    start = match.start()
    before = match.string[max(start - 16, 0) : start].rstrip().lower()
    return next((lean for lean, words in _LEANS if words.search(before)), "")


def states(claim: Number, fact: float) -> bool:
    """Return whether `claim` is `fact`, or what rounding it to the claim's digits gives.

    A percentage also states the fraction it stands for, `3M` three million, and `about 300`
    whatever lies near it.
    """
    if _rounds_to(claim, claim.value, claim.unit, fact):
        return True
    if claim.percent:
        return _rounds_to(claim, claim.value, claim.unit, fact * 100)
    if claim.suffix != 1.0:
        return _rounds_to(claim, claim.value * claim.suffix, claim.unit * claim.suffix, fact)
    return False


def _rounds_to(claim: Number, value: float, unit: float, fact: float) -> bool:
    if not math.isfinite(value):
        return False
    away = fact - value
    if abs(away) <= unit / 2 * (1 + 1e-9) + abs(fact) * 1e-15:
        # Whole numbers do not round fractions: 1 is not 0.7, and 0 is not 0.3.
        return unit != 1.0 or abs(fact) >= 1 or fact == value
    match claim.lean:
        case "about":
            return abs(away) <= abs(value) * 0.05
        case "over":
            return 0 <= away <= abs(value) * 0.2
        case "under":
            return 0 <= -away <= abs(value) * 0.2
        case _:
            return False
