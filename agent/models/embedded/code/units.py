"""Units: conversions between measures of one kind."""

from __future__ import annotations

import re

from .arithmetic import N, plain

_KINDS: tuple[dict[str, str], ...] = (
    {
        r"mm|millimet(?:er|re)s?": "0.001",
        r"cm|centimet(?:er|re)s?": "0.01",
        r"km|kilomet(?:er|re)s?": "1000",
        r"met(?:er|re)s?|m": "1",
        r"inch(?:es)?": "0.0254",
        r"feet|foot|ft": "0.3048",
        r"yards?": "0.9144",
        r"miles?": "1609.344",
    },
    {
        r"mg|milligrams?": "0.001",
        r"kg|kgs|kilos?|kilograms?": "1000",
        r"grams?|g": "1",
        r"tonn?es?": "1000000",
        r"pounds?|lbs?": "453.59237",
        r"ounces?|oz": "28.349523125",
    },
    {
        r"seconds?": "1",
        r"minutes?": "60",
        r"hours?": "3600",
        r"days?": "86400",
        r"weeks?": "604800",
    },
    {
        r"ml|millilit(?:er|re)s?": "0.001",
        r"lit(?:er|re)s?|l": "1",
        r"gallons?": "3.785411784",
        r"pints?": "0.473176473",
    },
)
_PAIR = (
    re.compile(rf"(?:convert )?({N})\s*°?\s*([a-z]+)\s+(?:in|to|into)\s+°?\s*([a-z]+)$", re.I),
    re.compile(
        rf"how many ([a-z]+) (?:are|is|make|in)(?: there)?(?: in)?\s+({N}|an?)\s*([a-z]+)$", re.I
    ),
)


def conversion(text: str) -> str | None:
    """Convert a number from one unit into another of the same kind."""
    text = re.sub(r"^(?:what(?:'s| is)|how much is)\s+|degrees?\s+", "", text, flags=re.I)
    if (m := _PAIR[0].search(text)) is not None:
        return converted(plain(m[1]), m[2], m[3])
    if (m := _PAIR[1].search(text)) is not None:
        value = "1" if m[2].lower() in {"a", "an"} else plain(m[2])
        return converted(value, m[3], m[1])
    return None


def converted(value: str, source: str, target: str) -> str | None:
    """Return the expression that converts `value`, None when the units do not fit together."""
    one, two = source.lower(), target.lower()
    if one in _FAHRENHEIT and two in _CELSIUS:
        return f"round(({value} - 32) * 5 / 9, 4)"
    if one in _CELSIUS and two in _FAHRENHEIT:
        return f"round({value} * 9 / 5 + 32, 4)"
    for kind in _KINDS:
        factors = [
            next((f for p, f in kind.items() if re.fullmatch(p, u)), None) for u in (one, two)
        ]
        if None not in factors:
            return f"round({value} * {factors[0]} / {factors[1]}, 6)"
    return None


_FAHRENHEIT, _CELSIUS = ("fahrenheit", "f"), ("celsius", "centigrade", "c")
