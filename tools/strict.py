"""Strict: a tool's schema in the form that holds a model to it, and arguments back from there.

OpenAI's strict mode wants every property required and none besides. What may be left out becomes
nullable, and a null that stands for it is taken out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import JsonValue

Schema = dict[str, JsonValue]

_KEPT = frozenset(
    "type description enum const anyOf items properties $ref $defs pattern format minimum maximum "
    "exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems".split()
)
_ANNOTATIONS = frozenset(
    "default title examples additionalProperties required $schema $id $comment deprecated "
    "readOnly writeOnly minLength maxLength uniqueItems discriminator".split()
)
"""What may be left out: the tool itself still checks it."""


class _NotStrict(Exception):
    """The schema allows what strict mode cannot say."""


def strict_schema(schema: Schema) -> Schema | None:
    """Return the schema for strict mode, or None when it cannot be said there."""
    try:
        return _strict(schema)
    except _NotStrict:
        return None


def from_strict(args: Mapping[str, JsonValue], schema: Schema) -> dict[str, JsonValue]:
    """Return the arguments without the nulls that stand for what was left out."""
    found = _without_nulls(dict(args), schema, schema)
    assert isinstance(found, dict)
    return found


def _strict(schema: Schema) -> Schema:
    if not schema or schema.keys() - _KEPT - _ANNOTATIONS:
        if "oneOf" not in schema or schema.keys() - _KEPT - _ANNOTATIONS - {"oneOf"}:
            raise _NotStrict
        schema = {("anyOf" if k == "oneOf" else k): v for k, v in schema.items()}
    strict: Schema = {k: v for k, v in schema.items() if k in _KEPT}
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties") not in (None, False) or "properties" not in schema:
            raise _NotStrict
        strict |= _object(schema)
    if "$ref" not in schema and not strict.keys() & {"type", "enum", "const", "anyOf"}:
        raise _NotStrict
    if schema.get("type") == "array" and "items" not in schema:
        raise _NotStrict
    for key in ("items",):
        if key in schema:
            strict[key] = _strict(_as_schema(schema[key]))
    if isinstance(choices := schema.get("anyOf"), list):
        strict["anyOf"] = [_strict(_as_schema(choice)) for choice in choices]
    if isinstance(defs := schema.get("$defs"), dict):
        strict["$defs"] = {name: _strict(_as_schema(one)) for name, one in defs.items()}
    return strict


def _object(schema: Schema) -> Schema:
    required = schema.get("required")
    needed = required if isinstance(required, list) else []
    properties: Schema = {}
    for name, one in _as_schema(schema["properties"]).items():
        strict = _strict(_as_schema(one))
        properties[name] = strict if name in needed else _nullable(strict)
    names: list[JsonValue] = list(properties)
    return {
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": False,
    }


def _nullable(schema: Schema) -> Schema:
    if isinstance(choices := schema.get("anyOf"), list):
        if {"type": "null"} in choices:
            return schema
        return {**schema, "anyOf": [*choices, {"type": "null"}]}
    about = {"description": schema["description"]} if "description" in schema else {}
    rest: Schema = {k: v for k, v in schema.items() if k != "description"}
    return {**about, "anyOf": [rest, {"type": "null"}]}


def _as_schema(value: JsonValue) -> Schema:
    if not isinstance(value, dict):
        raise _NotStrict
    return value


def _without_nulls(value: JsonValue, schema: JsonValue, root: Schema) -> JsonValue:
    schema = _resolved(schema, root)
    if isinstance(value, list):
        return [_without_nulls(item, schema.get("items"), root) for item in value]
    properties = schema.get("properties")
    if not isinstance(value, dict) or not isinstance(properties, dict):
        return value
    required = schema.get("required")
    needed = required if isinstance(required, list) else []
    return {
        name: _without_nulls(item, properties.get(name), root)
        for name, item in value.items()
        if item is not None or name in needed
    }


def _resolved(schema: JsonValue, root: Schema) -> Schema:
    if not isinstance(schema, dict):
        return {}
    if isinstance(path := schema.get("$ref"), str) and path.startswith("#/$defs/"):
        defs = cast("Schema", root.get("$defs", {}))
        return _resolved(defs.get(path.removeprefix("#/$defs/")), root)
    return schema
