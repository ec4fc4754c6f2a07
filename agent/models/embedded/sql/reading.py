"""Reading: a question with what its words may mean in the catalog, and which of them were used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..lexicon import Lexicon
from ..words import Token
from .catalog import Catalog, Column, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Words of the question that name something in the catalog, in every way they may."""

    start: int
    """Index of its first token."""
    end: int
    """Index just after its last token."""
    text: str
    values: tuple[tuple[Column, str], ...] = ()
    columns: tuple[Column, ...] = ()
    table: Table | None = None
    literal: str | None = None
    """A name or quoted text that the catalog does not show, but may hold."""
    is_exact: bool = False
    """True when the words are the whole name, not a part of it or a synonym."""

    @property
    def is_value(self) -> bool:
        """True when it is best read as a value of a column."""
        return bool(self.values) or self.literal is not None


@dataclass(slots=True, kw_only=True)
class Reading:
    """A question while it is being understood."""

    text: str
    tokens: tuple[Token, ...]
    links: tuple[Link, ...]
    catalog: Catalog
    lexicon: Lexicon
    used: set[int] = field(default_factory=set)
    """Indexes of the tokens that some part of the query rests on."""
    doubts: list[str] = field(default_factory=list)
    """Why the query may not be what was meant, in words."""

    @property
    def lower(self) -> str:
        """The question in small letters, of the same length."""
        return self.text.lower()

    def use(self, *spans: Link | range | int) -> None:
        """Mark words as used; a name that no column is known to hold needs its range given."""
        for span in spans:
            if isinstance(span, Link) and span.literal is not None:
                continue
            if isinstance(span, int):
                self.used.add(span)
            else:
                self.used.update(
                    range(span.start, span.stop if isinstance(span, range) else span.end)
                )

    def find(self, pattern: str, start: int = 0) -> Phrase | None:
        """Return the first match of a pattern in the small-letter text, in whole words."""
        return next(self.find_all(pattern, start), None)

    def find_all(self, pattern: str, start: int = 0) -> Iterator[Phrase]:
        """Return all matches of a pattern from token `start` on."""
        offset = self.tokens[start].start if start < len(self.tokens) else len(self.text)
        for match in re.compile(rf"\b(?:{pattern})(?!\w)").finditer(self.lower, offset):
            covered = [
                i
                for i, t in enumerate(self.tokens)
                if t.start < match.end() and t.end > match.start()
            ]
            if covered:
                yield Phrase(match, range(covered[0], covered[-1] + 1))

    def says(self, pattern: str) -> bool:
        """True when the pattern occurs; marks the words as used."""
        found = self.find(pattern)
        if found is not None:
            self.use(found.span)
        return found is not None

    def link_at(self, index: int) -> Link | None:
        """Return the link that covers a token."""
        return next((link for link in self.links if link.start <= index < link.end), None)

    def links_in(self, span: range) -> list[Link]:
        """Return the links that lie within a range of tokens."""
        return [link for link in self.links if link.start >= span.start and link.end <= span.stop]

    def unused(self) -> list[str]:
        """Return the words that carry meaning and were not used for anything."""
        return list(
            dict.fromkeys(
                token.text
                for index, token in enumerate(self.tokens)
                if index not in self.used and not self.lexicon.is_silent(token.lower)
            )
        )

    def mentioned(self) -> Iterable[Table]:
        """Return the tables that are named, in order."""
        return [link.table for link in self.links if link.table is not None and not link.is_value]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A match of a pattern, with the tokens it covers."""

    match: re.Match[str]
    span: range
