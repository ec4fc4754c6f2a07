"""Surefoot: every step checked, every claim cited, every run replayable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lazily import lazily

if TYPE_CHECKING:
    from surefoot.agent import Assistant, ScriptedModel, calls, says
    from surefoot.tools import Tool, tool

    from .answer import Answer
    from .errors import (
        ConfigurationError,
        InputError,
        LimitReached,
        ModelError,
        SurefootError,
        ToolError,
    )
    from .evidence import Evidence, Finding
    from .limits import Limits
    from .messages import Image
    from .settings import Settings

_HOMES = {
    "Answer": "answer",
    "Assistant": "agent",
    "ConfigurationError": "errors",
    "Evidence": "evidence",
    "Finding": "evidence",
    "Image": "messages",
    "InputError": "errors",
    "LimitReached": "errors",
    "Limits": "limits",
    "ModelError": "errors",
    "ScriptedModel": "agent",
    "Settings": "settings",
    "SurefootError": "errors",
    "Tool": "tools",
    "ToolError": "errors",
    "calls": "agent",
    "says": "agent",
    "tool": "tools",
}

__all__ = [
    "Answer",
    "Assistant",
    "ConfigurationError",
    "Evidence",
    "Finding",
    "Image",
    "InputError",
    "LimitReached",
    "Limits",
    "ModelError",
    "ScriptedModel",
    "Settings",
    "SurefootError",
    "Tool",
    "ToolError",
    "calls",
    "says",
    "tool",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
