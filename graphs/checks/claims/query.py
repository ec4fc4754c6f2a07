"""Query: what the SQL behind a table asked for, as far as claims about the table must agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from .conditions import NAME, TEXT, Condition, Token, bare, conditions_in, tokens_of
from .words import words_of

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
_CLAUSES = frozenset(
    "GROUP ORDER HAVING LIMIT QUALIFY UNION INTERSECT EXCEPT WINDOW OFFSET".split()
)
_SEVERAL = frozenset({"UNION", "INTERSECT", "EXCEPT"})


@dataclass(frozen=True)
class Query:
    """The SQL behind a table; empty where there is none."""

    sql: str = ""

    @cached_property
    def _tokens(self) -> tuple[Token, ...]:
        return tuple(tokens_of(self.sql))

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """What every row was chosen by; nothing when several queries are put together."""
        if any(one.word in _SEVERAL for one in self._tokens):
            return ()
        wheres = [place for place, one in enumerate(self._tokens) if one.word == "WHERE"]
        wheres = [one for one in wheres if self._tokens[max(one - 2, 0)].word != "FILTER"]
        if len(wheres) > 1:
            wheres = [one for one in wheres if not self._tokens[one].depth]
        if len(wheres) != 1:
            return ()
        return tuple(conditions_in(self._clause(wheres[0] + 1)))

    @cached_property
    def group_conditions(self) -> tuple[Condition, ...]:
        """What every group was chosen by."""
        havings = [place for place, one in enumerate(self._tokens) if one.word == "HAVING"]
        return tuple(conditions_in(self._clause(havings[0] + 1))) if len(havings) == 1 else ()

    @cached_property
    def selected(self) -> frozenset[str]:
        """The columns that stand between SELECT and FROM, in small letters."""
        words = [one.word for one in self._tokens]
        end = words.index("FROM") if "FROM" in words else len(words)
        return frozenset(bare(one.text) for one in self._tokens[:end] if one.kind == NAME)

    def keys(self, columns: Sequence[str]) -> frozenset[int]:
        """Return which of the table's columns the rows are grouped by."""
        groups = [
            place for place, one in enumerate(self._tokens) if one.word == "GROUP" and not one.depth
        ]
        if len(groups) != 1:
            return frozenset()
        named = [one.lower() for one in columns]
        return frozenset(self._key_places(self._clause(groups[0] + 2), named))

    @staticmethod
    def _key_places(clause: Sequence[Token], named: Sequence[str]) -> Iterator[int]:
        for one in clause:
            if one.text.isdigit() and not one.depth and 0 < int(one.text) <= len(named):
                yield int(one.text) - 1
            elif one.kind == NAME and bare(one.text) in named:
                yield named.index(bare(one.text))

    def _clause(self, start: int) -> tuple[Token, ...]:
        """Return what stands from `start` to the end of its clause."""
        if start >= len(self._tokens):
            return ()
        depth = self._tokens[start - 1].depth
        for end in range(start, len(self._tokens)):
            one = self._tokens[end]
            if one.depth < depth or (one.depth == depth and one.word in _CLAUSES):
                return self._tokens[start:end]
        return self._tokens[start:]

    @property
    def source(self) -> str:
        """What it reads from, as it is written."""
        found = _FROM.search(self.sql)
        return " ".join(found[1].lower().split()) if found else ""

    @cached_property
    def denied(self) -> frozenset[str]:
        """The stems of what stands in a query that looks for what is not so."""
        if not _NEGATIVE.search(self.sql):
            return frozenset()
        wheres = [place for place, one in enumerate(self._tokens) if one.word == "WHERE"]
        asked = self._tokens[wheres[0] :] if wheres else self._tokens
        said = " ".join(one.text for one in asked if one.kind in (NAME, TEXT))
        return frozenset(one.stem for one in words_of(said.replace("_", " ")))

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
