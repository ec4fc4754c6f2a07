"""A call alone: one made outside a plan, as an MCP client or a script makes it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from pydantic import JsonValue

from surefoot.errors import ToolError

from .tool import CallContext, Tool, ToolOutput

logger = logging.getLogger(__name__)


async def call_alone(tool: Tool, args: Mapping[str, JsonValue], context: CallContext) -> ToolOutput:
    """Run one call as a run would: validated, inspected and in its time. Raises `ToolError`."""
    try:
        async with asyncio.timeout(tool.timeout_seconds):
            valid = tool.validate(args)
            if tool.inspect is not None:
                await tool.inspect(valid, context)
            return await tool.run(valid, context)
    except TimeoutError:
        told = f"{tool.name} took longer than {tool.timeout_seconds:g} s and was stopped."
        raise ToolError(told, code="timeout") from None
    except ToolError:
        raise
    except Exception as error:
        logger.exception("tool %r failed outside a plan", tool.name)
        told = f"{tool.name} failed with an internal error ({type(error).__name__})."
        raise ToolError(told, code="tool_crashed") from error
