"""HTML: the visible text, block by block, and the headings above each."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

from surefoot.errors import InputError

from .document import Section

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import Tag

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_BLOCKS = frozenset(
    """address article aside blockquote body caption dd details div dl dt fieldset figcaption
    figure footer form header hr html li main ol p pre section summary table tr ul""".split()
) | set(_HEADINGS)
_IN_CELLS = frozenset(("div", "li", "ol", "p", "ul"))
"""Blocks that are no blocks within a row of a table, which is one line."""
_HIDDEN = ("head", "script", "style", "template", "noscript", "nav", "svg", "button", "select")
_SPACE = re.compile(r"\s+")


def html_text(data: bytes, path: str) -> tuple[str, tuple[Section, ...]]:
    """Return the text a reader sees and its blocks. Raises `InputError`."""
    soup = _parsed(data, path)
    if soup.contains_replacement_characters:
        raise InputError(f"{path!r} holds bytes that its declared encoding cannot read.")
    blocks = _visible_blocks(soup)
    text = ""
    headings: list[tuple[int, str]] = []
    sections: list[Section] = []
    pieces: list[str] = []
    at = 0
    for name, words in blocks:
        if level := _HEADINGS.get(name):
            headings = [(above, title) for above, title in headings if above < level]
            headings.append((level, words))
        else:
            heading = " > ".join(title for _, title in headings)
            sections.append(Section(start=at, end=at + len(words), heading=heading))
        pieces.append(words)
        at += len(words) + 2
    text = "\n\n".join(pieces)
    return text, tuple(sections)


def _parsed(data: bytes, path: str) -> BeautifulSoup:
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            soup = BeautifulSoup(data, "html.parser")
        except ParserRejectedMarkup as error:
            raise InputError(f"{path!r} is not HTML that can be read: {error}.") from None
    for hidden in soup.find_all(_HIDDEN):
        hidden.decompose()
    return soup


def _visible_blocks(soup: BeautifulSoup) -> list[tuple[str, str]]:
    """Return the name and the words of each innermost block, in reading order."""
    from bs4.element import NavigableString, PreformattedString, Tag

    owners: dict[int, Tag | None] = {id(soup): None}
    blocks: list[tuple[str, str]] = []
    words: list[str] = []
    owner: Tag | None = None
    for node in soup.descendants:
        above = owners.get(id(node.parent))
        if isinstance(node, Tag):
            in_row = above is not None and above.name == "tr" and node.name in _IN_CELLS
            owners[id(node)] = node if node.name in _BLOCKS and not in_row else above
            if node.name == "br":
                words.append("\n")
            elif in_row:
                words.append(" ")
            elif node.name in ("td", "th") and above is owner:
                words.append(" | ")
            elif node.name in ("td", "th"):
                _finish(blocks, owner, words)
                owner, words = above, []
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            if above is not owner:
                _finish(blocks, owner, words)
                owner, words = above, []
            words.append(str(node))
    _finish(blocks, owner, words)
    return blocks


def _finish(blocks: list[tuple[str, str]], owner: Tag | None, words: list[str]) -> None:
    name = owner.name if owner is not None else ""
    whole = "".join(words)
    if name == "pre":
        text = whole.strip("\n").rstrip()
    else:
        lines = (_SPACE.sub(" ", line).strip() for line in whole.split("\n"))
        text = " ".join(line for line in lines if line)
    if text.strip(" |"):
        blocks.append((name, text))
