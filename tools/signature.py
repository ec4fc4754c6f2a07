"""Signatures: a typed function's arguments as a schema, a validator and a call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, cast, get_type_hints

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from typing_extensions import TypedDict

from surefoot.errors import ConfigurationError

from .docstring import parse_docstring
from .repair import invalid_arguments
from .tool import Arguments, CallContext

Function = Callable[..., object]
JsonAdapter = TypeAdapter[dict[str, object]]

_typed_dict = cast("Callable[[str, dict[str, object]], type]", TypedDict)
_Mode = Literal["validation", "serialization"]

_POSITIONAL = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.VAR_KEYWORD,
)
_SCHEMA_MAPS = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_VALUES = frozenset({"default", "const", "enum", "examples"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a tool's function takes and gives."""

    tool: str
    description: str
    parameters: dict[str, JsonValue]
    returns: object
    """The return annotation; `inspect.Signature.empty` when there is none."""
    context: str | None
    """The parameter that takes the `CallContext`."""
    adapter: JsonAdapter

    def validate(self, args: Mapping[str, JsonValue]) -> Arguments:
        """Return the arguments with defaults and conversions, as JSON."""
        try:
            typed = self.adapter.validator.validate_python(args)
        except ValidationError as error:
            names = _names(self.parameters)
            raise invalid_arguments(self.tool, error, names) from None
        arguments: Arguments = self.adapter.serializer.to_python(typed, mode="json")
        return arguments

    def keywords(self, args: Arguments, context: CallContext) -> dict[str, object]:
        """Return what the function is called with: typed values, and the context if it asks."""
        typed: dict[str, object] = self.adapter.validator.validate_python(args)
        if self.context is not None:
            typed[self.context] = context
        return typed


def signature_of(function: Function, tool: str, names: Mapping[str, object]) -> Signature:
    """Read a function's signature; `names` are those its annotations may refer to besides."""
    doc = parse_docstring(function.__doc__)
    hints = _hints(function, tool, names)
    fields: dict[str, object] = {}
    context = None
    for parameter in inspect.signature(function).parameters.values():
        hint = hints.get(parameter.name, inspect.Parameter.empty)
        if hint is CallContext:
            context = parameter.name
            continue
        fields[parameter.name] = _field(parameter, hint, tool, doc.arguments.get(parameter.name))
    adapter = _adapter(fields, tool)
    return Signature(
        tool=tool,
        description=doc.description,
        parameters=schema_of(adapter, "validation"),
        returns=hints.get("return", inspect.Signature.empty),
        context=context,
        adapter=adapter,
    )


def adapter_of(shape: object) -> JsonAdapter:
    """Return the validator of a type that is only known at run time."""
    make = cast("Callable[[object], JsonAdapter]", TypeAdapter)
    return make(shape)


def schema_of(adapter: JsonAdapter, mode: _Mode) -> dict[str, JsonValue]:
    """Return an adapter's JSON Schema without the titles that repeat the names."""
    schema: dict[str, JsonValue] = adapter.json_schema(mode=mode)
    _drop_titles(schema)
    return schema


def _hints(function: Function, tool: str, names: Mapping[str, object]) -> dict[str, object]:
    try:
        return get_type_hints(function, localns=dict(names), include_extras=True)
    except NameError as error:
        raise ConfigurationError(
            f"Tool {tool!r}: the annotation {error.name!r} cannot be resolved. "
            "Import it at run time, not only for type checkers."
        ) from None


def _field(parameter: inspect.Parameter, hint: object, tool: str, text: str | None) -> object:
    if parameter.kind in _POSITIONAL:
        raise ConfigurationError(
            f"Tool {tool!r}: parameter {str(parameter)!r} cannot be given by name. "
            "Declare each argument as an ordinary or keyword-only parameter."
        )
    if hint is inspect.Parameter.empty:
        raise ConfigurationError(
            f"Tool {tool!r}: parameter {parameter.name!r} has no type. Annotate it."
        )
    annotated: object = hint
    if text:
        annotated = Annotated[annotated, Field(description=text)]
    if parameter.default is not inspect.Parameter.empty:
        annotated = Annotated[annotated, Field(default=parameter.default)]
    return annotated


def _adapter(fields: dict[str, object], tool: str) -> JsonAdapter:
    shape = _typed_dict("Arguments", fields)
    setattr(shape, "__pydantic_config__", ConfigDict(extra="forbid"))  # noqa: B010
    try:
        adapter = adapter_of(shape)
        adapter.json_schema()
    except PydanticUserError as error:
        raise ConfigurationError(
            f"Tool {tool!r}: its parameters have no JSON form: {error.message}"
        ) from None
    return adapter


def _names(parameters: dict[str, JsonValue]) -> tuple[str, ...]:
    properties = parameters.get("properties")
    return tuple(properties) if isinstance(properties, dict) else ()


def _drop_titles(schema: JsonValue) -> None:
    if isinstance(schema, list):
        for item in schema:
            _drop_titles(item)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("title"), str):
        del schema["title"]
    for key, value in schema.items():
        if key in _SCHEMA_MAPS and isinstance(value, dict):
            for item in value.values():
                _drop_titles(item)
        elif key not in _VALUES:
            _drop_titles(value)
