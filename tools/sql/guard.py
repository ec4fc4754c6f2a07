"""The guard: a query is run only when every part of its syntax tree is known to be harmless."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

from ..repair import did_you_mean
from .functions import (
    FORMAT_FUNCTIONS,
    FUNCTIONS,
    INSTEAD,
    PADDING_FUNCTIONS,
    PATTERN_FUNCTIONS,
    TABLE_FUNCTIONS,
)
from .refusals import Refused
from .syntax import Parsed, parse

Node = dict[str, JsonValue]

_EXPRESSIONS = frozenset(
    "BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA "
    "OPERATOR POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW".split()
)
_TYPES = frozenset(
    "SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE CTE_NODE "
    "BASE_TABLE EMPTY EXPRESSION_LIST JOIN PIVOT SHOW_REF SUBQUERY TABLE_FUNCTION "
    "ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER "
    "ORDER_DEFAULT ASCENDING DESCENDING".split()
)
_LIMITS = {
    "CTE": (20, "common table expressions"),
    "SET_OPERATION_NODE": (30, "set operations"),
    "JOIN": (20, "joins"),
    "node": (2_500, "parts"),
}
_MOST_SHARED_CTES = 6
_MOST_PADDING = 1_000
_LONGEST_LITERAL = 2_000
_LONGEST_PATTERN = 300
_COSTLY_REPEAT = re.compile(r"\{\d*,?\d{2,}\}")
_WIDE_FIELD = re.compile(r"\d{3,}|\*|\{[^}]*\{")
_SYSTEM_NAME = re.compile(r"duckdb_|sqlite_|pragma_|pg_|information_schema")
_OPERATOR = re.compile(r"[^\w\s]+")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A query that may run."""

    sql: str
    tree: JsonValue
    tables: tuple[str, ...]
    """The tables it reads, sorted."""


def guard_sql(sql: str, tables: Iterable[str]) -> Guarded:
    """Return the query if it is one SELECT that only reads `tables`; raises `Refused`."""
    return guard_parsed(parse(sql), tables)


def guard_parsed(parsed: Parsed, tables: Iterable[str]) -> Guarded:
    """Do the same for a query that has been parsed."""
    inspection = _Inspection()
    inspection.walk(parsed.tree)
    return Guarded(parsed.sql, parsed.tree, inspection.tables_among(tables))


@dataclass(slots=True)
class _Inspection:
    """One walk through a syntax tree, counting and refusing."""

    counts: dict[str, int] = field(default_factory=dict[str, int])
    ctes: set[str] = field(default_factory=set[str])
    references: dict[str, int] = field(default_factory=dict[str, int])

    def walk(self, tree: JsonValue) -> None:
        pending: list[JsonValue] = [tree]
        while pending:
            item = pending.pop()
            if isinstance(item, list):
                pending.extend(item)
            elif isinstance(item, dict):
                self._count("node")
                pending.extend(self._children(item))

    def tables_among(self, known: Iterable[str]) -> tuple[str, ...]:
        by_folded = {name.casefold(): name for name in known}
        shared = sum(1 for name in self.ctes if self.references.get(name, 0) > 1)
        if shared > _MOST_SHARED_CTES:
            raise Refused("Too many WITH queries are used more than once. Simplify the query.")
        found: set[str] = set()
        for name in self.references:
            if name in by_folded:
                found.add(by_folded[name])
            elif name not in self.ctes:
                raise Refused(_unknown_table(name, by_folded.values()), "unknown_table")
        return tuple(sorted(found))

    def _children(self, node: Node) -> Iterator[JsonValue]:
        kind = _require_known(node)
        match kind:
            case "JOIN":
                self._count(kind)
            case "SET_OPERATION_NODE":
                children = node.get("children")
                self._count(kind, len(children) - 1 if isinstance(children, list) else 1)
            case "BASE_TABLE":
                self._table(node)
            case "SHOW_REF":
                _show(node)
            case "TABLE_FUNCTION":
                function = node.get("function")
                if not isinstance(function, dict):
                    raise Refused("This table function cannot be checked. Query the tables.")
                _table_function(function)
                yield from (value for key, value in node.items() if key != "function")
                yield function.get("arguments")
                return
            case "FUNCTION" | "WINDOW":
                _function(node)
            case "CONSTANT":
                _constant(node)
        self._named_queries(node)
        yield from node.values()

    def _count(self, what: str, times: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + max(times, 1)
        most, named = _LIMITS[what]
        if self.counts[what] > most:
            raise Refused(f"The query has more than {most} {named}. Simplify it.")

    def _table(self, node: Node) -> None:
        if node.get("catalog_name") or node.get("schema_name") not in ("", "main"):
            name = ".".join(str(node.get(k)) for k in ("schema_name", "table_name"))
            raise Refused(f"{name!r} cannot be read. Query the tables of the workspace by name.")
        if node.get("at_clause") is not None:
            raise Refused("AT is not allowed: tables have no history.")
        name = str(node.get("table_name")).casefold()
        self.references[name] = self.references.get(name, 0) + 1

    def _named_queries(self, node: Node) -> None:
        held = node.get("cte_map")
        entries = held.get("map") if isinstance(held, dict) else None
        if not isinstance(entries, list):
            entries = []
        names = [entry.get("key") for entry in entries if isinstance(entry, dict)]
        if isinstance(own := node.get("cte_name"), str):
            names.append(own)
        for name in names:
            self._count("CTE")
            folded = str(name).casefold()
            if _SYSTEM_NAME.match(folded):
                raise Refused(f"A WITH query may not be named {name!r}. Choose another name.")
            self.ctes.add(folded)


def _require_known(node: Node) -> str | None:
    """Return what a node is; anything the guard has never heard of is refused."""
    if (expression := node.get("class")) is not None:
        if expression in _EXPRESSIONS:
            return str(expression)
        if expression == "PARAMETER":
            raise Refused("The query has a placeholder. Write the value in its place.")
        raise Refused(f"{expression} is not allowed in a query. Write plain SQL.")
    kind = node.get("type")
    if not isinstance(kind, str):
        return None
    if kind in _TYPES:
        return kind
    if kind.endswith("_QUERY_NODE"):
        raise Refused(f"{kind.split('_')[0]} is not allowed. The data can be read, not changed.")
    raise Refused(f"{kind} is not allowed in a query. Write plain SQL.")


def _show(node: Node) -> None:
    if node.get("show_type") not in ("SUMMARY", "DESCRIBE") or node.get("table_name"):
        raise Refused(
            "SHOW is not allowed. The tables are listed in the tool's description; "
            "`DESCRIBE table` and `SUMMARIZE table` tell more about one."
        )


def _table_function(function: Node) -> None:
    name = _plain_name(function)
    if name not in TABLE_FUNCTIONS:
        raise Refused(f"{name}() is not allowed in FROM. {_instead(name, 'Query the tables')}.")


def _function(node: Node) -> None:
    name = _plain_name(node)
    if name in PATTERN_FUNCTIONS:
        _pattern(name, _literal(node, 1))
    elif name in PADDING_FUNCTIONS:
        length = _literal(node, 1)
        if length is None or not length.isdecimal() or int(length) > _MOST_PADDING:
            raise Refused(f"{name}() needs a length of at most {_MOST_PADDING}, as a number.")
    elif name in FORMAT_FUNCTIONS:
        form = _literal(node, 0)
        if form is None or _WIDE_FIELD.search(form):
            raise Refused(f"{name}() needs a literal format without wide fields. Use round().")
    elif name not in FUNCTIONS and not _OPERATOR.fullmatch(name):
        raise Refused(
            f"The function {name}() is not allowed{did_you_mean(name, FUNCTIONS)}. "
            f"{_instead(name, 'Use plain SQL functions')}."
        )


def _pattern(name: str, pattern: str | None) -> None:
    if pattern is None:
        raise Refused(f"{name} needs its regular expression as a literal. Write it out.")
    if len(pattern) > _LONGEST_PATTERN or _COSTLY_REPEAT.search(pattern):
        raise Refused("The regular expression is too costly. Shorten it, or use LIKE.")


def _constant(node: Node) -> None:
    literal = node.get("literal")
    text = literal.get("text") if isinstance(literal, dict) else None
    if isinstance(text, str) and len(text) > _LONGEST_LITERAL:
        raise Refused(f"A literal is longer than {_LONGEST_LITERAL} characters. Shorten it.")


def _plain_name(function: Node) -> str:
    qualified = function.get("qualified_name")
    path = qualified.get("path") if isinstance(qualified, dict) else None
    qualifiers = function.get("schema") or function.get("catalog")
    if qualifiers or not isinstance(path, list) or len(path) != 1:
        raise Refused("Name functions without a schema.")
    return str(function.get("function_name")).casefold()


def _literal(function: Node, position: int) -> str | None:
    arguments = function.get("arguments")
    if not isinstance(arguments, list) or len(arguments) <= position:
        return None
    argument = arguments[position]
    expression = argument.get("expression") if isinstance(argument, dict) else None
    literal = expression.get("literal") if isinstance(expression, dict) else None
    text = literal.get("text") if isinstance(literal, dict) else None
    return text if isinstance(text, str) else None


def _instead(name: str, otherwise: str) -> str:
    return INSTEAD.get(name, otherwise)


def _unknown_table(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    listed = ", ".join(names[:30]) or "none yet"
    more = f" and {len(names) - 30} more" if len(names) > 30 else ""
    return f"There is no table {name!r}{did_you_mean(name, names)}. The tables are: {listed}{more}."
