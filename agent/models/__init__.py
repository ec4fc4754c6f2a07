"""Chat models: the embedded planner, scripted turns, LangChain and its providers."""

from .choose import Choice, chosen
from .langchain import LangChainModel
from .providers import make_model
from .scripted import ScriptedModel, ScriptedTurn, calls, fails, says

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
