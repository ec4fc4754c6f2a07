"""Clauses: a message cut into the questions it asks, and follow-ups filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .sql.catalog import Catalog
from .sql.links import read
from .sql.times import periods

_OPENING = (
    r"what|how|which|who|whom|whose|when|where|why|list|show|calculate|compute|remember|tell|search|find|"
    r"explain|give|convert|count|name|(?:in|on|at) (?:which|what)"
)
_CUTS = (
    r"(?<=[?!])\s+(?=\S)",
    r"(?<=[a-z0-9%)\]\"'])\.\s+(?=[A-Z])",
    r"\s*\n+\s*",
    r"\s*;\s+",
    r",?\s+and then\s+|,\s*then\s+|\.\s*then\s+",
    rf",?\s+(?:and|but)\s+(?:also\s+)?(?=(?:{_OPENING})\b)",
    rf",\s+(?=(?:{_OPENING})\b(?!\s+(?:is|are|was|were)\s*,))",
)
_CUT = re.compile("|".join(f"(?:{cut})" for cut in _CUTS), re.IGNORECASE)
_NAMED_CUT = re.compile(_CUTS[1])
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)")
_FOLLOW = re.compile(
    r"^\W*(?:and|what about|how about|and what about|and how about|same for|the same for|now"
    r"|also)\s+"
    r"(?:(?:what|how) about\s+)?(?P<rest>(?:for |in |on |of |from |with |at )?[^?]{1,60}?)\W*$",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"^\W*(?:if|suppose|given|assuming|when)\b", re.IGNORECASE)
_OPENS = re.compile(rf"^(?:{_OPENING}|is|are|do|does|did|was|were|has|have|can)\b", re.IGNORECASE)


def clauses(message: str) -> list[str]:
    """Cut a message into its parts, leaving quotes whole."""
    quotes = [m.span() for m in _QUOTED.finditer(message)]
    parts, start = [], 0
    for cut in _CUT.finditer(message):
        if any(a < cut.start() < b for a, b in quotes) or cut.start() < start:
            continue
        if cut.group().strip() == "," and _CONDITION.match(message[start : cut.start()]):
            continue
        if cut.group().strip().lower() in {"", ".", ","} and "." in cut.group():
            if _NAMED_CUT.match(message, cut.start()) is None:
                continue
        parts.append(message[start : cut.start()])
        start = cut.end()
    parts.append(message[start:])
    return [clean for part in parts if (clean := part.strip(" \t,;")) and re.search(r"\w", clean)]


def follow_up(part: str, earlier: Sequence[str], catalog: Catalog) -> str | None:
    """Fill "and for Gentoo?" in from the question before it, None when it is not one of those.

    A value takes the place of one of the same column, a period that of a period; else it is added.
    """
    match = _FOLLOW.match(part)
    if match is None or not earlier or _OPENS.match(match["rest"]):
        return None
    before = _previous(earlier, catalog)
    rest = match["rest"].strip()
    return _with_value(before, rest, catalog) or _with_period(before, rest, catalog)


def _previous(earlier: Sequence[str], catalog: Catalog) -> str:
    last = clauses(earlier[-1])
    text = last[-1] if last else earlier[-1]
    return follow_up(text, earlier[:-1], catalog) or text


def _with_value(before: str, rest: str, catalog: Catalog) -> str | None:
    new = [link for link in read(rest, catalog).links if link.is_value]
    if not new:
        return None
    columns = {(c.table, c.name) for c, _ in new[0].values}
    reading = read(before, catalog)
    old = [
        k
        for k in reading.links
        if k.is_value and {(c.table, c.name) for c, _ in k.values} & columns
    ]
    name = re.sub(r"^(?:for|in|on|of|from|with|at)\s+(?:the\s+)?", "", rest, flags=re.IGNORECASE)
    if len(old) == 1:
        start, end = reading.tokens[old[0].start].start, reading.tokens[old[0].end - 1].end
        return before[:start] + name + before[end:]
    if old:
        return None
    added = rest if rest != name else f"for {name}"
    return f"{before.rstrip('?!. ')} {added}?"


def _with_period(before: str, rest: str, catalog: Catalog) -> str | None:
    bare = (
        rest
        if re.match(r"(?:in|on|since|after|before|between|during|from|until)\b", rest, re.I)
        else f"in {rest}"
    )
    new = periods(read(bare, catalog))
    if len(new) != 1:
        return None
    reading = read(before, catalog)
    old = periods(reading)
    if len(old) > 1:
        return None
    if not old:
        return f"{before.rstrip('?!. ')} {bare}?"
    start = reading.tokens[old[0].span.start].start
    end = reading.tokens[old[0].span.stop - 1].end
    return before[:start] + bare + before[end:]
