"""Chat models: the embedded planner, scripted turns, LangChain, providers and what guards them."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
