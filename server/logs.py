"""Logs: one line per request and per trouble, for people or as JSON. No body and no header."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from surefoot.agent import LogFile, redacted

Hide = Callable[[str], str]
"""Takes secrets out of a text."""


def set_up_logging(*, as_json: bool, debug: bool = False, hide: Hide = redacted) -> None:
    """Send what the server and the library log to standard error, secrets hidden.

    A log file that is set up goes on.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(hide) if as_json else Lines(hide))
    for name in ("surefoot", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler, *(one for one in logger.handlers if isinstance(one, LogFile))]
        logger.propagate = False
        logger.setLevel(logging.DEBUG if debug else logging.INFO)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


class Lines(logging.Formatter):
    """A line for people, with the traceback below it."""

    def __init__(self, hide: Hide) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """Return what was logged, as text."""
        line = f"{_time(record)} {record.levelname.lower():8}{record.name}: {record.getMessage()}"
        return self._hide(f"{line}\n{trace}" if (trace := _traceback(record)) else line)


class JsonLines(logging.Formatter):
    """An object a line, for programs."""

    def __init__(self, hide: Hide) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """Return what was logged, as JSON."""
        said = {
            "timestamp": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self._hide(record.getMessage()),
        }
        if trace := _traceback(record):
            said["exception"] = self._hide(trace)
        return json.dumps(said)


_plain = logging.Formatter()


def _traceback(record: logging.LogRecord) -> str:
    return _plain.formatException(record.exc_info) if record.exc_info else ""


def _time(record: logging.LogRecord) -> str:
    told = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")
