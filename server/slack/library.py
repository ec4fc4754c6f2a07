"""The library: what there is to ask about, and questions that it suggests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import PurePosixPath

from surefoot.agent import Assistant

from .blocks import Block

_MOST_PROMPTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The names of a tenant's documents and tables."""

    documents: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    measures: tuple[tuple[str, str, str], ...] = ()
    """Of some tables: a number and what it can be told apart by, with the table's name first."""


async def library_of(assistant: Assistant, tenant: str | None) -> Library:
    """Look at what a tenant has."""
    rooms = assistant.rooms
    documents, tables = rooms.documents(), rooms.tables(tenant)
    own = tenant or assistant.settings.tenant
    paths = await documents.paths(tenant=own) if documents is not None else []
    known = await asyncio.to_thread(tables.tables) if tables is not None else []
    measures = []
    for table in known:
        numbers = [c.name for c in table.columns if _is_number(c.type) and not _is_key(c.name)]
        words = [c.name for c in table.columns if c.type == "VARCHAR"]
        if numbers and words:
            measures.append((table.name, numbers[0], words[0]))
    return Library(
        documents=tuple(paths),
        tables=tuple(table.name for table in known),
        measures=tuple(measures),
    )


def prompts_for(library: Library) -> list[Block]:
    """Return up to four questions that can be answered from the library."""
    asked: list[tuple[str, str]] = []
    for table, number, word in library.measures[:2]:
        asked.append((f"{_words(number)} by {_words(word)}", _average(table, number, word)))
    for path in library.documents[:2]:
        name = PurePosixPath(path).stem.replace("-", " ").replace("_", " ")
        asked.append((f"About {name}", f"What does {path} say, in short?"))
    for table in library.tables[:2]:
        asked.append((f"Size of {table}", f"How many rows does {table} have?"))
    if not asked:
        asked.append(("What can you do?", "What can you do?"))
    return [{"title": title[:60], "message": text} for title, text in asked[:_MOST_PROMPTS]]


def _average(table: str, number: str, word: str) -> str:
    return f"What is the average {_words(number)} by {_words(word)} in {table}?"


def _words(name: str) -> str:
    """Return a column's name as one says it: without the unit at its end."""
    *words, last = name.split("_")
    return " ".join([*words, last] if len(last) > 2 or not words else words)


def _is_number(kind: str) -> bool:
    return kind in ("DOUBLE", "FLOAT") or kind.endswith("INT") or kind.startswith("DECIMAL")


def _is_key(name: str) -> bool:
    return name.lower() in ("id", "year", "rowid") or name.lower().endswith("_id")
