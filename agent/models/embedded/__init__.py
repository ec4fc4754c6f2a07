"""The embedded planner: a chat model that needs no key and says that it is not a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .planner import EmbeddedPlanner

__all__ = ["EmbeddedPlanner"]


def __getattr__(name: str) -> object:
    """Load the planner, and LangChain with it, when it is first used."""
    if name != "EmbeddedPlanner":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .planner import EmbeddedPlanner

    globals()[name] = EmbeddedPlanner
    return EmbeddedPlanner
