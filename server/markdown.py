"""Markdown: shown as HTML that can do no harm, whoever wrote it."""

from __future__ import annotations

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_CITATION = re.compile(r"\[(S[0-9]{1,6})\]")
_TAGS = {
    *("p", "br", "hr", "em", "strong", "del", "s", "code", "pre", "blockquote", "sup", "sub"),
    *("ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title", "data-evidence"}, "ol": {"start"}, "code": {"class"}}


def html_of(text: str) -> str:
    """Return Markdown as HTML without scripts, styles, pictures or frames."""
    return nh3.clean(
        _parser().render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    parser.inline.ruler.before("link", "citation", _citation)
    return parser


def _citation(state: StateInline, silent: bool) -> bool:
    """Read `[S1]` as a link to the evidence."""
    found = _CITATION.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        link = state.push("link_open", "a", 1)
        link.attrs = {"href": f"#{found[1]}", "data-evidence": found[1]}
        state.push("text", "", 0).content = found[1]
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True
