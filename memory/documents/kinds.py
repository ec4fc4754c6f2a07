"""Kinds: what a file's name says that it holds."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

Kind = Literal["markdown", "text", "html", "pdf", "docx", "table", "json"]

KINDS: dict[str, Kind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
"""Endings of files that are read as documents wherever they lie."""

DATA_KINDS: dict[str, Kind] = {
    ".csv": "table",
    ".tsv": "table",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
"""Endings of files that are read as documents only where each is named."""


def kind_of(path: str) -> Kind | None:
    """Return the kind of a file, told by its name."""
    suffix = PurePath(path).suffix.lower()
    return KINDS.get(suffix) or DATA_KINDS.get(suffix)


def is_document(path: PurePath) -> bool:
    """True when the file's name says that it is a text of a kind we read."""
    return path.suffix.lower() in KINDS


def is_data(path: PurePath) -> bool:
    """True when the file's name says that it holds data that can also be read as text."""
    return path.suffix.lower() in DATA_KINDS
