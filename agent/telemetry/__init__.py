"""Telemetry: runs as traces, metrics and logs. Nothing leaves the machine without an exporter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .counts import PrometheusObserver
    from .logs import LogObserver, log_as_json
    from .observing import Observation, Observer
    from .redaction import redacted
    from .spans import OpenTelemetryObserver

_HOMES = {
    "LogObserver": "logs",
    "Observation": "observing",
    "Observer": "observing",
    "OpenTelemetryObserver": "spans",
    "PrometheusObserver": "counts",
    "log_as_json": "logs",
    "redacted": "redaction",
}

__all__ = [
    "LogObserver",
    "Observation",
    "Observer",
    "OpenTelemetryObserver",
    "PrometheusObserver",
    "log_as_json",
    "redacted",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
