"""Splitting: an answer as parts that each fit into one of Slack's messages.

The parts of an answer that is still being written are a beginning of the parts of the whole one:
what has been streamed never has to move to another message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST = 10_000
"""Characters of Markdown in one message. Slack takes 12,000, and about 13,200 with all blocks."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph or a fenced code block, with the blank lines behind it."""

    text: str
    fence: str = ""
    """The line that opens it, for code."""
    is_whole: bool = True


def parts_of(text: str, *, is_final: bool = True, most: int = MOST) -> list[str]:
    """Return a text in parts, cut between paragraphs and never inside code that fits into one.

    What is not final is given up to its last whole word, and code once it is closed.
    """
    full = most * 3 // 4
    parts: list[str] = []
    for block in _blocks(text):
        if not block.is_whole and not is_final:
            if block.fence:
                break
            block = _Block(block.text[: _last_gap(block.text)])
        if parts and len(parts[-1]) < full and _fits(parts[-1], block, most):
            parts[-1] += block.text
            continue
        room = most - len(parts[-1]) if parts and len(parts[-1]) < full else 0
        pieces = list(_pieces(block, room, most))
        if room and not block.fence:
            parts[-1] += pieces.pop(0)
        parts += pieces
    return [part.lstrip("\n").rstrip() for part in parts if part.strip()]


def _fits(part: str, block: _Block, most: int) -> bool:
    return len(part) + len(block.text) <= most


def _blocks(text: str) -> Iterator[_Block]:
    """Yield paragraphs and code; the last one is whole when a blank line or its fence ends it."""
    held: list[str] = []
    fence: re.Match[str] | None = None
    is_blank = False
    for line in text.splitlines(keepends=True):
        opens = _FENCE.match(line) if fence is None else None
        if held and fence is None and ((is_blank and line.strip()) or opens):
            yield _Block("".join(held))
            held = []
        held.append(line)
        is_blank = not line.strip()
        if opens:
            fence = opens
        elif fence is not None and _closes(line, fence[1]):
            yield _Block("".join(held), fence=fence[0])
            held, fence = [], None
    if held:
        is_whole = fence is None and is_blank and held[-1].endswith("\n")
        yield _Block("".join(held), fence=fence[0] if fence else "", is_whole=is_whole)


def _closes(line: str, mark: str) -> bool:
    bare = line.strip()
    return bool(bare) and set(bare) == {mark[0]} and len(bare) >= len(mark) and line.endswith("\n")


def _pieces(block: _Block, room: int, most: int) -> Iterator[str]:
    """Cut what fits into no part: text between words, code between lines, in fences of its own."""
    if not block.fence:
        yield from _cut(block.text, room or most, most, _last_gap)
        return
    if len(block.text) <= most:
        yield block.text
        return
    lines = block.text.splitlines(keepends=True)
    closed = len(lines) > 1 and _closes(lines[-1], block.fence.strip()[:3])
    mark = _FENCE.match(block.fence)
    assert mark is not None
    # What stands behind the mark is a language, or the code itself where that is endless.
    opening = block.fence if len(block.fence) < most // 4 else mark[1]
    ending = f"{mark[1]}\n"
    body = "".join(lines[1:-1] if closed else lines[1:])
    inside = most - len(opening) - len(ending) - 2
    for piece in _cut(body, inside, inside, lambda text: text.rfind("\n") + 1):
        yield f"{opening}\n{piece}{'' if piece.endswith(chr(10)) else chr(10)}{ending}"


def _cut(text: str, first: int, most: int, gap: Callable[[str], int]) -> Iterator[str]:
    size = first
    while len(text) > size:
        at = gap(text[:size]) or size
        yield text[:at]
        text, size = text[at:], most
    yield text


def _last_gap(text: str) -> int:
    """Return where the last whole word ends."""
    found = max(text.rfind(gap) for gap in " \n\t")
    return found + 1
