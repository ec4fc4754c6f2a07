"""Links: finds the tables, columns and values that a question names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lexicon import Lexicon, lexicon
from ..words import Token, root, stems, tokens
from .catalog import Catalog, Column, Table
from .reading import Link, Reading
from .times import MONTHS

_LONGEST = 6
_QUOTED = re.compile(r"\"[^\"]+\"|“[^”]+”|(?<!\w)'[^']+'(?!\w)")
_OPERATORS = frozenset(
    "average avg mean median sum maximum minimum max min most least fewest more less fewer than"
    " highest lowest top bottom percent percentage share proportion fraction difference compare"
    " per missing null not no never without over under above below between since before after"
    " year month day quarter week".split()
)
_LOOSE = frozenset("on at of in the date time day by is has no".split())


def read(question: str, catalog: Catalog) -> Reading:
    """Cut a question into tokens and link them to the catalog."""
    words, known = tokens(question), lexicon()
    links = (*_links(words, catalog, known),)
    links = tuple(sorted((*links, *_literals(question, words, links)), key=lambda k: k.start))
    return Reading(text=question, tokens=words, links=links, catalog=catalog, lexicon=known)


def _links(words: tuple[Token, ...], catalog: Catalog, known: Lexicon) -> Iterator[Link]:
    index = _ValueIndex(catalog, known.stop)
    position = 0
    while position < len(words):
        link = _longest(words, position, catalog, known, index)
        if link is not None:
            yield link
        position = link.end if link else position + 1


def _literals(question: str, words: tuple[Token, ...], links: tuple[Link, ...]) -> Iterator[Link]:
    """Find quoted texts and capitalised names that nothing in the catalog is called."""
    taken = {index for link in links for index in range(link.start, link.end)}
    for match in _QUOTED.finditer(question):
        inside = [i for i, t in enumerate(words) if match.start() < t.start < match.end()]
        if inside and not taken & set(inside):
            taken |= set(inside)
            text = match.group()[1:-1]
            yield Link(start=inside[0], end=inside[-1] + 1, text=text, literal=text)
    start = 1
    while start < len(words):
        end = start
        while end < len(words) and words[end].is_capitalised and end not in taken:
            if end > start and question[words[end - 1].end : words[end].start] != " ":
                break
            end += 1
        text = question[words[start].start : words[end - 1].end] if end > start else ""
        if text and words[start].lower not in MONTHS and not _after_stop(question, words[start]):
            yield Link(start=start, end=end, text=text, literal=text.removesuffix("'s"))
        start = max(end, start + 1)


def _after_stop(question: str, token: Token) -> bool:
    return question[: token.start].rstrip().endswith((".", "?", "!", ":"))


def _longest(
    words: tuple[Token, ...], start: int, catalog: Catalog, known: Lexicon, index: _ValueIndex
) -> Link | None:
    for end in range(min(len(words), start + _LONGEST), start, -1):
        window = words[start:end]
        values = index.find(window)
        if values:
            return _link(words, start, end, values=values, is_exact=True)
        if window[0].lower in known.stop or window[-1].lower in known.stop:
            if window[-1].lower not in {"total", "name", "kind", "number"} or len(window) > 1:
                continue
        if end - start == 1:
            return _single(words, start, catalog, known, index)
        names = tuple(t.stem for t in window if t.lower not in known.stop)
        if columns := _named(catalog, names, known):
            return _link(words, start, end, columns=columns, is_exact=True)
        if table := next((t for t in catalog.tables if len(names) > 1 and t.words == names), None):
            return _link(words, start, end, table=table, is_exact=True)
    return None


def _single(
    words: tuple[Token, ...], at: int, catalog: Catalog, known: Lexicon, index: _ValueIndex
) -> Link | None:
    token = words[at]
    if not token.text[0].isalpha():
        return None
    exact = _named(catalog, (token.stem,), known)
    if token.lower in _OPERATORS and not any(c.words == (token.stem,) for c in exact):
        return None
    columns = exact or _partly_named(catalog, token.stem, known)
    table = _table_named(catalog, token.stem, known)
    values = () if columns or table else index.find_part(token)
    if not (columns or table or values):
        return None
    is_exact = bool(exact) or bool(table and table.words[-1:] == (token.stem,))
    if (
        table
        and table.words[-1:] == (token.stem,)
        and not any(token.stem in c.words for c in columns)
    ):
        columns = ()
    if (
        table
        and not table.words[-1:] == (token.stem,)
        and any(token.stem in c.words for c in columns)
    ):
        table = None
    return _link(words, at, at + 1, values=values, columns=columns, table=table, is_exact=is_exact)


def _link(
    words: tuple[Token, ...],
    start: int,
    end: int,
    *,
    values: tuple[tuple[Column, str], ...] = (),
    columns: tuple[Column, ...] = (),
    table: Table | None = None,
    is_exact: bool = False,
) -> Link:
    text = " ".join(token.text for token in words[start:end])
    return Link(
        start=start,
        end=end,
        text=text,
        values=values,
        columns=columns,
        table=table,
        is_exact=is_exact,
    )


def _named(catalog: Catalog, names: tuple[str, ...], known: Lexicon) -> tuple[Column, ...]:
    """Return the columns whose whole name these words are, in any order."""
    goal = frozenset(names)
    columns = [c for c in catalog.columns if not c.is_key and c.words]
    same = tuple(c for c in columns if _core(c) == goal or frozenset(c.words) == goal)
    if same:
        return same
    return tuple(
        c for c in columns if any(_alike(words, goal, known) for words in (_core(c), set(c.words)))
    )


def _alike(words: frozenset[str] | set[str], goal: frozenset[str], known: Lexicon) -> bool:
    """True when two names say the same word for word, perhaps by synonyms."""
    return (
        len(words) == len(goal)
        and all(known.alike(word) & goal for word in words)
        and all(known.alike(word) & words for word in goal)
    )


def _core(column: Column) -> frozenset[str]:
    words = frozenset(column.words)
    return words - _LOOSE or words


def _partly_named(catalog: Catalog, name: str, known: Lexicon) -> tuple[Column, ...]:
    columns = [c for c in catalog.columns if not c.is_key]
    same = tuple(c for c in columns if name in c.words)
    return same or tuple(c for c in columns if known.alike(name) & frozenset(c.words))


def _table_named(catalog: Catalog, name: str, known: Lexicon) -> Table | None:
    for alike in (frozenset({name}), known.alike(name)):
        for table in catalog.tables:
            if table.words and table.words[-1] in alike:
                return table
    return None


def verb_columns(reading: Reading, index: int) -> list[Column]:
    """Return the columns a verb speaks of: `shipped` of a column `shipped`, `wrote` of `author`."""
    word = reading.tokens[index].lower
    nouns = {root(noun) for noun in reading.lexicon.verbs.get(word, ())}
    own = root(word)
    columns = [c for c in reading.catalog.columns if not c.is_key]
    same = [c for c in columns if own in {root(w) for w in _core(c)}]
    return same or [c for c in columns if nouns & {root(w) for w in _core(c)}]


def verb_table(reading: Reading, index: int) -> Table | None:
    """Return the table of events a verb speaks of: `borrowed` of `loans`."""
    word = reading.tokens[index].lower
    nouns = reading.lexicon.verbs.get(word, ())
    for table in reading.catalog.tables:
        if table.words and (table.words[-1] in nouns or root(table.words[-1]) == root(word)):
            return table
    return None


class _ValueIndex:
    """The values the catalog shows, by their words."""

    def __init__(self, catalog: Catalog, stop: frozenset[str]) -> None:
        self._stop = stop
        self._whole: dict[tuple[str, ...], list[tuple[Column, str]]] = {}
        self._parts: dict[str, list[tuple[Column, str]]] = {}
        for column in catalog.columns:
            if column.kind == "text":
                for value in column.values:
                    self._add(column, value)

    def _add(self, column: Column, value: str) -> None:
        names = stems(value)
        if not names:
            return
        self._whole.setdefault(names, []).append((column, value))
        for name in set(names):
            self._parts.setdefault(name, []).append((column, value))

    def find(self, window: tuple[Token, ...]) -> tuple[tuple[Column, str], ...]:
        """Return the values that these words are."""
        found = self._whole.get(tuple(token.stem for token in window), [])
        if len(window) == 1 and (len(window[0].text) <= 3 or window[0].lower in self._stop):
            found = [(column, value) for column, value in found if value == window[0].text]
        return tuple(found)

    def find_part(self, token: Token) -> tuple[tuple[Column, str], ...]:
        """Return the one value that has this capitalised word in it."""
        found = self._parts.get(token.stem, [])
        return tuple(found) if len(found) == 1 and token.is_capitalised else ()
