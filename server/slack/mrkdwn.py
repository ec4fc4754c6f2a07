"""Mrkdwn: Markdown as Slack's own markup says it, where Slack takes nothing else."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKS = {
    "strong_open": "*",
    "strong_close": "*",
    "em_open": "_",
    "em_close": "_",
    "s_open": "~",
    "s_close": "~",
}
_LINKABLE = re.compile(r"(?:https?://|mailto:)[^\s|<>]+")
_BREAKING = re.compile(r"[|\n]")


def escaped(text: str) -> str:
    """Return text that Slack shows as it is: nobody is mentioned and nothing linked by it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, label: str) -> str:
    """Return a link, or only its words when the address is none that people may be sent to."""
    return _linked(url, escaped(label))


def mrkdwn_of(markdown: str) -> str:
    """Return Markdown as mrkdwn. What Slack cannot show, such as tables, is set as fixed text."""
    return _Writer().write(_parser().parse(markdown)).strip("\n")


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


class _Writer:
    """Writes blocks one after the other, knowing in which lists and quotes it is."""

    def __init__(self) -> None:
        self._lists: list[int | None] = []
        self._quotes = 0
        self._prefix = ""
        self._rows: list[list[str]] = []
        self._out: list[str] = []

    def write(self, tokens: list[Token]) -> str:
        """Return what the tokens say."""
        for token in tokens:
            self._take(token)
        return "\n".join(self._out)

    def _take(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrs.get("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._gap()
            case "list_item_open":
                self._item()
            case "blockquote_open":
                self._quotes += 1
            case "blockquote_close":
                self._quotes -= 1
                self._gap()
            case "heading_open":
                self._prefix += "*"
            case "inline":
                self._inline(token)
            case "heading_close" | "paragraph_close":
                self._gap()
            case "fence" | "code_block":
                self._code(token.content)
            case "hr":
                self._line("———")
                self._gap()
            case "table_open":
                self._rows = []
            case "tr_open":
                self._rows.append([])
            case "table_close":
                self._code(_grid(self._rows))
                self._rows = []
            case _:
                pass

    def _item(self) -> None:
        depth = len(self._lists) - 1
        number = self._lists[-1]
        mark = "•" if number is None else f"{number}."
        if number is not None:
            self._lists[-1] = number + 1
        self._prefix = f"{'    ' * depth}{mark} "

    def _inline(self, token: Token) -> None:
        if self._rows:
            self._rows[-1].append(token.content.strip())
            return
        is_heading = self._prefix.endswith("*")
        text = _inline(token.children or [], bold=is_heading)
        prefix, self._prefix = self._prefix, ""
        self._line(f"{prefix}{text}{'*' if is_heading else ''}")

    def _code(self, content: str) -> None:
        body = escaped(content.rstrip("\n")).replace("```", "`\u200b``")
        self._line(f"{self._prefix}```\n{body}\n```")
        self._prefix = ""
        self._gap()

    def _line(self, text: str) -> None:
        mark = "> " * min(self._quotes, 1)
        self._out += [f"{mark}{line}" for line in text.split("\n")]

    def _gap(self) -> None:
        if not self._lists and self._out and self._out[-1]:
            self._out.append("")


def _inline(tokens: list[Token], *, bold: bool = False) -> str:
    out: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        match token.type:
            case "text":
                out.append(escaped(token.content))
            case "code_inline":
                out.append(f"`{escaped(token.content)}`")
            case "softbreak" | "hardbreak":
                out.append("\n")
            case "link_open":
                links.append((str(token.attrs.get("href") or ""), len(out)))
            case "link_close":
                url, begins = links.pop()
                words = "".join(out[begins:])
                del out[begins:]
                out.append(_linked(url, words))
            case "image":
                out.append(link(str(token.attrs.get("src") or ""), token.content or "image"))
            case "strong_open" | "strong_close" if bold:
                pass
            case kind if kind in _MARKS:
                out.append(_MARKS[kind])
            case _:
                out.append(escaped(token.content))
    return "".join(out)


def _linked(url: str, words: str) -> str:
    """Return a link around words that are escaped already."""
    if not _LINKABLE.fullmatch(url):
        return words
    return f"<{escaped(url)}|{_BREAKING.sub(' ', words)}>"


def _grid(rows: list[list[str]]) -> str:
    """Return a table in columns of fixed width."""
    if not rows:
        return ""
    widths = [max(len(row[n]) for row in rows if n < len(row)) for n in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
