"""Encodable: text from outside, without the half characters that can be neither kept nor sent."""

from __future__ import annotations

from dataclasses import replace
from operator import is_

from pydantic import JsonValue
from pydantic_core import PydanticSerializationError, to_json

from surefoot.evidence import Finding
from surefoot.tools import ToolOutput


def encodable_text(text: str) -> str:
    """Return the text with a replacement character for each half of a pair that is alone."""
    if text.isascii():
        return text
    mended = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if mended == text else mended


def encodable_value(value: JsonValue) -> JsonValue:
    """Return a value in which every text can be encoded; mostly the very same."""
    if isinstance(value, str):
        return encodable_text(value)
    try:
        to_json(value)
    except (PydanticSerializationError, UnicodeEncodeError):
        return _mended(value)
    return value


def encodable_args(args: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the arguments of a call, every text of which can be encoded."""
    mended = encodable_value(args)
    assert isinstance(mended, dict)
    return mended


def encodable_output(output: ToolOutput) -> ToolOutput:
    """Return what a tool gave back, so that it can be kept; mostly the very same."""
    findings = tuple(map(_finding, output.findings))
    value = encodable_value(output.value)
    if value is output.value and all(map(is_, findings, output.findings)):
        return output
    return replace(output, value=value, findings=findings)


def _finding(finding: Finding) -> Finding:
    content, data = encodable_text(finding.content), encodable_value(finding.data)
    if content is finding.content and data is finding.data:
        return finding
    return finding.model_copy(update={"content": content, "data": data})


def _mended(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return encodable_text(value)
        case list():
            return [_mended(item) for item in value]
        case dict():
            return {encodable_text(key): _mended(item) for key, item in value.items()}
        case _:
            return value
