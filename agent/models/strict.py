"""Strict schemas: those that OpenAI can hold a model to, so that its arguments are always valid.

A schema is sent as it is or not at all as strict: an optional argument would have to become one
that may be null, and then the tool would be given nulls that its author never asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

_WORDS = frozenset(
    {
        "$defs",
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "description",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maximum",
        "minItems",
        "minimum",
        "multipleOf",
        "pattern",
        "properties",
        "required",
        "title",
        "type",
    }
)
"""The keywords that strict schemas may use."""


def is_strict(schema: Mapping[str, JsonValue]) -> bool:
    """Return whether a tool's schema keeps to what strict mode takes."""
    return schema.get("type") == "object" and _takes(schema)


def _takes(schema: JsonValue | Mapping[str, JsonValue]) -> bool:
    if not isinstance(schema, Mapping) or not schema.keys() <= _WORDS:
        return False
    properties = schema.get("properties", {})
    if schema.get("type") == "object" or properties:
        required = schema.get("required", [])
        if schema.get("additionalProperties") is not False:
            return False
        if not isinstance(properties, Mapping) or not isinstance(required, list):
            return False
        if properties.keys() != set(map(str, required)):
            return False
    return all(_takes(inner) for inner in _inside(schema))


def _inside(schema: Mapping[str, JsonValue]) -> list[JsonValue]:
    """Return the schemas that a schema is made of."""
    inner: list[JsonValue] = [schema["items"]] if "items" in schema else []
    for word in ("properties", "$defs"):
        named = schema.get(word, {})
        inner += named.values() if isinstance(named, Mapping) else [None]
    choices = schema.get("anyOf", [])
    return inner + (choices if isinstance(choices, list) else [None])
