"""What tests of the assistant share: settings with a folder of their own, and small assistants."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot import Assistant, ScriptedModel, Settings, tool
from surefoot.tools import Tool


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose data folder goes with the test."""
    return Settings(data_dir=tmp_path / "data")


@tool(side_effects=False)
async def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def light(model: ScriptedModel, *tools: Tool, **more: object) -> Assistant:
    """Return an assistant that keeps nothing and has no tools but these."""
    return Assistant(model=model, tools=tools, builtins=False, durable=False, **more)  # type: ignore[arg-type]
