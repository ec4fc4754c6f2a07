"""Landlock: which files a process may touch, enforced by the kernel without any privilege."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterable

from .kernel import forbid_new_privileges, syscall

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FIRST_RIGHTS = (1 << 13) - 1
"""What ABI 1 can forbid: reading, writing, running, making and removing."""

_READ = _READ_FILE | _READ_DIR
_WRITE = (
    _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM
    | _REFER | _TRUNCATE
)  # fmt: skip
_OF_A_FILE = _WRITE_FILE | _READ_FILE | _TRUNCATE

_ALL_NETWORK = 0b11
_ALL_SCOPES = 0b11
"""Abstract unix sockets and signals."""
_PATH_BENEATH = 1
_VERSION = 1


def landlock_abi() -> int:
    """Return the version of Landlock in this kernel, 0 if there is none."""
    try:
        return syscall("landlock_create_ruleset", None, 0, _VERSION)
    except OSError:
        return 0


def restrict_files(*, readable: Iterable[str], writable: Iterable[str]) -> int:
    """Leave this process only these paths, and no network; returns the ABI in force."""
    if (abi := landlock_abi()) < 1:
        return 0
    rights = _rights(abi)
    attributes = struct.pack("=QQQ", rights, _ALL_NETWORK, _ALL_SCOPES)
    attributes = attributes[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = syscall("landlock_create_ruleset", attributes, len(attributes), 0)
    for path in readable:
        _allow(ruleset, path, _READ & rights)
    for path in writable:
        _allow(ruleset, path, _WRITE & rights)
    forbid_new_privileges()
    syscall("landlock_restrict_self", ruleset, 0)
    os.close(ruleset)
    return abi


def _rights(abi: int) -> int:
    rights = _FIRST_RIGHTS
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        if abi >= since:
            rights |= right
    return rights


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(beneath).st_mode):
            rights &= _OF_A_FILE
        syscall("landlock_add_rule", ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, beneath), 0)
    finally:
        os.close(beneath)
