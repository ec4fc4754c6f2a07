"""Sources: where an answer's evidence comes from, as a reader can look it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue
from rich.text import Text

from surefoot.answer import Citation
from surefoot.events import Event, StepStarted, evidence_of
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


@dataclass(slots=True)
class Findings:
    """What a run has found so far, gathered from its events."""

    evidence: list[Evidence] = field(default_factory=list[Evidence])
    calls: dict[str, dict[str, JsonValue]] = field(default_factory=dict[str, dict[str, JsonValue]])
    """The arguments of each call, by call id."""

    def take(self, event: Event) -> None:
        """Note what an event brings."""
        self.evidence += evidence_of(event)
        if isinstance(event, StepStarted):
            self.calls[event.call_id] = event.args


def source_lines(citations: Sequence[Citation], findings: Findings) -> list[Text]:
    """Return the cited pieces of evidence, in their order; nothing when nothing is cited."""
    cited = {citation.evidence_id for citation in citations}
    shown = [item for item in findings.evidence if item.id in cited]
    if not shown:
        return []
    told = (line for item in shown for line in _source(item, findings.calls))
    return [Text("Sources", style="bold"), *told]


def _source(item: Evidence, calls: Mapping[str, Mapping[str, JsonValue]]) -> list[Text]:
    head, *more = _described(item, calls.get(item.call_id or "", {}))
    return [Text.assemble(("  ", ""), (f"[{item.id}]", "cyan"), " ", head), *more]


def _described(item: Evidence, args: Mapping[str, JsonValue]) -> list[Text]:
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
            return [
                Text(f"{source.language} code{_inputs(args.get('inputs'))}"),
                *indented(source.code, by=7),
                *_output(source.stdout or item.content),
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


def _inputs(inputs: JsonValue) -> str:
    return f" with {call_line(inputs, 200)}" if isinstance(inputs, dict) and inputs else ""


def _output(text: str) -> list[Text]:
    return (
        [Text("       gives", style="dim"), *indented(text, by=7, most=8)] if text.strip() else []
    )
