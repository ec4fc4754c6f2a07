"""A wire between browser and server that can be cut and mended."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit

_PART = 1 << 16


class Wire:
    """Passes bytes on, in both directions, until it is cut."""

    def __init__(self, url: str) -> None:
        self._server = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        self._open: list[socket.socket] = []
        self._listener = _listening(0)
        self._port = self._listener.getsockname()[1]
        self._accept()

    @property
    def url(self) -> str:
        """Where the server seems to be."""
        return f"http://127.0.0.1:{self._port}"

    def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        for end in (self._listener, *self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self._listener = _listening(self._port)
        self._accept()

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cut()

    def _accept(self) -> None:
        threading.Thread(target=self._pair, args=(self._listener,), daemon=True).start()

    def _pair(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._server)
                self._open += [near, far]
                for source, sink in [(near, far), (far, near)]:
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _listening(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_PART):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
