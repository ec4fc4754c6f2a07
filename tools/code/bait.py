"""Bait: what attacks aim at. Made for them, worth nothing, and looked at afterwards."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from types import TracebackType

from pydantic import JsonValue

_SECRET = "the host's secret"


class Bait:
    """Servers that nobody should reach, a file nobody should read, a process nobody should end."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Bait:
        """Lay it out."""
        with self._stack as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="surefoot-bait-"))
            os.chmod(folder, 0o777)
            self._secret = os.path.join(folder, "secret")
            with open(self._secret, "w") as file:
                file.write(_SECRET)
            os.chmod(self._secret, 0o666)
            self._listen(stack, folder)
            self._victim = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(self._end_victim)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take it away."""
        self._stack.close()

    def facts(self) -> dict[str, JsonValue]:
        """Return where everything is: an attacker is told, not made to guess."""
        return {
            "tcp_port": self._tcp.getsockname()[1],
            "udp_port": self._udp.getsockname()[1],
            "unix_path": self._stream.getsockname(),
            "datagram_path": self._datagram.getsockname(),
            "abstract_name": self._abstract.getsockname()[1:].decode(),
            "secret": self._secret,
            "host": os.getpid(),
            "victim": self._victim.pid,
        }

    def harm(self) -> Iterator[tuple[str, bool]]:
        """Yield what must be so when all attacks are over, and whether it is."""
        servers = (self._tcp, self._udp, self._stream, self._datagram, self._abstract)
        yield "nobody has called", not select.select(servers, [], [], 0)[0]
        with open(self._secret) as file:
            yield "its files are unchanged", file.read() == _SECRET
        folder = os.path.dirname(self._secret)
        yield "no file has been added", len(os.listdir(folder)) == 3
        yield "its processes are alive", self._victim.poll() is None

    def _listen(self, stack: contextlib.ExitStack, folder: str) -> None:
        self._tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._udp = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        self._udp.bind(("127.0.0.1", 0))
        self._stream = stack.enter_context(socket.socket(socket.AF_UNIX))
        self._datagram = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        self._abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        for sock, name in ((self._stream, "stream"), (self._datagram, "datagram")):
            path = os.path.join(folder, name)
            sock.bind(path)
            os.chmod(path, 0o777)
        self._abstract.bind(f"\0surefoot-bait-{secrets.token_hex(8)}")
        self._stream.listen()
        self._abstract.listen()

    def _end_victim(self) -> None:
        self._victim.kill()
        self._victim.communicate()
