"""Surefoot: every step checked, every claim cited, every run replayable."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from .settings import Settings

_HOMES = {
    "Answer": "surefoot.answer",
    "Assistant": "surefoot.agent",
    "ConfigurationError": "surefoot.errors",
    "Evidence": "surefoot.evidence",
    "Finding": "surefoot.evidence",
    "InputError": "surefoot.errors",
    "LimitReached": "surefoot.errors",
    "Limits": "surefoot.limits",
    "ModelError": "surefoot.errors",
    "ScriptedModel": "surefoot.agent",
    "Settings": "surefoot.settings",
    "SurefootError": "surefoot.errors",
    "Tool": "surefoot.tools",
    "ToolError": "surefoot.errors",
    "calls": "surefoot.agent",
    "says": "surefoot.agent",
    "tool": "surefoot.tools",
}

__all__ = [
    "Answer",
    "Assistant",
    "ConfigurationError",
    "Evidence",
    "Finding",
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


def __getattr__(name: str) -> object:
    """Load a public name from its room when it is first used."""
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value
