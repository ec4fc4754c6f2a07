"""The public face: `Assistant`, its models, its runs and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assistant import Assistant
    from .cli.host import Host
    from .cli.program import run_command
    from .clock import Clock
    from .models import (
        LangChainModel,
        ScriptedModel,
        ScriptedTurn,
        calls,
        chosen,
        fails,
        make_model,
        says,
    )
    from .models.embedded import EmbeddedPlanner
    from .rooms import Ingested, Rooms
    from .runs import (
        Database,
        EventLog,
        Job,
        MemoryEventLog,
        Run,
        RunEngine,
        RunStore,
        SqliteEventLog,
        Thread,
        ThreadBook,
        ThreadBusy,
        ThreadKey,
        ThreadSearch,
    )

_HOMES = {
    "Assistant": "assistant",
    "Clock": "clock",
    "Database": "runs",
    "EmbeddedPlanner": "models.embedded",
    "EventLog": "runs",
    "Host": "cli.host",
    "Ingested": "rooms",
    "Job": "runs",
    "MemoryEventLog": "runs",
    "Run": "runs",
    "RunEngine": "runs",
    "RunStore": "runs",
    "SqliteEventLog": "runs",
    "Thread": "runs",
    "ThreadBook": "runs",
    "ThreadBusy": "runs",
    "ThreadKey": "runs",
    "ThreadSearch": "runs",
    "LangChainModel": "models",
    "Rooms": "rooms",
    "ScriptedModel": "models.scripted",
    "ScriptedTurn": "models.scripted",
    "calls": "models.scripted",
    "chosen": "models",
    "fails": "models.scripted",
    "make_model": "models",
    "run_command": "cli.program",
    "says": "models.scripted",
}

__all__ = [
    "Assistant",
    "Clock",
    "Database",
    "EmbeddedPlanner",
    "EventLog",
    "Host",
    "Ingested",
    "Job",
    "LangChainModel",
    "MemoryEventLog",
    "Rooms",
    "Run",
    "RunEngine",
    "RunStore",
    "ScriptedModel",
    "ScriptedTurn",
    "SqliteEventLog",
    "Thread",
    "ThreadBook",
    "ThreadBusy",
    "ThreadKey",
    "ThreadSearch",
    "calls",
    "chosen",
    "fails",
    "make_model",
    "run_command",
    "says",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module when it is first used."""
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
