"""Sources: where an answer's evidence comes from, as a reader can look it up."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from surefoot.answer import Citation
from surefoot.evidence import (
    CodeSource,
    DocumentSource,
    Evidence,
    McpSource,
    MemorySource,
    TableSource,
    ToolSource,
)

from .lines import call_line, counted, indented, safe, short


def source_lines(citations: Sequence[Citation], evidence: Sequence[Evidence]) -> list[Text]:
    """Return the cited pieces of evidence, in their order; nothing when nothing is cited."""
    cited = {citation.evidence_id for citation in citations}
    shown = [item for item in evidence if item.id in cited]
    if not shown:
        return []
    return [Text("Sources", style="bold"), *(line for item in shown for line in _source(item))]


def _source(item: Evidence) -> list[Text]:
    head, *more = _described(item)
    return [Text.assemble(("  ", ""), (f"[{item.id}]", "cyan"), " ", head), *more]


def _described(item: Evidence) -> list[Text]:
    match item.source:
        case DocumentSource() as source:
            page = f" · page {source.page}" if source.page is not None else ""
            heading = f" · {safe(source.heading)}" if source.heading else ""
            span = f" · characters {source.start}-{source.end}"
            return [Text(f"{safe(source.path)}{heading}{page}{span}")]
        case TableSource() as source:
            of = f" from {', '.join(source.tables)}" if source.tables else ""
            return [Text(f"{counted(source.row_count, 'row')}{of}"), *indented(source.sql, by=7)]
        case CodeSource() as source:
            printed = source.stdout or item.content
            return [
                Text(f"{source.language} code"),
                *indented(source.code, by=7),
                *_output(printed),
            ]
        case MemorySource() as source:
            said = f", said {source.observed_at[:10]}" if source.observed_at else ""
            return [Text(f"remembered{said}: {short(item.content)}")]
        case ToolSource() as source:
            call = f"{source.tool}({call_line(source.args)})"
            return [Text(safe(call)), *indented(item.content, by=7, most=5)]
        case McpSource() as source:
            call = f"{source.server}: {source.tool}({call_line(source.args)})"
            return [Text(safe(call)), *indented(item.content, by=7, most=5)]


def _output(text: str) -> list[Text]:
    return (
        [Text("       gives", style="dim"), *indented(text, by=7, most=8)] if text.strip() else []
    )
