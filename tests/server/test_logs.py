"""Log lines: what people and programs read, with no secret in them."""

from __future__ import annotations

import json
import logging
import sys

from surefoot.server.logs import JsonLines, Lines  # type: ignore[import-not-found]

HIDDEN = "sk-hidden"


def hide(text: str) -> str:
    return text.replace(HIDDEN, "[secret]")


def failure() -> logging.LogRecord:
    """Return what is logged of an error whose message holds a secret."""
    try:
        raise ValueError(f"bad key {HIDDEN}")
    except ValueError:
        record = logging.LogRecord(
            "surefoot.x", logging.ERROR, "x.py", 1, "run %s failed", ("r1",), sys.exc_info()
        )
    record.created = 1_800_000_000.25
    return record


def test_a_line_tells_when_how_bad_where_and_what_with_the_traceback_below() -> None:
    first, *trace = Lines(hide).format(failure()).splitlines()
    assert first == "2027-01-15T08:00:00.250Z error   surefoot.x: run r1 failed"
    assert trace[-1] == "ValueError: bad key [secret]"


def test_a_line_for_programs_is_one_object() -> None:
    line = JsonLines(hide).format(failure())
    said = json.loads(line)
    assert "\n" not in line
    assert said["exception"].endswith("ValueError: bad key [secret]")
    assert {name: said[name] for name in said if name != "exception"} == {
        "timestamp": "2027-01-15T08:00:00.250Z",
        "level": "error",
        "logger": "surefoot.x",
        "event": "run r1 failed",
    }
