"""Child processes that speak lines of JSON, can be killed at any time, and die with us."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping

from pydantic import JsonValue

_PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG")
_CHUNK = 1 << 20

Message = dict[str, JsonValue]


class ChildGone(Exception):
    """The process ended before it answered."""


class ChildLate(Exception):
    """The process did not answer in time. It still runs."""


class Child:
    """One Python module running in a process of its own, without our environment.

    The module must end when its standard input does: that is how it notices that we are gone.
    """

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name in _PASSED_ON if (value := os.environ.get(name))},
            bufsize=0,
        )
        self._received = bytearray()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """True until the process has ended."""
        return self._process.poll() is None

    def send(self, message: Mapping[str, JsonValue]) -> None:
        """Hand over one message; raises `ChildGone`."""
        assert self._process.stdin is not None
        line = memoryview(json.dumps(message).encode() + b"\n")
        try:
            while line:
                line = line[self._process.stdin.write(line) or 0 :]
        except (OSError, ValueError):
            raise ChildGone from None

    def receive(self, timeout_seconds: float | None = None) -> Message:
        """Wait for one message; raises `ChildGone` or `ChildLate`."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            self._received += self._read(deadline)
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        message: Message = json.loads(line)
        return message

    def kill(self) -> None:
        """End the process now. Safe from any thread, and more than once."""
        self._process.kill()

    def close(self) -> None:
        """End the process and let go of its pipes."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()

    def _read(self, deadline: float | None) -> bytes:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        poll = select.poll()  # Not `select`, which knows no handle past 1023.
        poll.register(pipe, select.POLLIN)
        if not poll.poll(None if wait is None else wait * 1000):
            raise ChildLate
        if not (chunk := os.read(pipe, _CHUNK)):
            raise ChildGone
        return chunk
