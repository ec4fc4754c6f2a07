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
    from .models.breaker import Breaker
    from .models.embedded import EmbeddedPlanner
    from .models.faults import (
        CircuitOpen,
        ContentRefused,
        ContextOverflow,
        EmptyAnswer,
        KeyRefused,
        ModelUnknown,
        ProviderDown,
        ProviderFault,
        QuotaSpent,
        RateLimited,
        RequestRefused,
        Stalled,
        StreamBroken,
        Unreachable,
        UnusableReply,
    )
    from .models.steady import Lane, Link, Patience, SteadyModel
    from .models.window import FittedModel
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
    "Breaker": "models.breaker",
    "CircuitOpen": "models.faults",
    "Clock": "clock",
    "ContentRefused": "models.faults",
    "ContextOverflow": "models.faults",
    "Database": "runs",
    "EmbeddedPlanner": "models.embedded",
    "EmptyAnswer": "models.faults",
    "EventLog": "runs",
    "FittedModel": "models.window",
    "Host": "cli.host",
    "Ingested": "rooms",
    "Job": "runs",
    "KeyRefused": "models.faults",
    "Lane": "models.steady",
    "LangChainModel": "models",
    "Link": "models.steady",
    "MemoryEventLog": "runs",
    "ModelUnknown": "models.faults",
    "Patience": "models.steady",
    "ProviderDown": "models.faults",
    "ProviderFault": "models.faults",
    "QuotaSpent": "models.faults",
    "RateLimited": "models.faults",
    "RequestRefused": "models.faults",
    "Rooms": "rooms",
    "Run": "runs",
    "RunEngine": "runs",
    "RunStore": "runs",
    "ScriptedModel": "models.scripted",
    "ScriptedTurn": "models.scripted",
    "SqliteEventLog": "runs",
    "Stalled": "models.faults",
    "SteadyModel": "models.steady",
    "StreamBroken": "models.faults",
    "Thread": "runs",
    "ThreadBook": "runs",
    "ThreadBusy": "runs",
    "ThreadKey": "runs",
    "ThreadSearch": "runs",
    "Unreachable": "models.faults",
    "UnusableReply": "models.faults",
    "calls": "models.scripted",
    "chosen": "models",
    "fails": "models.scripted",
    "make_model": "models.providers",
    "run_command": "cli.program",
    "says": "models.scripted",
}

__all__ = [
    "Assistant",
    "Breaker",
    "CircuitOpen",
    "Clock",
    "ContentRefused",
    "ContextOverflow",
    "Database",
    "EmbeddedPlanner",
    "EmptyAnswer",
    "EventLog",
    "FittedModel",
    "Host",
    "Ingested",
    "Job",
    "KeyRefused",
    "Lane",
    "LangChainModel",
    "Link",
    "MemoryEventLog",
    "ModelUnknown",
    "Patience",
    "ProviderDown",
    "ProviderFault",
    "QuotaSpent",
    "RateLimited",
    "RequestRefused",
    "Rooms",
    "Run",
    "RunEngine",
    "RunStore",
    "ScriptedModel",
    "ScriptedTurn",
    "SqliteEventLog",
    "Stalled",
    "SteadyModel",
    "StreamBroken",
    "Thread",
    "ThreadBook",
    "ThreadBusy",
    "ThreadKey",
    "ThreadSearch",
    "Unreachable",
    "UnusableReply",
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
