"""Telemetry: runs as traces, metrics and logs. Nothing leaves the machine without an exporter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.lazily import lazily

if TYPE_CHECKING:
    from .counts import PrometheusObserver
    from .log_file import LogFile
    from .logs import LogObserver, log_as_json
    from .observing import Observation, Observer
    from .redaction import hiding, redacted
    from .spans import OpenTelemetryObserver

_HOMES = {
    "LogFile": "log_file",
    "LogObserver": "logs",
    "Observation": "observing",
    "Observer": "observing",
    "OpenTelemetryObserver": "spans",
    "PrometheusObserver": "counts",
    "hiding": "redaction",
    "log_as_json": "logs",
    "redacted": "redaction",
}

__all__ = [
    "LogFile",
    "LogObserver",
    "Observation",
    "Observer",
    "OpenTelemetryObserver",
    "PrometheusObserver",
    "hiding",
    "log_as_json",
    "redacted",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
