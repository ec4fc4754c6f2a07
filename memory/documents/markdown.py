"""Markdown: headings, and the blocks between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .document import Section

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t\n]|$)")
_ATX_END = re.compile(r"(?:^|[ \t])#+$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*\n?$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n)*?---[ \t]*(?:\n|$)")
_MAX_TITLE = 300
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


@dataclass(slots=True)
class _Block:
    """Lines that belong together, while they are being read."""

    start: int
    end: int
    lines: int = 1


def markdown_sections(text: str) -> tuple[Section, ...]:
    """Return the blocks of a Markdown text, each with the headings above it."""
    headings: list[tuple[int, str]] = []
    sections: list[Section] = []
    for block, level, title in _blocks(text):
        if level:
            headings = [(above, name) for above, name in headings if above < level]
            headings.append((level, title))
        else:
            path = " > ".join(name for _, name in headings if name)
            sections.append(Section(start=block.start, end=block.end, heading=path))
    return tuple(sections)


def _blocks(text: str) -> Iterator[tuple[_Block, int, str]]:
    """Yield blocks with heading level 0, and headings with their level and title."""
    block: _Block | None = None
    fence = ""
    start = 0
    if front := _FRONT_MATTER.match(text):
        yield _Block(0, front.end()), 0, ""
        start = front.end()
    for found in _LINE.finditer(text, start):
        line = found.group()
        if fence:
            assert block is not None
            block.end = found.end()
            fence = "" if _closes(line, fence) else fence
            continue
        opening = _FENCE.match(line)
        atx = _ATX.match(line)
        underline = _UNDERLINE.match(line)
        if block is not None and block.lines == 1 and underline and not opening:
            title = text[block.start : block.end]
            yield _Block(block.start, found.end()), 1 if "=" in line else 2, _plain(title)
            block = None
        elif atx or not line.strip():
            if block is not None:
                yield block, 0, ""
                block = None
            if atx:
                title = _ATX_END.sub("", line[atx.end() :].strip())
                yield _Block(found.start(), found.end()), len(atx.group(1)), _plain(title)
        elif block is None:
            block = _Block(found.start(), found.end())
        else:
            block.end = found.end()
            block.lines += 1
        if opening and block is not None:
            fence = opening.group(1)
            block.lines += 1
    if block is not None:
        yield block, 0, ""


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip()
    return len(stripped) >= len(fence) and set(stripped) == {fence[0]}


def _plain(title: str) -> str:
    short = _LINK.sub(r"\1", title.strip()[:_MAX_TITLE])
    return " ".join(short.replace("`", "").replace("*", "").split())
