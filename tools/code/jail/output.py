"""Output: what a program prints, sent to the host as it comes and cut at a limit."""

from __future__ import annotations

import codecs
import io
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from .frames import pack, write_all
from .interrupts import Interrupts

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Send = Callable[[dict[str, object]], None]


class Wire:
    """The way to the host; whole frames only, whichever thread sends and whatever interrupts."""

    def __init__(self, fd: int, interrupts: Interrupts) -> None:
        self._fd = fd
        self._interrupts = interrupts
        self._lock = threading.Lock()

    def send(self, message: dict[str, object]) -> None:
        """Send one message."""
        frame = pack(message)
        with self._interrupts.delayed(), self._lock:
            write_all(self._fd, frame)


class _Printed(io.RawIOBase):
    """The bytes below one stream."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.begin(_nowhere, 0)

    def begin(self, send: Send, limit: int) -> None:
        """Say what comes next to `send`, up to `limit` bytes."""
        self._send = send
        self._left = limit
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self.was_cut = False

    def writable(self) -> bool:
        """Say that one can print to it."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Send what still fits and drop the rest, so that the program goes on either way."""
        offered = memoryview(data)
        kept = bytes(offered[: self._left])
        self.was_cut = self.was_cut or len(kept) < len(offered)
        self._left -= len(kept)
        if text := self._decode(kept):
            self._send({"type": self._name, "text": text})
        return len(offered)


class Stream:
    """Standard output or standard error, the same object for all programs of a session.

    What a program keeps of it, such as a logging handler, goes on working in the next one.
    """

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._limit = limit
        self._raw = _Printed(name)
        self.text = self._opened()

    def begin(self, send: Send) -> None:
        """Start counting for the next program, on a new object if the last one closed it."""
        if self.text.closed:
            self._raw = _Printed(self._name)
            self.text = self._opened()
        self.flush()
        self._raw.begin(send, self._limit)

    def flush(self) -> None:
        """Send what is still held back."""
        if not self.text.closed:
            self.text.flush()

    @property
    def was_cut(self) -> bool:
        """True when the program printed more than it may."""
        return self._raw.was_cut

    def _opened(self) -> io.TextIOWrapper:
        buffered = io.BufferedWriter(self._raw)
        return io.TextIOWrapper(buffered, encoding="utf-8", errors="replace", newline="\n")


def _nowhere(message: dict[str, object]) -> None:
    """Drop what is printed while no program runs."""
