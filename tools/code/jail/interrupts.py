"""Interrupts: the host stops a program with `SIGINT`, and never between two of them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupts:
    """Turns `SIGINT` into `KeyboardInterrupt` while a program runs, and ignores it otherwise."""

    def __init__(self) -> None:
        self._running = False
        self._shielded = False
        self._waiting = False

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Let an interrupt stop what runs inside."""
        signal.signal(signal.SIGINT, self._arrived)  # The program before may have changed it.
        self._waiting = False
        try:
            self._running = True
            yield
        finally:
            self._running = False

    @contextmanager
    def delayed(self) -> Iterator[None]:
        """Hold an interrupt back until what runs inside is done, such as half a frame."""
        outer = self._shielded
        self._shielded = True
        try:
            yield
        finally:
            self._shielded = outer
            if self._waiting and not outer:
                self._waiting = False
                if self._running:
                    raise KeyboardInterrupt

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        if self._shielded:
            self._waiting = True
        elif self._running:
            raise KeyboardInterrupt
