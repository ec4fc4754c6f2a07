"""Outputs: what a tool's function returns, as a value and as evidence."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from surefoot.evidence import Finding, ToolSource, Trust

from .tool import Arguments, ToolOutput


def output_of(
    result: object, *, tool: str, args: Arguments, trust: Trust, returns_findings: bool = False
) -> ToolOutput:
    """Wrap what a function returned; findings and ready outputs pass through as they are."""
    if returns_findings and result in (None, [], ()):
        return ToolOutput(value=[])
    if isinstance(result, ToolOutput):
        return result
    if (findings := _findings(result)) is not None:
        return of_findings(findings)
    value: JsonValue = to_jsonable_python(result)
    finding = Finding(
        source=ToolSource(tool=tool, args=args),
        content=as_text(value),
        trust=trust,
        data=value,
    )
    return ToolOutput(value=value, findings=(finding,))


def _findings(result: object) -> list[Finding] | None:
    items = result if isinstance(result, list | tuple) else [result]
    findings = [item for item in items if isinstance(item, Finding)]
    return findings if findings and len(findings) == len(items) else None


def of_findings(findings: Sequence[Finding]) -> ToolOutput:
    """Return findings with a value that later steps can refer to: their data, or their text."""
    values: list[JsonValue] = [f.content if f.data is None else f.data for f in findings]
    return ToolOutput(value=values, findings=tuple(findings))


def as_text(value: JsonValue) -> str:
    """Return a value as a reader sees it: words as they are, the rest as JSON."""
    if value is None:
        return "Done; it returned nothing."
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
