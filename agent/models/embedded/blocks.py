"""Blocks: the evidence a tool result is made of, read back from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = re.compile(r"^\[(?P<id>S\d+)\] (?P<kind>[a-z]+)(?: · (?P<where>.*))?$", re.MULTILINE)
_SECTION = re.compile(r"^## (?P<step>\S+) (?P<tool>\S+)[^\n]*$", re.MULTILINE)
_ERROR = re.compile(r"^Error(?: \((?P<code>[\w.-]+)\))?: (?P<told>.*)", re.MULTILINE | re.DOTALL)
_END = re.compile(r"\n\[/S\d+\](?=\s*$|\n… \d+ more characters)")
_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^\|(?:\s*:?-+:?\s*\|)+$")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of evidence as a model sees it."""

    id: str
    kind: str
    where: str
    content: str

    @property
    def cite(self) -> str:
        """The citation of this evidence."""
        return f"[{self.id}]"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table evidence's columns and rows, as texts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_count: int
    """Rows the query has, which may be more than are shown."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one step came to."""

    tool: str
    blocks: tuple[Block, ...] = ()
    error: str | None = None

    def of_kind(self, kind: str) -> list[Block]:
        """Return the blocks of one kind."""
        return [block for block in self.blocks if block.kind == kind]


def blocks_of(text: str) -> tuple[Block, ...]:
    """Read the evidence blocks of a text."""
    return tuple(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    headers = list(_HEADER.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    for header, end in zip(headers, ends, strict=False):
        content = _END.sub("", text[header.end() : end].strip("\n").rstrip()).rstrip()
        yield Block(header["id"], header["kind"], header["where"] or "", content)


def result_of(tool: str, text: str, *, is_error: bool = False) -> Result:
    """Read one step's result."""
    found = blocks_of(text)
    failure = _ERROR.search(text) if not found else None
    if failure is not None:
        return Result(tool, error=failure["told"].strip())
    if is_error and not found:
        return Result(tool, error=text.strip())
    return Result(tool, found)


def sections_of(text: str) -> list[tuple[str, Result]]:
    """Read the result of `plan`: each step's tool with what it came to, in order."""
    heads = list(_SECTION.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [
        (head["step"], result_of(head["tool"], text[head.end() : end]))
        for head, end in zip(heads, ends, strict=False)
    ]


def grid_of(block: Block) -> Grid | None:
    """Read a table block's content, None when it holds no table."""
    lines = [line.strip() for line in block.content.splitlines() if line.strip().startswith("|")]
    if len(lines) < 2 or not _RULE.match(lines[1]):
        return None
    columns = _cells(lines[0])
    rows = tuple(cells for line in lines[2:] if len(cells := _cells(line)) == len(columns))
    counted = re.match(r"(\d+) rows?\b", block.where)
    return Grid(columns, rows, int(counted[1]) if counted else len(rows))


def _cells(line: str) -> tuple[str, ...]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELL.split(inner))
