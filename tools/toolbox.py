"""Toolbox: the tools one assistant has, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from surefoot.errors import ConfigurationError, ToolError
from surefoot.model import ToolSpec

from .decorator import legal_name
from .repair import did_you_mean
from .tool import Tool


class Toolbox:
    """An ordered set of tools with names of their own."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        self._tools: dict[str, Tool] = {}
        for item in tools:
            if legal_name(item.name) in self._tools:
                raise ConfigurationError(
                    f"Two tools are named {item.name!r}. Give one of them another `name=`."
                )
            self._tools[item.name] = item

    def get(self, name: str) -> Tool:
        """Return the tool of that name; raises `ToolError` (`unknown_tool`) that names the near."""
        if (found := self._tools.get(name)) is None:
            raise ToolError(
                f"There is no tool {name!r}{did_you_mean(name, self._tools)}. "
                f"The tools are: {', '.join(self._tools) or 'none'}.",
                code="unknown_tool",
            )
        return found

    def plus(self, tool: Tool) -> Toolbox:
        """Return a toolbox that has one tool more, unless this one has a tool of its name."""
        return self if tool.name in self else Toolbox((*self, tool))

    def specs(self) -> tuple[ToolSpec, ...]:
        """Return every tool as a model is told about it, in order."""
        return tuple(item.spec() for item in self._tools.values())

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)

    def __contains__(self, name: object) -> bool:
        return name in self._tools
