"""`@tool`: a typed function becomes something the assistant can do."""

from __future__ import annotations

import asyncio
import inspect
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Unpack, cast, get_args, get_origin, overload

from pydantic import JsonValue
from pydantic.errors import PydanticUserError

from surefoot.errors import ConfigurationError
from surefoot.evidence import Finding, Trust

from .options import ToolOptions, make_tool
from .output import output_of
from .signature import Function, Signature, adapter_of, schema_of, signature_of
from .tool import Arguments, CallContext, Tool, ToolOutput

_LEGAL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@overload
def tool(function: Function, /) -> Tool: ...


@overload
def tool(
    *, name: str | None = None, description: str | None = None, **options: Unpack[ToolOptions]
) -> Callable[[Function], Tool]: ...


def tool(
    function: Function | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    **options: Unpack[ToolOptions],
) -> Tool | Callable[[Function], Tool]:
    """Make a tool of a typed function, sync or async; `ToolOptions` says how it is called.

    The docstring is what the model reads, its `Args:` section included. A parameter annotated
    `CallContext` is filled in and hidden from the model. A sync function runs in a thread, which
    a timeout cannot stop: prefer async. What is not declared harmless asks a person first.
    """
    names = sys._getframe(1).f_locals

    def make(function: Function) -> Tool:
        signature = signature_of(function, legal_name(name or _name_of(function)), names)
        return make_tool(
            signature.tool,
            _description(description or signature.description, signature.tool),
            signature.parameters,
            signature.validate,
            _runner(function, signature, options.get("trust", "untrusted")),
            options,
            returns=_returns(signature.returns),
        )

    return make if function is None else make(function)


def legal_name(name: str) -> str:
    """Return `name`, if every model provider accepts it."""
    if not _LEGAL_NAME.fullmatch(name):
        raise ConfigurationError(
            f"Tool name {name!r} is not legal: use 1 to 64 letters, digits, '_' and '-'."
        )
    return name


def _name_of(function: Function) -> str:
    name: object = getattr(function, "__name__", None)
    if not isinstance(name, str):
        raise ConfigurationError(f"{function!r} has no name of its own: give `name=`.")
    return name


def _description(text: str, name: str) -> str:
    if not text:
        raise ConfigurationError(
            f"Tool {name!r} has no docstring, so a model cannot know what it is for. Write one."
        )
    return text


def _runner(
    function: Function, signature: Signature, trust: Trust
) -> Callable[[Arguments, CallContext], Awaitable[ToolOutput]]:
    wrap = partial(
        output_of,
        tool=signature.tool,
        trust=trust,
        returns_findings=_is_ready(signature.returns),
    )
    if _is_async(function):
        call = cast("Callable[..., Awaitable[object]]", function)

        async def run(args: Arguments, context: CallContext) -> ToolOutput:
            return wrap(await call(**signature.keywords(args, context)), args=args)

        return run

    async def run_in_thread(args: Arguments, context: CallContext) -> ToolOutput:
        result = await asyncio.to_thread(function, **signature.keywords(args, context))
        return wrap(result, args=args)

    return run_in_thread


def _is_async(function: Function) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004
    )


def _returns(annotation: object) -> dict[str, JsonValue] | None:
    if annotation is inspect.Signature.empty or _is_ready(annotation):
        return None
    try:
        return schema_of(adapter_of(annotation), "serialization")
    except PydanticUserError:
        return None


def _is_ready(annotation: object) -> bool:
    if annotation in (Finding, ToolOutput):
        return True
    return get_origin(annotation) in (list, tuple, Sequence) and Finding in get_args(annotation)
