"""Data as text: rows and objects written out, so that each can be found and cited by itself."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import PurePath

from pydantic import JsonValue

from surefoot.errors import InputError

from ..words import readable
from .document import Section

_DELIMITERS = ",;\t|"


def rows_text(text: str, path: str) -> tuple[str, tuple[Section, ...]]:
    """Return each row of a table as a line of its values, each under its column's name.

    Raises `InputError` that names the file.
    """
    first = text.split("\n", 1)[0]
    rows = csv.reader(StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count))
    try:
        names = [name.strip() for name in next(rows, [])]
        lines = [_row(names, row) for row in rows]
    except csv.Error as error:
        raise InputError(f"{path!r} is not a table that can be read: {error}.") from None
    return _joined(lines if any(lines) else [" | ".join(names)], "\n")


def objects_text(text: str, path: str) -> tuple[str, tuple[Section, ...]]:
    """Return each object of a JSON file as lines of its values, each under its name.

    Raises `InputError` that names the file.
    """
    try:
        found = ["\n".join(_lines(each, "")) for each in _objects(text, path)]
    except ValueError as error:
        raise InputError(f"{path!r} is not JSON: {error}.") from None
    except RecursionError:
        raise InputError(f"{path!r} is nested too deeply.") from None
    return _joined(found, "\n\n")


def _row(names: list[str], row: list[str]) -> str:
    cells = [" ".join(cell.split()) for cell in row]
    titles = names + [""] * (len(cells) - len(names))
    told = zip(titles, cells, strict=False)
    return " | ".join(f"{name}: {cell}" if name else cell for name, cell in told if cell)


def _objects(text: str, path: str) -> list[JsonValue]:
    if PurePath(path).suffix.lower() != ".json":
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    whole: JsonValue = json.loads(text)
    if isinstance(whole, list):
        return whole
    return [{name: value} for name, value in whole.items()] if isinstance(whole, dict) else [whole]


def _lines(value: JsonValue, name: str) -> Iterator[str]:
    """Yield a value's parts, each with its path of names: `site.city: Hull`."""
    if isinstance(value, list) and not any(isinstance(each, list | dict) for each in value):
        value = ", ".join(map(_scalar, value))
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for part, inner in parts:
            yield from _lines(inner, f"{name}.{part}" if name else str(part))
    elif said := _scalar(value):
        yield f"{readable(name)}: {said}" if name else said


def _scalar(value: JsonValue) -> str:
    if value is None:
        return ""
    return readable(value) if isinstance(value, str) else json.dumps(value)


def _joined(pieces: list[str], between: str) -> tuple[str, tuple[Section, ...]]:
    sections: list[Section] = []
    at = 0
    pieces = [piece for piece in pieces if piece.strip(" |")]
    for piece in pieces:
        sections.append(Section(start=at, end=at + len(piece)))
        at += len(piece) + len(between)
    return between.join(pieces), tuple(sections)
