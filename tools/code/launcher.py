"""The launcher: the host's hold on the zygote, and through it on the start of every session."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from .jail.plan import BOOTED, Plan
from .libraries import search_path
from .sandbox import SandboxUnavailable

_BOOT = """
import importlib.util, sys
name, folder = "surefoot_jail", sys.argv[1]
spec = importlib.util.spec_from_file_location(
    name, folder + "/__init__.py", submodule_search_locations=[folder]
)
sys.modules[name] = importlib.util.module_from_spec(spec)
from surefoot_jail.zygote import main
main(int(sys.argv[2]), int(sys.argv[3]))
"""

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "MALLOC_ARENA_MAX": "2",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""All that a session sees of any environment. Threads of a number library count as memory."""

_MESSAGE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Started:
    """A session that has just been forked: our end of its channel, and a sure hold on it."""

    channel: socket.socket
    pidfd: int

    def discard(self) -> None:
        """Kill it and let go of it."""
        try:
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.close(self.pidfd)
        self.channel.close()


class Launcher:
    """One zygote process. Everything it has forked ends when it does, and it ends with us."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self._process = process
        self._control = control
        self._ids = count()
        self._waiting: dict[int, asyncio.Future[int]] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(control, self._answered)

    @classmethod
    async def start(cls, *, preload: Sequence[str] = ()) -> Launcher:
        """Boot the zygote with the modules that every session shall find loaded."""
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = await asyncio.to_thread(_boot, theirs.fileno())
        control.setblocking(False)
        setup = {"search_path": search_path(), "preload": preload}
        control.send(json.dumps(setup).encode())
        launcher = cls(process, control)
        try:
            await launcher._answer_to(BOOTED)
        except BaseException:
            await launcher.close()
            raise
        return launcher

    async def spawn(self, plan: Plan) -> Started:
        """Fork a session; raises `SandboxUnavailable` with the reason when it cannot be."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        number = next(self._ids)
        request = json.dumps({"id": number, "plan": plan.to_json()}).encode()
        try:
            with theirs:
                socket.send_fds(self._control, [request], [theirs.fileno()])
            return Started(ours, await self._answer_to(number))
        except OSError as error:
            ours.close()
            raise SandboxUnavailable(f"The sandbox's zygote is gone: {error}") from error
        except BaseException:
            ours.close()
            raise

    async def _answer_to(self, number: int) -> int:
        """Wait for an answer and return the pidfd that came with it; raises what it says."""
        answer: asyncio.Future[int] = self._loop.create_future()
        self._waiting[number] = answer
        try:
            return await answer
        finally:
            self._waiting.pop(number, None)

    @property
    def is_running(self) -> bool:
        """False when the zygote has ended, and with it all it has forked."""
        return self._process.poll() is None

    async def close(self) -> None:
        """End the zygote and all sessions."""
        self._let_go()
        await asyncio.to_thread(_end, self._process)

    def _answered(self) -> None:
        """Hand the zygote's answer to whoever waits for it."""
        try:
            message, fds, _, _ = socket.recv_fds(self._control, _MESSAGE_BYTES, 1)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            message, fds = b"", []
        if not message:
            self._let_go()
            return
        answer = json.loads(message)
        future = self._waiting.get(answer["id"])
        if future is None or future.done():  # Nobody waits any more: its channel is closed.
            for fd in fds:
                signal.pidfd_send_signal(fd, signal.SIGKILL)
                os.close(fd)
        elif "error" in answer:
            future.set_exception(SandboxUnavailable(str(answer["error"])))
        else:
            future.set_result(fds[0] if fds else -1)

    def _let_go(self) -> None:
        if self._control.fileno() >= 0:
            self._loop.remove_reader(self._control)
            self._control.close()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(SandboxUnavailable("The sandbox's zygote has ended."))


def _boot(control: int) -> subprocess.Popen[bytes]:
    folder = str(Path(__file__).parent / "jail")
    arguments = (folder, str(control), str(os.getpid()))
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", _BOOT, *arguments],
        pass_fds=(control,),
        env=ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
