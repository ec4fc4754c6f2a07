"""Toolbox: the tools that are bound, as their definitions tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

BUILT_IN = frozenset(
    "search_documents run_sql run_code remember recall correct_memory forget_memory plan".split()
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a tool."""

    name: str
    schema: Mapping[str, object]
    is_required: bool

    @property
    def type(self) -> str:
        """Its JSON type, `string` when the schema does not say."""
        kind = self.schema.get("type")
        return kind if isinstance(kind, str) else "string"

    @property
    def choices(self) -> tuple[str, ...]:
        """The values it may take, when they are listed."""
        listed = self.schema.get("enum")
        return tuple(str(one) for one in listed) if isinstance(listed, list) else ()

    @property
    def description(self) -> str:
        """What its schema says of it."""
        return str(self.schema.get("description", ""))


@dataclass(frozen=True, slots=True)
class BoundTool:
    """A tool the model may call."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Toolbox:
    """All tools the model may call."""

    tools: tuple[BoundTool, ...] = ()

    def __contains__(self, name: object) -> bool:
        return any(tool.name == name for tool in self.tools)

    def takes(self, name: str, argument: str) -> bool:
        """True when a tool is bound and has this argument."""
        tools = (tool for tool in self.tools if tool.name == name)
        return any(one.name == argument for tool in tools for one in tool.parameters)

    @property
    def catalog_text(self) -> str:
        """The description of `run_sql`, empty when it is not bound."""
        return next((t.description for t in self.tools if t.name == "run_sql"), "")

    @property
    def foreign(self) -> list[BoundTool]:
        """The tools that are not built in."""
        return [tool for tool in self.tools if tool.name not in BUILT_IN]


def read_toolbox(definitions: Sequence[Mapping[str, object]], choice: object = None) -> Toolbox:
    """Read OpenAI-style tool definitions; `choice` may leave one tool, or none."""
    tools = tuple(_tools(definitions))
    if choice == "none":
        return Toolbox()
    wanted = _chosen(choice)
    return Toolbox(tuple(t for t in tools if t.name == wanted) if wanted else tools)


def _chosen(choice: object) -> str | None:
    if isinstance(choice, Mapping):
        function = choice.get("function")
        name = function.get("name") if isinstance(function, Mapping) else choice.get("name")
        return str(name) if name else None
    return choice if isinstance(choice, str) and choice not in {"auto", "any", "required"} else None


def _tools(definitions: Sequence[Mapping[str, object]]) -> Iterator[BoundTool]:
    for definition in definitions:
        inner = definition.get("function")
        function = inner if isinstance(inner, Mapping) else definition
        schema = function.get("parameters")
        yield BoundTool(
            name=str(function.get("name", "")),
            description=str(function.get("description", "")),
            parameters=tuple(_parameters(schema)) if isinstance(schema, Mapping) else (),
        )


def _parameters(schema: Mapping[str, object]) -> Iterator[Parameter]:
    properties, required = schema.get("properties"), schema.get("required")
    needed = {str(name) for name in required} if isinstance(required, list) else set()
    if isinstance(properties, Mapping):
        for name, inner in properties.items():
            about = inner if isinstance(inner, Mapping) else {}
            yield Parameter(str(name), about, str(name) in needed)
