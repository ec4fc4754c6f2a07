"""Chunks: a document cut into passages small enough to embed and to cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from .document import Document, Section

MAX_CHARS = 900
"""What the packaged embedding model reads of a passage with its heading, in most texts."""

_PARAGRAPH = re.compile(r"\S(?:.*\S)?(?:\n[^\S\n]*\S.*)*")
_BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n"),
    re.compile(r"\s+"),
)
"""Where a long section may be cut: between paragraphs, sentences or lines, words."""


def chunks_of(document: Document, *, max_chars: int = MAX_CHARS) -> list[Section]:
    """Return the passages of a document, in order; together they hold all its visible text.

    Neighbours under one heading and on one page share a passage as long as they fit.
    """
    chunks: list[Section] = []
    for part in _parts(document, max_chars):
        last = chunks[-1] if chunks else None
        if last is not None and _fit_together(last, part, max_chars):
            chunks[-1] = replace(last, end=part.end)
        else:
            chunks.append(part)
    return chunks


def paragraphs(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the spans between blank lines, without the white space around them."""
    for found in _PARAGRAPH.finditer(text, start, len(text) if end is None else end):
        yield found.start(), found.end()


def _parts(document: Document, max_chars: int) -> Iterator[Section]:
    sections = document.sections or tuple(
        Section(start=start, end=end) for start, end in paragraphs(document.text)
    )
    for section in sections:
        for start, end in _cut(document.text, section.start, section.end, max_chars):
            yield replace(section, start=start, end=end)


def _fit_together(first: Section, second: Section, max_chars: int) -> bool:
    same_place = (first.heading, first.page) == (second.heading, second.page)
    return same_place and second.end - first.start <= max_chars


def _cut(text: str, start: int, end: int, max_chars: int) -> Iterator[tuple[int, int]]:
    """Yield spans of at most `max_chars`, cut at the best place the last third offers."""
    start, end = _trimmed(text, start, end)
    while end - start > max_chars:
        at = _cutting_place(text, start, max_chars)
        yield _trimmed(text, start, at)
        start, end = _trimmed(text, at, end)
    if start < end:
        yield start, end


def _cutting_place(text: str, start: int, max_chars: int) -> int:
    for breaks in _BREAKS:
        places = [
            found.end()
            for found in breaks.finditer(text, start + max_chars * 2 // 3, start + max_chars)
        ]
        if places:
            return places[-1]
    return start + max_chars


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())
