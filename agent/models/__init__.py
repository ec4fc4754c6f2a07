"""Chat models: the embedded planner, scripted turns, LangChain, providers and what guards them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

if TYPE_CHECKING:
    from .choose import Choice, chosen
    from .langchain import LangChainModel
    from .providers import make_model
    from .scripted import ScriptedModel, ScriptedTurn, calls, fails, says

_HOMES = {
    "Choice": "choose",
    "LangChainModel": "langchain",
    "ScriptedModel": "scripted",
    "ScriptedTurn": "scripted",
    "calls": "scripted",
    "chosen": "choose",
    "fails": "scripted",
    "make_model": "providers",
    "says": "scripted",
}

__all__ = [
    "Choice",
    "LangChainModel",
    "ScriptedModel",
    "ScriptedTurn",
    "calls",
    "chosen",
    "fails",
    "make_model",
    "says",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
