"""`read_more`: the rest of evidence that was too long to be shown whole."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from surefoot.errors import ToolError
from surefoot.evidence import DocumentSource, Evidence, Finding, Source

from .decorator import tool
from .tool import CallContext, ToolOutput

_AT_ONCE = 8_000


@tool(side_effects=False)
async def read_more(
    evidence: Annotated[str, Field(pattern=r"^S\d+$")],
    start: Annotated[int, Field(ge=0)],
    *,
    context: CallContext,
) -> ToolOutput:
    """Read on in evidence that was cut short.

    Args:
        evidence: Its number, such as `S3`.
        start: How many of its characters have been shown.
    """
    if (found := context.evidence(evidence)) is None:
        raise ToolError(f"This run has no evidence {evidence!r}.", code="no_such_evidence")
    if start >= len(found.content):
        raise ToolError(
            f"{evidence} has {len(found.content)} characters, so there are none behind {start}.",
            code="nothing_left",
        )
    text = found.content[start : start + _AT_ONCE]
    left = len(found.content) - start - len(text)
    finding = Finding(source=_source(found, start, len(text)), content=text, trust=found.trust)
    value: JsonValue = {"text": text, "next_start": start + len(text) if left else None}
    return ToolOutput(value=value, findings=(finding,))


def _source(found: Evidence, start: int, length: int) -> Source:
    """Return where the part stands: in a document its own characters, else where the whole does."""
    if isinstance(source := found.source, DocumentSource):
        begins = source.start + start
        return source.model_copy(update={"start": begins, "end": begins + length})
    return found.source
