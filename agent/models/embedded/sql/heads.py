"""Heads: the noun that a question is about, after `how many`, `which` or `list`."""

from __future__ import annotations

from dataclasses import dataclass

from .catalog import Column, Table
from .joins import distance
from .reading import Link, Reading

_PASSED = frozenset(
    "the a an of all our my any some different distinct unique total various other me us and or"
    " individual single".split()
)


@dataclass(frozen=True, slots=True)
class Head:
    """A noun phrase: the links in it and the noun they lead up to."""

    links: tuple[Link, ...]
    noun: Link
    end: int

    @property
    def table(self) -> Table | None:
        """The table the noun names."""
        return None if self.noun.is_value else self.noun.table

    @property
    def names_table(self) -> bool:
        """True when the noun is a table's name rather than a column's."""
        return self.table is not None and (self.noun.is_exact or not self.noun.columns)

    def column(self, tables: list[str]) -> Column | None:
        """The column the noun names, in the first of `tables` that has it."""
        if self.noun.is_value or not self.noun.columns:
            return None
        return min(
            self.noun.columns, key=lambda c: tables.index(c.table) if c.table in tables else 99
        )


def head_after(reading: Reading, start: int) -> Head | None:
    """Read the noun phrase that begins at a token; its last table or column is the noun."""
    found: list[Link] = []
    at = start
    while at < len(reading.tokens):
        link = reading.link_at(at)
        word = reading.tokens[at].lower
        if link is not None and not _is_verb(reading, link, found):
            found.append(link)
            at = link.end
        elif word in _PASSED and not (found and word in {"of", "the", "a", "an"}):
            at += 1
        elif _adjective_before_noun(reading, at):
            at += 1
        else:
            break
    if not found:
        return None
    nouns = [link for link in found if not link.is_value]
    return Head(tuple(found), (nouns or found)[-1], found[-1].end)


def _is_verb(reading: Reading, link: Link, found: list[Link]) -> bool:
    """True for a verb that merely resembles a column: a past tense, or `cost` behind a noun."""
    word = reading.tokens[link.start].lower
    if link.table is not None or link.is_value or link.end - link.start > 1:
        return False
    behind_noun = any(other.table is not None for other in found)
    return word.endswith("ed") or (word in reading.lexicon.verbs and behind_noun)


def _adjective_before_noun(reading: Reading, at: int) -> bool:
    word = reading.tokens[at].lower
    known = reading.lexicon
    if word in known.superlatives or word in known.adjectives:
        return True
    columns = [c for c in reading.catalog.columns if c.kind == "boolean" and word in c.words]
    return bool(columns)


def tables_from(reading: Reading, first: str) -> list[str]:
    """Return all tables, `first` first and then by how many keys away they are."""
    names = [table.name for table in reading.catalog.tables]
    near = {name: distance(reading.catalog, first, name) for name in names}
    return sorted(names, key=lambda name: (near[name], names.index(name)))
