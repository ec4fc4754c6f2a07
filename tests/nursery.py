"""Programs that tests run in processes of their own, begun as forks of one that has read the code.

To read the code takes a Python process longer than most of these programs run. What is forked is
a process like any other from then on: it has its own arguments, streams and folder, and can be
sent signals and killed.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TextIO

_READ = ("surefoot.server.serving", "surefoot.server.slack", "langgraph.graph", "aiohttp")
_CHUNK = 1 << 16
_PATIENCE = 60.0
"""Seconds; only what hangs takes so long."""


class Program:
    """A Python file that runs in a process of its own; what it prints can be read."""

    def __init__(self, *, output: TextIO, keeper: socket.socket) -> None:
        self.stdout = output
        self.returncode: int | None = None
        keeper.settimeout(_PATIENCE)
        self._keeper = keeper.makefile("r", encoding="ascii")
        keeper.close()
        self.pid = int(self._keeper.readline())

    def __enter__(self) -> Program:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill it if it still runs."""
        self.kill()
        self.wait()
        self.stdout.close()

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing happens when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a crash would."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """Return its exit status once it has ended, negative for a signal.

        Raises `TimeoutError` when it goes on for a minute.
        """
        if self.returncode is None:
            self.returncode = int(self._keeper.readline())
            self._keeper.close()
        return self.returncode

    def rest(self) -> str:
        """Return what else it prints until it ends."""
        with self:
            told = self.stdout.read()
            self.wait()
        return told


def begin(program: Path, *arguments: str | Path, errors: TextIO | None = None) -> Program:
    """Run a file with arguments, in the folder and environment of this moment."""
    ours, keeper = socket.socketpair()
    read, write = os.pipe()
    order = {
        "path": str(program),
        "arguments": [str(one) for one in arguments],
        "folder": os.getcwd(),
        "environment": dict(os.environ),
    }
    with keeper, open(os.devnull, "w") as nowhere:
        streams = [write, (errors or nowhere).fileno(), keeper.fileno()]
        control = _nursery()
        socket.send_fds(control, [json.dumps(order).encode() + b"\n"], streams)
        control.recv(1)
        os.close(write)
    return Program(output=open(read, encoding="utf-8"), keeper=ours)


@functools.cache
def _nursery() -> socket.socket:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )

    def end() -> None:
        ours.close()
        process.wait(_PATIENCE)

    atexit.register(end)
    return ours


def _main() -> None:
    """Fork whatever is ordered until nobody is there to order."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in _READ:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    while True:
        message, streams, _, _ = socket.recv_fds(control, _CHUNK, 3)
        while message and not message.endswith(b"\n"):
            message += control.recv(_CHUNK)
        _forget_the_ended()
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _keep(json.loads(message), streams)
            return
        for stream in streams:
            os.close(stream)
        control.send(b"!")


def _forget_the_ended() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _keep(order: dict[str, object], streams: list[int]) -> None:
    """Fork a program, and tell how it ended; return in the program when it has been run."""
    output, errors, keeper = streams
    if pid := os.fork():
        os.close(output)
        os.close(errors)
        os.write(keeper, b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        os.write(keeper, b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    os.close(keeper)
    for stream, number in ((output, 1), (errors, 2)):
        os.dup2(stream, number)
        os.close(stream)
    _run(**order)  # type: ignore[arg-type]


def _run(path: str, arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [path, *arguments]
    sys.path[0] = str(Path(path).parent)
    runpy.run_path(path, run_name="__main__")


if __name__ == "__main__":
    _main()
