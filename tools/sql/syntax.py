"""Syntax: a query's tree, from the very parser that runs it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pydantic import JsonValue

from .refusals import Refused

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_CHARACTERS = 8_000
MAX_NESTING = 40
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_SURROGATE = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """One SELECT statement."""

    sql: str
    """Without the semicolon and what follows it."""
    tree: JsonValue
    """DuckDB's own syntax tree."""


def parse(sql: str) -> Parsed:
    """Read `sql`; raises `Refused` unless it is exactly one SELECT of bearable size."""
    _require_bearable(sql)
    text = _without_end(sql)
    _require_select(text)
    [row] = _parser().cursor().execute("SELECT json_serialize_sql(?::VARCHAR)", [text]).fetchall()
    try:
        document = json.loads(row[0])
    except RecursionError:
        raise Refused("The query chains too many operations. Split it up using WITH.") from None
    if not isinstance(document, dict) or document.get("error") is not False:
        raise Refused("This statement cannot be checked. Write it as one plain SELECT.")
    return Parsed(text, document["statements"])


def unparse(statements: JsonValue) -> str:
    """Return the SQL of a syntax tree."""
    document = json.dumps({"error": False, "statements": statements})
    found = _parser().cursor().execute("SELECT json_deserialize_sql(?::JSON)", [document])
    [(text,)] = found.fetchall()
    return str(text)


def first_lines(message: str) -> str:
    """Return what a DuckDB error says, without the picture of the query and the advice."""
    said = re.split(r"\n\s*\nLINE |For more information|See also|\n\s*Candidate func", message)[0]
    text = " ".join(said.split()).replace(": :", ":")[:600].rstrip(".")
    return f"{text}."


def _require_bearable(sql: str) -> None:
    if len(sql) > MAX_CHARACTERS:
        raise Refused(
            f"The query has {len(sql)} characters and {MAX_CHARACTERS} are allowed. Shorten it."
        )
    if not sql.strip():
        raise Refused("The query is empty. Write one SELECT.", "sql_syntax")
    if _SURROGATE.search(sql):
        raise Refused("The query holds characters that no text has. Write plain SQL.")
    depth = deepest = 0
    for character in _QUOTED.sub("", sql):
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    if deepest > MAX_NESTING:
        raise Refused(
            f"The query nests deeper than {MAX_NESTING} brackets. Use WITH to flatten it."
        )


def _require_select(sql: str) -> None:
    import duckdb

    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise Refused(f"{first_lines(str(error))} Correct the SQL.", "sql_syntax") from None
    if len(statements) != 1:
        raise Refused(f"Write exactly one SELECT; these are {len(statements)} statements.")
    try:
        kind = statements[0].type.name
    except ValueError:
        kind = "a kind that is not known"
    if kind == "MULTI":
        raise Refused(
            "PIVOT needs its values listed, as in "
            "`PIVOT t ON kind IN ('a', 'b') USING sum(amount) GROUP BY year`."
        )
    if kind != "SELECT":
        raise Refused(f"Only SELECT is allowed, not {kind}. The data can be read, not changed.")


def _without_end(sql: str) -> str:
    bare = _QUOTED.sub(lambda found: " " * len(found[0]), sql).rstrip()
    return sql[: len(bare.rstrip("; \n\t\r"))].strip() if bare.endswith(";") else sql.strip()


@cache
def _parser() -> DuckDBPyConnection:
    from .connection import hardened_connection

    return hardened_connection(
        ":memory:", memory_limit="128MB", threads=1, seconds=0.5, read_only=False
    )
