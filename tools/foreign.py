"""Foreign tools: described by a JSON Schema, or made for LangChain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Unpack, cast

from pydantic import JsonValue

from surefoot.errors import ConfigurationError, ToolError

from .naming import provider_name
from .options import ToolOptions, make_tool
from .output import output_of
from .repair import did_you_mean, refusal, shown, unknown_argument
from .tool import Arguments, CallContext, Tool, ToolOutput

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from langchain_core.tools import BaseTool


def tool_from_schema(
    name: str,
    description: str,
    parameters: dict[str, JsonValue],
    run: Callable[[Arguments, CallContext], Awaitable[object]],
    **options: Unpack[ToolOptions],
) -> Tool:
    """Make a tool of a JSON Schema (Draft 2020-12, an object) and what runs it.

    A name that no provider would take, such as one with points in it, becomes one they take; see
    `provider_name`.
    """
    name = provider_name(name)
    validator = _validator(name, parameters)
    trust = options.get("trust", "untrusted")

    def validate(args: Mapping[str, JsonValue]) -> Arguments:
        return _validated(name, validator, parameters, args)

    async def call(args: Arguments, context: CallContext) -> ToolOutput:
        return output_of(await run(args, context), tool=name, args=args, trust=trust)

    return make_tool(name, description, parameters, validate, call, options)


def tool_from_langchain(tool: BaseTool, **options: Unpack[ToolOptions]) -> Tool:
    """Make a tool of a LangChain tool; what it raises as `ToolException` the model reads."""
    from langchain_core.tools import ToolException
    from langchain_core.utils.function_calling import convert_to_openai_function

    function = convert_to_openai_function(tool)

    async def run(args: Arguments, context: CallContext) -> object:
        try:
            return cast("object", await tool.ainvoke(args))
        except ToolException as error:
            raise ToolError(str(error)) from error

    return tool_from_schema(
        tool.name,
        str(function.get("description") or tool.description),
        function.get("parameters") or {"type": "object", "properties": {}},
        run,
        **options,
    )


def _validator(name: str, parameters: dict[str, JsonValue]) -> Draft202012Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(parameters)
    except SchemaError as error:
        raise ConfigurationError(
            f"Tool {name!r}: its parameters are no valid JSON Schema: {error.message}."
        ) from None
    if parameters.get("type") != "object":
        raise ConfigurationError(f"Tool {name!r}: its parameters must be of type 'object'.")
    return Draft202012Validator(parameters)


def _validated(
    name: str,
    validator: Draft202012Validator,
    parameters: dict[str, JsonValue],
    args: Mapping[str, JsonValue],
) -> Arguments:
    properties = parameters.get("properties")
    known = properties if isinstance(properties, dict) else {}
    filled: Arguments = {
        key: deepcopy(schema["default"])
        for key, schema in known.items()
        if isinstance(schema, dict) and "default" in schema
    }
    filled.update(args)
    errors = sorted(validator.iter_errors(filled), key=lambda error: error.json_path)
    if errors:
        raise refusal(name, [text for error in errors for text in _problems(error, tuple(known))])
    return filled


def _problems(error: ValidationError, names: tuple[str, ...]) -> list[str]:
    path = error.json_path.removeprefix("$").removeprefix(".")
    if error.validator == "additionalProperties" and not path and isinstance(error.instance, dict):
        return [unknown_argument(key, names) for key in error.instance if key not in names]
    if error.validator == "required" and not path:
        return [error.message.replace("is a required property", "is missing")]
    message = error.message if len(error.message) <= 200 else f"not {shown(error.instance)}"
    if error.validator == "enum" and isinstance(error.validator_value, list):
        words = [word for word in error.validator_value if isinstance(word, str)]
        message += did_you_mean(error.instance, words)
    return [f"{path or 'arguments'}: {message}"]
