"""Statistics: what is asked of numbers that stand in the question."""

from __future__ import annotations

import re

from .arithmetic import numbers

_FUNCTIONS = (
    (r"standard deviation", "import statistics\nstatistics.stdev({})"),
    (r"variance", "import statistics\nstatistics.variance({})"),
    (r"median", "import statistics\nstatistics.median({})"),
    (r"\bmode\b", "import statistics\nstatistics.mode({})"),
    (r"average|mean", "import statistics\nstatistics.mean({})"),
    (r"\bsum\b|total|add up", "sum({})"),
    (r"product of|multiply", "import math\nmath.prod({})"),
    (r"largest|maximum|\bmax\b|biggest", "max({})"),
    (r"smallest|minimum|\bmin\b", "min({})"),
    (r"\bsort\b.*\b(?:descending|reverse|largest first)", "sorted({}, reverse=True)"),
    (r"\bsort\b", "sorted({})"),
    (r"\badd\b", "sum({})"),
)
_LIST = re.compile(r"(-?\d+(?:\.\d+)?(?:\s*(?:,\s*and|,|;|\band\b|\bby\b)\s*-?\d+(?:\.\d+)?)+)\s*$")


def of_listed_numbers(text: str) -> str | None:
    """Answer what a function makes of the numbers at the question's end."""
    listed = _LIST.search(text)
    if listed is None:
        return None
    rest = text[: listed.start()].lower()
    values = "[" + ", ".join(numbers(listed[1].replace(",", " , "))) + "]"
    for pattern, code in _FUNCTIONS:
        if re.search(pattern, rest):
            return code.format(values)
    if m := re.fullmatch(r".*\b(divide|subtract)\s*", rest):
        pair = numbers(listed[1])
        if len(pair) == 2 and m[1] == "divide":
            return f"{pair[0]} / {pair[1]}"
    return None
