"""Streaming: a model's parts, closed when their reader leaves early."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from surefoot.model import ChatModel, ModelPart, ModelRequest


async def streamed(model: ChatModel, request: ModelRequest) -> AsyncGenerator[ModelPart]:
    """Stream a model so that it can be closed, whatever kind of iterator it gives."""
    parts = model.stream(request)
    try:
        async for part in parts:
            yield part
    finally:
        if isinstance(parts, AsyncGenerator):
            await parts.aclose()
