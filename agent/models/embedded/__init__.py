"""The embedded planner: a chat model that needs no key and says that it is not a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

if TYPE_CHECKING:
    from .planner import EmbeddedPlanner

__all__ = ["EmbeddedPlanner"]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, {"EmbeddedPlanner": "planner"})
