"""The public face: `Assistant`, its models, its runs and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assistant import Assistant
    from .budgets import MeteredModel, SpendLedger, SpendLimits
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
    from .models.alike import NearQuestions, particulars
    from .models.answers import CachedModel
    from .models.anthropic import AnthropicModel
    from .models.breaker import Breaker
    from .models.cascade import CascadeModel, Route, Turn, small_first
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
    from .models.layer import Layer, make_layer
    from .models.local import LocalModel, Served, serve
    from .models.openai import OpenAIModel
    from .models.prices import FlatPrice, ListPrice, listing
    from .models.reach import Reach, reach
    from .models.steady import Lane, Link, Patience, SteadyModel
    from .models.structured import ask_for
    from .models.window import FittedModel, fitted, tokens_of
    from .prompts import Prompt, PromptTemplate, assistant_prompt, template
    from .replaying import Fork, Replayed, replay
    from .rooms import Ingested, Rooms
    from .runs import (
        ROLLED_BACK,
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
    from .runs.recording import Entry, RecordingStore
    from .runs.recording_replay import ReplayMiss
    from .telemetry import (
        LogObserver,
        Observation,
        Observer,
        OpenTelemetryObserver,
        PrometheusObserver,
        log_as_json,
        redacted,
    )

_HOMES = {
    "AnthropicModel": "models.anthropic",
    "Assistant": "assistant",
    "Breaker": "models.breaker",
    "CachedModel": "models.answers",
    "CascadeModel": "models.cascade",
    "CircuitOpen": "models.faults",
    "Clock": "clock",
    "ContentRefused": "models.faults",
    "ContextOverflow": "models.faults",
    "Database": "runs",
    "EmbeddedPlanner": "models.embedded",
    "EmptyAnswer": "models.faults",
    "Entry": "runs.recording",
    "EventLog": "runs",
    "FittedModel": "models.window",
    "FlatPrice": "models.prices",
    "Fork": "replaying",
    "Host": "cli.host",
    "Ingested": "rooms",
    "Job": "runs",
    "KeyRefused": "models.faults",
    "Lane": "models.steady",
    "LangChainModel": "models",
    "Layer": "models.layer",
    "Link": "models.steady",
    "ListPrice": "models.prices",
    "LocalModel": "models.local",
    "LogObserver": "telemetry",
    "MemoryEventLog": "runs",
    "MeteredModel": "budgets",
    "ModelUnknown": "models.faults",
    "NearQuestions": "models.alike",
    "Observation": "telemetry",
    "Observer": "telemetry",
    "OpenAIModel": "models.openai",
    "OpenTelemetryObserver": "telemetry",
    "Patience": "models.steady",
    "PrometheusObserver": "telemetry",
    "Prompt": "prompts",
    "PromptTemplate": "prompts",
    "ProviderDown": "models.faults",
    "ProviderFault": "models.faults",
    "QuotaSpent": "models.faults",
    "ROLLED_BACK": "runs",
    "RateLimited": "models.faults",
    "Reach": "models.reach",
    "RecordingStore": "runs.recording",
    "ReplayMiss": "runs.recording_replay",
    "Replayed": "replaying",
    "RequestRefused": "models.faults",
    "Rooms": "rooms",
    "Route": "models.cascade",
    "Run": "runs",
    "RunEngine": "runs",
    "RunStore": "runs",
    "ScriptedModel": "models.scripted",
    "ScriptedTurn": "models.scripted",
    "Served": "models.local",
    "SpendLedger": "budgets",
    "SpendLimits": "budgets",
    "SqliteEventLog": "runs",
    "Stalled": "models.faults",
    "SteadyModel": "models.steady",
    "StreamBroken": "models.faults",
    "Thread": "runs",
    "ThreadBook": "runs",
    "ThreadBusy": "runs",
    "ThreadKey": "runs",
    "ThreadSearch": "runs",
    "Turn": "models.cascade",
    "Unreachable": "models.faults",
    "UnusableReply": "models.faults",
    "ask_for": "models.structured",
    "assistant_prompt": "prompts",
    "calls": "models.scripted",
    "chosen": "models",
    "fails": "models.scripted",
    "fitted": "models.window",
    "listing": "models.prices",
    "log_as_json": "telemetry",
    "make_layer": "models.layer",
    "make_model": "models.providers",
    "particulars": "models.alike",
    "reach": "models.reach",
    "redacted": "telemetry",
    "replay": "replaying",
    "run_command": "cli.program",
    "says": "models.scripted",
    "serve": "models.local",
    "small_first": "models.cascade",
    "template": "prompts",
    "tokens_of": "models.window",
}

__all__ = [
    "ROLLED_BACK",
    "AnthropicModel",
    "Assistant",
    "Breaker",
    "CachedModel",
    "CascadeModel",
    "CircuitOpen",
    "Clock",
    "ContentRefused",
    "ContextOverflow",
    "Database",
    "EmbeddedPlanner",
    "EmptyAnswer",
    "Entry",
    "EventLog",
    "FittedModel",
    "FlatPrice",
    "Fork",
    "Host",
    "Ingested",
    "Job",
    "KeyRefused",
    "Lane",
    "LangChainModel",
    "Layer",
    "Link",
    "ListPrice",
    "LocalModel",
    "LogObserver",
    "MemoryEventLog",
    "MeteredModel",
    "ModelUnknown",
    "NearQuestions",
    "Observation",
    "Observer",
    "OpenAIModel",
    "OpenTelemetryObserver",
    "Patience",
    "PrometheusObserver",
    "Prompt",
    "PromptTemplate",
    "ProviderDown",
    "ProviderFault",
    "QuotaSpent",
    "RateLimited",
    "Reach",
    "RecordingStore",
    "ReplayMiss",
    "Replayed",
    "RequestRefused",
    "Rooms",
    "Route",
    "Run",
    "RunEngine",
    "RunStore",
    "ScriptedModel",
    "ScriptedTurn",
    "Served",
    "SpendLedger",
    "SpendLimits",
    "SqliteEventLog",
    "Stalled",
    "SteadyModel",
    "StreamBroken",
    "Thread",
    "ThreadBook",
    "ThreadBusy",
    "ThreadKey",
    "ThreadSearch",
    "Turn",
    "Unreachable",
    "UnusableReply",
    "ask_for",
    "assistant_prompt",
    "calls",
    "chosen",
    "fails",
    "fitted",
    "listing",
    "log_as_json",
    "make_layer",
    "make_model",
    "particulars",
    "reach",
    "redacted",
    "replay",
    "run_command",
    "says",
    "serve",
    "small_first",
    "template",
    "tokens_of",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module when it is first used."""
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
