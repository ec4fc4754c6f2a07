"""Evidence: what a run found, and where exactly it comes from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SkipValidation, computed_field

EvidenceKind = Literal["document", "table", "code", "memory", "tool", "mcp"]
Trust = Literal["trusted", "untrusted"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class DocumentSource(_Frozen):
    """A passage of a document."""

    type: Literal["document"] = "document"
    path: str
    """As the user knows it: relative to the folder that was ingested, or a URL."""
    heading: str = ""
    """The headings above the passage, joined by ` > `."""
    start: int
    """Offset of the first character in the document's text."""
    end: int
    """Offset just after the last character."""
    page: int | None = None
    """Counted from 1, for paged formats."""


class TableSource(_Frozen):
    """Rows that a query returned."""

    type: Literal["table"] = "table"
    sql: str
    row_count: int
    """Rows the query has, which may be more than the evidence shows."""
    tables: tuple[str, ...] = ()
    """The tables the query reads."""


class CodeSource(_Frozen):
    """What a program printed and returned."""

    type: Literal["code"] = "code"
    code: str
    stdout: str = ""
    language: str = "python"


class MemorySource(_Frozen):
    """Something remembered about a person or a conversation."""

    type: Literal["memory"] = "memory"
    memory_id: str
    thread_id: str | None = None
    run_id: str | None = None
    observed_at: str | None = None
    """RFC 3339, when it was said."""


class ToolSource(_Frozen):
    """The result of a tool that says nothing more about where it comes from."""

    type: Literal["tool"] = "tool"
    tool: str
    args: dict[str, JsonValue] = Field(default_factory=dict)


class McpSource(_Frozen):
    """The result of a tool on an MCP server."""

    type: Literal["mcp"] = "mcp"
    server: str
    tool: str
    args: dict[str, JsonValue] = Field(default_factory=dict)


Source = Annotated[
    DocumentSource | TableSource | CodeSource | MemorySource | ToolSource | McpSource,
    Field(discriminator="type"),
]


class Finding(_Frozen):
    """Evidence before the run's ledger has numbered it: what a tool hands over."""

    source: Source
    content: str
    """What a reader sees: the passage, the printed table, the output, the remembered words."""
    trust: Trust = "untrusted"
    score: float | None = None
    """How well it fits what was looked for, higher is better; comparable within one search."""
    data: JsonValue = None
    """The same as values, for checks: a table is `{"columns": [...], "rows": [[...]]}`."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def kind(self) -> EvidenceKind:
        """What sort of evidence this is, told by its source."""
        return self.source.type


class Evidence(Finding):
    """One passage, table, output or memory that an answer may cite."""

    data: Annotated[JsonValue, SkipValidation] = None
    """As in the finding, which has looked at every value of it already."""
    id: str
    """`S1`, `S2`, …: unique in the thread, in plan order."""
    call_id: str | None = None
    """The tool call that found it; None for what was recalled."""
    created_at: str
    """RFC 3339."""
