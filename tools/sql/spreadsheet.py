"""Spreadsheets: each sheet that holds a table becomes one, headed by its first row."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from .catalog import literal, quoted
from .sqlite import DIALECT, cell
from .values import unique_names

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MIDNIGHT = time()


class NotReadable(Exception):
    """A file that is no spreadsheet, or cannot be read here."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet, those without any value left out."""

    name: str
    rows: tuple[tuple[object, ...], ...]

    def copy_to(self, target: DuckDBPyConnection, name: str) -> None:
        """Make a DuckDB table of it, with types as the values look."""
        header, *rows = self.rows
        titles = unique_names(
            " ".join(str(title).split()) if title is not None else f"column_{number}"
            for number, title in enumerate(header, 1)
        )
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "rows.csv")
            with file.open("w", encoding="utf-8", newline="") as handle:
                for row in (titles, *rows):
                    handle.write(",".join(cell(_plain(value)) for value in row) + "\n")
            target.execute(
                f"CREATE TABLE {quoted(name)} AS SELECT * FROM "
                f"read_csv({literal(str(file))}, {DIALECT}, sample_size=-1)"
            )


def sheets_of(path: Path) -> Iterator[Sheet]:
    """Yield the sheets of a workbook that have a header and at least one row below it."""
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise NotReadable(
            "spreadsheets need the package `openpyxl`; install `surefoot[office]`"
        ) from None
    from zipfile import BadZipFile

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise NotReadable(f"it is no sound workbook: {error}") from None
    try:
        for sheet in book.worksheets:
            rows = _table(sheet.iter_rows(values_only=True))
            if len(rows) > 1:
                yield Sheet(sheet.title, rows)
    finally:
        book.close()


def _table(rows: Iterable[Sequence[object]]) -> tuple[tuple[object, ...], ...]:
    """Return the rows as wide as the widest value, from the first that has more than a title."""
    held = [tuple(row) for row in rows if any(value is not None for value in row)]
    while len(held) > 1 and _count(held[0]) == 1 < _count(held[1]):
        held.pop(0)
    width = max((_width(row) for row in held), default=0)
    return tuple((*row[:width], *[None] * (width - len(row))) for row in held)


def _count(row: Sequence[object]) -> int:
    return sum(value is not None for value in row)


def _width(row: Sequence[object]) -> int:
    return max((n for n, value in enumerate(row, 1) if value is not None), default=0)


def _plain(value: object) -> object:
    """Return a value as a file of text has it: a day without its midnight."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else value
