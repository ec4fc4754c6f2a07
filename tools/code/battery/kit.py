"""What the attacks share: the facts they are told, and raw system calls."""

from __future__ import annotations

import ctypes
import errno
import os
from typing import TypedDict

_libc = ctypes.CDLL(None, use_errno=True)

_REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS)


class Facts(TypedDict):
    """What an attacker could find out about the host and is simply told."""

    tier: str
    machine: str
    calls: dict[str, int]
    """System calls by name."""
    tcp_port: int
    """A server of the host listens here."""
    udp_port: int
    unix_path: str
    datagram_path: str
    abstract_name: str
    secret: str
    """A file that everybody on the host may read and write."""
    library: str
    """A file of Python's own library."""
    host: int
    """The process id of the host."""
    victim: int
    """A process of the host's user."""
    environment: list[str]
    """The variables a session may have."""
    memory_mb: int
    disk_mb: int
    file_mb: int
    files: int
    open_files: int
    threads: int


class Stopped(Exception):
    """An attack was stopped by something that raises nothing itself."""


def call(facts: Facts, name: str, *args: int | bytes | None) -> int:
    """Make a raw system call; raises `OSError`."""
    if (number := facts["calls"].get(name)) is None:
        raise Stopped(f"this machine has no {name}")
    values = (ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in args)
    result: int = _libc.syscall(ctypes.c_long(number), *values)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def reach(facts: Facts, name: str, *args: int | bytes | None) -> str:
    """Make a call whose arguments make it fail harmlessly; getting that far is getting through."""
    try:
        return f"{name} returned {call(facts, name, *args)}"
    except OSError as error:
        if error.errno in _REFUSED:
            raise
        return f"{name} was carried out as far as {os.strerror(error.errno or 0)!r}"
