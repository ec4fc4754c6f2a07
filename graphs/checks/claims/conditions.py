"""Conditions: what the WHERE of a query asks of each column, read from its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?\*/"
    r"|(?P<text>'(?:[^']|'')*')|(?P<name>\"[^\"]+\"(?:\.\"[^\"]+\")*|[A-Za-z_][\w.]*)"
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<mark><=|>=|<>|!=|==|::|[-=<>(),+*/%|~])",
    re.DOTALL,
)
TEXT, NAME, NUMBER = "text", "name", "number"
_RESERVED = frozenset(
    """SELECT FROM WHERE AND OR NOT IN LIKE ILIKE BETWEEN IS NULL TRUE FALSE AS DATE TIMESTAMP TIME
    INTERVAL CAST VARCHAR TEXT INTEGER BIGINT INT DOUBLE GROUP ORDER BY HAVING LIMIT QUALIFY UNION
    INTERSECT EXCEPT WINDOW OFFSET ON JOIN LEFT RIGHT INNER OUTER USING CASE WHEN THEN ELSE END
    DISTINCT FILTER WITH ALL ASC DESC NULLS FIRST LAST EXISTS ROLLUP CUBE""".split()
)
_COMPARES = {"=": "=", "==": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<", ">": ">", ">=": ">"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of SQL."""

    kind: str
    text: str
    depth: int
    """How many parentheses are open before it."""

    @property
    def word(self) -> str:
        """The keyword, in capital letters; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a query asks of a column: one of some values, or to lie on one side of a value."""

    column: str
    values: tuple[str, ...]
    way: str = "="
    """`=`, `<>`, `<`, `>`, `between`, or `is` for a column that is itself true or false."""


def bare(column: str) -> str:
    """Return the name of a column without its table's."""
    return column.replace('"', "").rpartition(".")[2].lower()


def tokens_of(sql: str) -> Iterator[Token]:
    """Yield the pieces of a query, comments left out."""
    depth = 0
    for match in _TOKEN.finditer(sql):
        text = match[0]
        if match["text"] is not None:
            yield Token(TEXT, text[1:-1].replace("''", "'"), depth)
        elif match["name"] is not None:
            yield Token("word" if text.upper() in _RESERVED else NAME, text, depth)
        elif match["number"] is not None:
            yield Token(NUMBER, text, depth)
        elif match["mark"] is not None:
            depth -= text == ")"
            yield Token("mark", text, depth)
            depth += text == "("


def conditions_in(clause: Sequence[Token]) -> Iterator[Condition]:
    """Yield what a WHERE or a HAVING asks, as far as it is plain: columns held against values."""
    for part in _parts(_opened(clause), "AND"):
        either = [_condition(one) for one in _parts(_opened(part), "OR")]
        if len(either) == 1 and len(_parts(_opened(part), "AND")) > 1:
            yield from conditions_in(_opened(part))
            continue
        known = [one for one in either if one is not None]
        if known and len(known) == len(either) and len({one.column for one in known}) == 1:
            values = tuple(value for one in known for value in one.values)
            yield Condition(known[0].column, values, known[0].way)


def _opened(part: Sequence[Token]) -> Sequence[Token]:
    """Return a part without the parentheses around the whole of it."""
    while len(part) > 2 and part[0].text == "(" and part[-1].text == ")":
        inner = part[1:-1]
        if any(one.depth <= part[0].depth for one in inner):
            break
        part = inner
    return part


def _parts(clause: Sequence[Token], joint: str) -> list[Sequence[Token]]:
    """Cut a clause at each AND or OR that is not inside of parentheses, nor of a BETWEEN."""
    found: list[Sequence[Token]] = []
    depth = min((one.depth for one in clause), default=0)
    start, between = 0, False
    for place, one in enumerate(clause):
        if one.depth != depth:
            continue
        if one.word == "BETWEEN":
            between = True
        elif one.word == "AND" and between:
            between = False
        elif one.word == joint:
            found.append(clause[start:place])
            start = place + 1
    return [*found, clause[start:]]


def _condition(part: Sequence[Token]) -> Condition | None:
    """Return what one comparison asks; None when it is no column held against values."""
    part = _opened(part)
    denied = bool(part) and part[0].word == "NOT"
    part = _opened(part[1:]) if denied else part
    place = next((n for n, one in enumerate(part) if _compares(one)), len(part))
    column = _column(part[:place])
    if column is None or any(one.word in ("SELECT", "NULL", "CASE", "EXISTS") for one in part):
        return None
    if place == len(part):
        return Condition(column, ("false" if denied else "true",), "is")
    denied ^= any(one.word == "NOT" for one in part[place - 1 : place + 2])
    way = _COMPARES.get(part[place].text, part[place].word)
    values = tuple(_values(part[place + 1 :]))
    if not values or any(one.kind == NAME for one in part[place + 1 :]):
        return None
    if way == "IS":
        return Condition(column, ("false",) if denied ^ (values[0] == "false") else ("true",), "is")
    if way in ("IN", "LIKE", "ILIKE", "="):
        truth = len(values) == 1 and values[0] in ("true", "false")
        return Condition(column, values, "is" if truth else "<>" if denied else "=")
    return Condition(column, values, "between" if way == "BETWEEN" else way)


def _compares(token: Token) -> bool:
    return token.text in _COMPARES or token.word in ("IN", "LIKE", "ILIKE", "BETWEEN", "IS")


def _column(part: Sequence[Token]) -> str | None:
    """Return the column in what stands left of a comparison, functions around it left out."""
    following = [*(one.text for one in part[1:]), ""][: len(part)]
    names = [
        (one.text, behind) for one, behind in zip(part, following, strict=True) if one.kind == NAME
    ]
    plain = [name for name, behind in names if behind != "("] or [name for name, _ in names]
    return plain[-1].replace('"', "").rpartition(".")[2] if plain else None


def _values(part: Sequence[Token]) -> Iterator[str]:
    sign = ""
    for one in part:
        if one.kind == TEXT:
            yield one.text.strip("%")
        elif one.kind == NUMBER:
            yield sign + one.text
        elif one.word in ("TRUE", "FALSE"):
            yield one.word.lower()
        sign = "-" if one.text == "-" else ""
