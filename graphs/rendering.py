"""Rendering: evidence as a model is shown it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from surefoot.evidence import (
    CodeSource,
    DocumentSource,
    Evidence,
    McpSource,
    MemorySource,
    TableSource,
    ToolSource,
)

_FORGED = re.compile(r"^([ \t]*)(?:\[(?=/?S\d+\])|<(?=/?context>)|#+ (?=s\d+ ))", re.MULTILINE)


def render(evidence: Iterable[Evidence], *, limit: int = 8_000) -> str:
    """Return one block per evidence: a header line `[S1] kind · where`, then its content.

    Content longer than `limit` characters is cut and says so; the ledger keeps the whole. A line of
    content that looks like a header, a section of a plan or the end of the context is defused, so
    that a document cannot forge one. Untrusted content of more than one line is closed by `[/S1]`:
    what stands before it is data, whatever it says.
    """
    return "\n\n".join(_block(item, limit) for item in evidence)


def _block(item: Evidence, limit: int) -> str:
    text = _FORGED.sub(r"\1(", item.content[:limit])
    if item.trust == "untrusted" and "\n" in text:
        text += f"\n[/{item.id}]"
    if len(item.content) > limit:
        text += f"\n… {len(item.content) - limit} more characters in {item.id}."
    return f"[{item.id}] {item.kind} · {where_from(item)}\n{text}"


def where_from(item: Evidence) -> str:
    """Return in one line where a piece of evidence comes from."""
    match item.source:
        case DocumentSource() as s:
            page = f" · page {s.page}" if s.page is not None else ""
            heading = f" · {s.heading}" if s.heading else ""
            return f"{s.path}{heading}{page} · characters {s.start}-{s.end}"
        case TableSource() as s:
            rows = "1 row" if s.row_count == 1 else f"{s.row_count} rows"
            return f"{rows} · SQL: {' '.join(s.sql.split())}"
        case CodeSource() as s:
            return s.language
        case MemorySource() as s:
            return f"said {s.observed_at}" if s.observed_at else s.memory_id
        case ToolSource() as s:
            return s.tool
        case McpSource() as s:
            return f"{s.server} · {s.tool}"
