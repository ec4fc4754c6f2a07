"""Traces: recorded runs of any agent, in the formats that people have, and out again."""

from .canonical import as_json, canonical, content_hash, digest, from_json
from .exports import EXPORTS, export
from .formats.ours import trace_of
from .labels import FEEDBACK, Labels, read_labels, with_labels
from .messages import final_answer, steps_of
from .reading import Account, read_document, read_file, read_text, read_traces
from .trace import (
    Call,
    CallResult,
    Provenance,
    Spent,
    ToolDefinition,
    Trace,
    TraceStep,
)

__all__ = [
    "EXPORTS",
    "FEEDBACK",
    "Account",
    "Call",
    "CallResult",
    "Labels",
    "Provenance",
    "Spent",
    "ToolDefinition",
    "Trace",
    "TraceStep",
    "as_json",
    "canonical",
    "content_hash",
    "digest",
    "export",
    "final_answer",
    "from_json",
    "read_document",
    "read_file",
    "read_labels",
    "read_text",
    "read_traces",
    "steps_of",
    "trace_of",
    "with_labels",
]
