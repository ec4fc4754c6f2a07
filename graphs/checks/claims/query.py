"""Query: what the SQL behind a table asked for, as far as claims about the table must agree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_FILTERED = re.compile(r"\bFILTER\s*\(\s*WHERE[^()]*(?:\([^()]*\)[^()]*)*\)", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)
_END = re.compile(
    r"\b(?:GROUP\s+BY|ORDER\s+BY|HAVING|LIMIT|QUALIFY|UNION|INTERSECT|EXCEPT|WINDOW)\b",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"(?P<column>[\w.\"]+)\s*(?:\)\s*)?(?P<op>=|==|\bI?LIKE\b|\bIN\b\s*\(|<>|!=|\bNOT\s+IN\b\s*\()"
    r"\s*(?P<first>'(?:[^']|'')*')(?P<more>(?:\s*,\s*'(?:[^']|'')*')*)",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"(?P<column>[\w.\"]+)\s*=\s*(?P<number>\d+(?:\.\d+)?)\b")
_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_ORDER = re.compile(
    r"\bORDER\s+BY\s+(?P<what>(?:[^(),;]|\([^()]*\))+?)(?:\s+(?P<way>ASC|DESC)\b)?"
    r"(?=\s*(?:NULLS|,|\)|;|LIMIT|$|=))",
    re.IGNORECASE,
)
_FIRST_ONLY = re.compile(
    r"\bLIMIT\s+\d+|\)\s*(?:=|<=)\s*\d+\s*$|\bQUALIFY\b|\bRANK\b|ROW_NUMBER", re.IGNORECASE
)
_HIGHEST = re.compile(r"\b(?:max|arg_max|max_by)\s*\(", re.IGNORECASE)
_LOWEST = re.compile(r"\b(?:min|arg_min|min_by)\s*\(", re.IGNORECASE)
_NEGATIVE = re.compile(r"\bNOT\b(?!\s+NULL)|<>|!=|\bIS\s+NULL\b|\bEXCEPT\b|= 0\b", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\s+(.*?)(?=\bWHERE\b|\bGROUP\b|\bORDER\b|\bLIMIT\b|$)", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a query asks of a column: one of some values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """The SQL behind a table; empty where there is none."""

    sql: str = ""

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """The values that every row was chosen by; none when the query has several parts."""
        plain = _FILTERED.sub("", self.sql)
        if len(_WHERE.findall(plain)) != 1 or re.search(r"\bOR\b|\bCASE\b", plain, re.IGNORECASE):
            return ()
        asked = _WHERE.split(plain)[1]
        asked = asked[: end.start()] if (end := _END.search(asked)) else asked
        found = [
            Condition(
                _bare(match["column"]),
                tuple(
                    one.replace("''", "'").strip("%")
                    for one in _LITERAL.findall(match["first"] + match["more"])
                ),
            )
            for match in _TEXT.finditer(asked)
        ]
        found += [
            Condition(_bare(match["column"]), (match["number"],))
            for match in _WHOLE.finditer(asked)
        ]
        return tuple(found)

    @property
    def source(self) -> str:
        """What it reads from, as it is written."""
        found = _FROM.search(self.sql)
        return " ".join(found[1].lower().split()) if found else ""

    @property
    def is_negative(self) -> bool:
        """True when it looks for what is not so."""
        return bool(_NEGATIVE.search(self.sql))

    @cached_property
    def ends(self) -> frozenset[int]:
        """Which end it looks for: 1 the highest, -1 the lowest; none where it is unclear."""
        found: set[int] = set()
        if _HIGHEST.search(self.sql):
            found.add(1)
        if _LOWEST.search(self.sql):
            found.add(-1)
        if _FIRST_ONLY.search(self.sql):
            for match in _ORDER.finditer(self.sql):
                found.add(-1 if (match["way"] or "ASC").upper() == "ASC" else 1)
        return frozenset(found)

    @property
    def picks(self) -> bool:
        """True when it gives only the first of its rows."""
        return bool(_FIRST_ONLY.search(self.sql))


def _bare(column: str) -> str:
    return column.replace('"', "").rpartition(".")[2]
