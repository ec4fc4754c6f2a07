"""Frames: how the host and a session speak, four bytes of length and then JSON."""

from __future__ import annotations

import json
import os
import struct

HEADER = struct.Struct(">I")


class Ended(Exception):
    """The other side is gone."""


def pack(message: dict[str, object]) -> bytes:
    """Return a message as one frame."""
    body = json.dumps(message, ensure_ascii=True).encode()
    return HEADER.pack(len(body)) + body


def read_frame(fd: int) -> dict[str, object]:
    """Wait for the next message; raises `Ended`."""
    (length,) = HEADER.unpack(_read(fd, HEADER.size))
    message: dict[str, object] = json.loads(_read(fd, length))
    return message


def write_all(fd: int, data: bytes) -> None:
    """Write the whole of `data`; raises `OSError` when nobody reads it."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _read(fd: int, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        if not (part := os.read(fd, min(length - len(parts), 1 << 20))):
            raise Ended
        parts += part
    return bytes(parts)
