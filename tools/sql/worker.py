"""The query process: answers one query at a time, and may be killed at any moment."""

from __future__ import annotations

import json
import os
import queue
import select
import sys
import threading
import time
from pathlib import Path

from .child import Message
from .desk import Desk

_INTERRUPT_AFTER = 0.2
"""Seconds past DuckDB's own deadline at which a query is interrupted."""
_MOST_BYTES = 4_000_000


def main() -> None:
    """Answer queries until standard input ends."""
    settings = json.loads(sys.stdin.buffer.readline())
    _limit_memory(settings["address_space"])
    desk = Desk(
        Path(settings["folder"]),
        memory_limit=settings["memory_limit"],
        threads=settings["threads"],
        seconds=settings["seconds"],
        look_seconds=settings["look_seconds"],
        rows=settings["rows"],
    )
    line = Line(desk, settings["seconds"] + _INTERRUPT_AFTER)
    threading.Thread(target=line.listen, daemon=True).start()
    _say(b"{}")
    while True:
        request = line.requests.get()
        reply = desk.answer(request)
        line.deadline = None
        _say(_encoded(reply))


class Line:
    """What comes in: requests, silence past the deadline, and the end of the parent."""

    def __init__(self, desk: Desk, seconds: float) -> None:
        self.requests: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.deadline: float | None = None
        self._desk = desk
        self._seconds = seconds

    def listen(self) -> None:
        """Hand on requests, interrupt what takes too long, and end with the parent."""
        received = b""
        while True:
            deadline = self.deadline
            wait = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([0], [], [], wait)[0]:
                if self.deadline is not None:
                    self._desk.interrupt()
                self.deadline = None
                continue
            if not (chunk := os.read(0, 65_536)):
                os._exit(0)
            *lines, received = (received + chunk).split(b"\n")
            for line in lines:
                self.deadline = time.monotonic() + self._seconds
                self.requests.put(json.loads(line))


def _encoded(reply: Message) -> bytes:
    """Return the reply as JSON, with fewer rows when it would be too large to hand over."""
    text = json.dumps(reply)
    result = reply.get("ok")
    while len(text) > _MOST_BYTES and isinstance(result, dict) and result["rows"]:
        rows = result["rows"]
        assert isinstance(rows, list)
        result["rows"] = rows[: len(rows) // 2]
        text = json.dumps(reply)
    return text.encode()


def _limit_memory(most: int) -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return  # Some systems know no such limit; DuckDB's own stays in force.


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
