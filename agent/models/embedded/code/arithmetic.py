"""Arithmetic: formulas, percentages, powers, roots and whole numbers."""

from __future__ import annotations

import ast
import re

N = r"-?\d+(?:,\d{3})*(?:\.\d+)?"
_LARGEST_POWER = 10_000
_WORDS = (
    (r"\bplus\b", "+"),
    (r"\bminus\b", "-"),
    (r"\b(?:times|multiplied by)\b|\u00d7", "*"),
    (r"\b(?:divided by|over)\b|÷", "/"),
    (r"\bto the power of\b|\^", "**"),
    (r"(?<=\d)\s*x\s*(?=\d)", " * "),
)
_FORMULA = re.compile(r"[\d(][\d\s.()+*/%-]*[\d)]")
_ASKED = re.compile(
    r"^(?:please )?(?:what(?:'s| is| are)|calculate|compute|work out|evaluate|solve|how much"
    r" is)?\s*",
    re.I,
)


def plain(number: str) -> str:
    """Return a number without thousands separators."""
    return number.replace(",", "")


def numbers(text: str) -> list[str]:
    """Return the numbers of a text."""
    return [plain(n) for n in re.findall(rf"(?<![\w.]){N}", text)]


def formula(text: str) -> str | None:
    """Write out a formula; nothing else may stand beside it."""
    rest = _ASKED.sub("", re.sub(r"(?<=\d),(?=\d{3}\b)", "", text))
    for pattern, sign in _WORDS:
        rest = re.sub(pattern, sign, rest, flags=re.IGNORECASE)
    rest = rest.strip().rstrip("=").strip()
    if not _FORMULA.fullmatch(rest) or not re.search(r"[+*/%-]", rest):
        return None
    return rest if _is_safe(rest) else None


def _is_safe(text: str) -> bool:
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call | ast.Name | ast.Attribute):
            return False
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            if not isinstance(node.right, ast.Constant):
                return False
            if not isinstance(node.right.value, int | float) or node.right.value > _LARGEST_POWER:
                return False
    return True


def percentage(text: str) -> str | None:
    """Answer "15% of 80", "30 is what percent of 240" and "increase 80 by 5%"."""
    if m := re.search(rf"({N})\s*(?:%|percent)\s+(?:\w+\s+)?(?:of|on)\s+[$€£]?({N})$", text, re.I):
        return f"{plain(m[1])} / 100 * {plain(m[2])}"
    if m := re.search(
        rf"what (?:percent|percentage) (?:is|of)\s+({N}) (?:of|is)\s+({N})", text, re.I
    ):
        part, whole = (m[1], m[2]) if " of " in m[0][m.start(1) - m.start() :] else (m[2], m[1])
        return f"100 * {plain(part)} / {plain(whole)}"
    if m := re.search(rf"({N}) is what (?:percent|percentage) of ({N})", text, re.I):
        return f"100 * {plain(m[1])} / {plain(m[2])}"
    pattern = rf"(increase|raise|decrease|reduce|lower)\s+({N})\s+by\s+({N})\s*(?:%|percent)"
    if m := re.search(pattern, text, re.I):
        sign = "+" if m[1].lower() in {"increase", "raise"} else "-"
        return f"{plain(m[2])} * (1 {sign} {plain(m[3])} / 100)"
    return None


def compound_interest(text: str) -> str | None:
    """Answer what a sum grows to at a yearly rate."""
    low = text.lower()
    if not re.search(r"interest|invest|compound|deposit|savings?", low):
        return None
    rate = re.search(rf"({N})\s*(?:%|percent)", low)
    years = re.search(rf"({N})\s*years?", low)
    spent = {m.span(1) for m in (rate, years) if m}
    sums = [m for m in re.finditer(rf"(?<![\w.]){N}", low) if m.span() not in spent]
    if not (rate and years and len(sums) == 1):
        return None
    start, rate_value, time = plain(sums[0][0]), plain(rate[1]), plain(years[1])
    if "simple" in low:
        return f"round({start} * (1 + {rate_value} / 100 * {time}), 2)"
    return f"round({start} * (1 + {rate_value} / 100) ** {time}, 2)"


def power(text: str) -> str | None:
    """Answer "2 to the power of 10", "7 squared" and "3 cubed"."""
    if m := re.search(
        rf"({N})\s+(?:raised )?to the (?:power of )?(\d{{1,4}})(?:th|st|nd|rd)?\b", text, re.I
    ):
        return f"{plain(m[1])} ** {m[2]}"
    if m := re.search(rf"({N})\s+(squared|cubed)$", text, re.I):
        return f"{plain(m[1])} ** {2 if m[2].lower() == 'squared' else 3}"
    if m := re.search(rf"(square|cube) of ({N})$", text, re.I):
        return f"{plain(m[2])} ** {2 if m[1].lower() == 'square' else 3}"
    return None


def rooted(text: str) -> str | None:
    """Answer "the square root of 144"."""
    if m := re.search(r"(?:square root|sqrt)(?: of)?\s*\(?(\d[\d,]*(?:\.\d+)?)\)?$", text, re.I):
        return f"import math\nmath.sqrt({plain(m[1])})"
    if m := re.search(rf"cube root of\s*({N})$", text, re.I):
        return f"import math\nmath.cbrt({plain(m[1])})"
    if m := re.search(
        r"(?:logarithm|log)(?: base (\d+))?(?: of)?\s*\(?(\d[\d,]*(?:\.\d+)?)\)?", text, re.I
    ):
        return f"import math\nmath.log({plain(m[2])}{', ' + m[1] if m[1] else ''})"
    return None


def whole_numbers(text: str) -> str | None:
    """Answer questions about factorials, primes, divisors and Fibonacci numbers."""
    low = text.lower()
    if (
        m := re.search(r"factorial of (\d{1,4})|(\d{1,4}) factorial|\b(\d{1,4})!", low)
    ) is not None:
        return f"import math\nmath.factorial({next(g for g in m.groups() if g)})"
    if m := re.search(r"(?:is )?(\d{1,15}) (?:is )?(?:a )?prime(?: number)?$", low):
        return f"n = {m[1]}\nn > 1 and all(n % d for d in range(2, int(n**0.5) + 1))"
    if m := re.search(r"first (\d{1,4}) prime", low):
        return (
            "primes, n = [], 2\n"
            f"while len(primes) < {m[1]}:\n"
            "    if all(n % p for p in primes):\n"
            "        primes.append(n)\n"
            "    n += 1\n"
            "primes"
        )
    if m := re.search(
        r"(greatest common divisor|gcd|least common multiple|lcm)\D+(\d+)\D+(\d+)$", low
    ):
        name = "gcd" if "divisor" in m[1] or m[1] == "gcd" else "lcm"
        return f"import math\nmath.{name}({m[2]}, {m[3]})"
    if m := re.search(r"first (\d{1,3}) fibonacci", low):
        return (
            "series = [0, 1]\n"
            f"while len(series) < {m[1]}:\n"
            "    series.append(series[-1] + series[-2])\n"
            f"series[:{m[1]}]"
        )
    if m := re.search(r"(?:remainder|modulo)\D+(\d+)\D+(\d+)$|(\d+) mod(?:ulo)? (\d+)$", low):
        one, two = [g for g in m.groups() if g]
        return f"{one} % {two}"
    return None
