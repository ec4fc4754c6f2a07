"""Delimited text: how DuckDB has to read a file so that no line is skipped or misread."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING

from .catalog import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_DELIMITERS = ",;\t|"
_MISSING = "nullstr=['', 'NA', 'N/A', 'n/a', 'NULL', 'null', 'NaN', '#N/A']"
_HEAD = 65_536


def delimited_source(
    connection: DuckDBPyConnection, path: Path, delimiter: str | None = None
) -> str:
    """Return the `read_csv(…)` that reads a file whole; raises `duckdb.Error`.

    DuckDB finds out delimiter, quotes, header and types. Left to itself it may also skip lines
    that do not fit, so that is ruled out. Words for missing values count as such in a file where
    they stand among numbers or dates, and are text elsewhere.
    """
    import duckdb

    with path.open("rb") as file:
        head = file.read(_HEAD)
    options = [file_literal(path), "sample_size=-1", "hive_partitioning=false"]
    first = b""
    if head.startswith(UTF16_MARKS):
        options.append("encoding='utf-16'")
    else:
        blank, first = _first_line(head)
        options.append(f"skip={blank}")
    if delimiter is not None:
        options.append(f"delim={literal(delimiter)}")
    endings = ["new_line='\\r\\n'"] if b"\r\n" in head else []
    try:
        return _settled(connection, [*options, *endings], first, delimiter)
    except duckdb.Error:
        if not endings:
            raise
        return _settled(connection, options, first, delimiter)


def _settled(
    connection: DuckDBPyConnection, options: list[str], first: bytes, delimiter: str | None
) -> str:
    types = _types(connection, options)
    if len(types) == 1 and delimiter is None:
        seen = [mark for mark in _DELIMITERS if mark.encode() in first]
        if seen:  # DuckDB gave up on columns; reading them strictly says which line is at fault.
            strict = max(seen, key=lambda mark: first.count(mark.encode()))
            options = [*options, f"delim={literal(strict)}", "quote='\"'"]
            types = _types(connection, options)
    with_nulls = [*options, _MISSING]
    if "VARCHAR" in types.values() and _types(connection, with_nulls) != types:
        options = with_nulls
    return f"read_csv({', '.join(options)})"


def _types(connection: DuckDBPyConnection, options: list[str]) -> dict[str, str]:
    source = f"read_csv({', '.join(options)})"
    rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _first_line(head: bytes) -> tuple[int, bytes]:
    """Return how many blank lines come first, and the line after them."""
    lines = head.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.strip():
            return number, line
    return 0, b""


def file_literal(path: Path) -> str:
    """Return a path as a literal in which nothing is a wildcard."""
    return literal(re.sub(r"([\[*?])", r"[\1]", str(path)))


def uneven_line(path: Path) -> str | None:
    """Say which line has too many or too few columns; None when that is not what is wrong."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        head = file.readline()
        delimiter = max(_DELIMITERS, key=head.count)
        file.seek(0)
        lines = csv.reader(file, delimiter=delimiter)
        expected = 0
        try:
            for row in lines:
                expected = expected or len(row)
                if row and len(row) != expected:
                    columns = "1 column" if len(row) == 1 else f"{len(row)} columns"
                    return f"line {lines.line_num} has {columns}, not {expected}"
        except csv.Error:
            return None
    return None
