"""System calls that the standard library does not offer."""

from __future__ import annotations

import ctypes
import os
import struct

from .syscall_numbers import numbers

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_GET_NO_NEW_PRIVS = 39
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

_CAPABILITY_VERSION_3 = 0x20080522
_SIGKILL = 9

_libc = ctypes.CDLL(None, use_errno=True)


def syscall(name: str, *args: int | bytes | None) -> int:
    """Make a system call and return its result; raises `OSError`."""
    if (number := numbers().get(name)) is None:
        raise OSError(38, f"This machine has no system call {name!r}")
    result: int = _libc.syscall(ctypes.c_long(number), *(_argument(arg) for arg in args))
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def _argument(value: int | bytes | None) -> ctypes.c_long | ctypes.c_char_p:
    if isinstance(value, int):
        return ctypes.c_long(value)
    return ctypes.c_char_p(value)


def prctl(option: int, value: int = 0) -> int:
    """Set or read something about this process; raises `OSError`."""
    return syscall("prctl", option, value, 0, 0, 0)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that forked it ends.

    A change of user id clears it, so it is asked for again after one.
    """
    prctl(PR_SET_PDEATHSIG, _SIGKILL)


def forbid_new_privileges() -> None:
    """Give up, for good, gaining rights by running a set-uid program."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def drop_bounding_capabilities() -> None:
    """Make every capability unreachable; needs `CAP_SETPCAP`, so it comes before a uid change."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            return


def drop_capabilities() -> None:
    """Give up every capability this process holds."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    syscall("capset", header, bytes(24))


def capabilities() -> int:
    """Return the effective and permitted capabilities that this process holds, as bits."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    held = ctypes.create_string_buffer(24)
    number = numbers()["capget"]
    if _libc.syscall(ctypes.c_long(number), ctypes.c_char_p(header), held) == -1:
        raise OSError(ctypes.get_errno(), "capget")
    low_effective, low_permitted, _, effective, permitted, _ = struct.unpack("=6I", held.raw)
    return int(low_effective | low_permitted | (effective | permitted) << 32)
