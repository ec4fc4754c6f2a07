"""Namespaces: a machine of its own, with an empty network and a file system built from nothing."""

from __future__ import annotations

import os
import socket
import struct

from .kernel import syscall
from .plan import SCRATCH, WORKSPACE, Plan

_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_ALL = _NEWNS | _NEWCGROUP | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET

_RDONLY, _NOSUID, _NODEV, _NOEXEC = 1, 2, 4, 8
_REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1 << 5, 1 << 12, 1 << 14, 1 << 18
_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000

_OLD, _NEW = "/old", "/new"
_DEVICES = ("null", "zero", "full", "random", "urandom")


def leave_the_host(plan: Plan) -> None:
    """Enter new namespaces and build the new root; the next fork is process 1 of its own world."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        syscall("unshare", _ALL)
    else:
        syscall("unshare", _ALL | _NEWUSER)
        _map_user(uid, gid)
    socket.sethostname("sandbox")
    _move_to_empty_root()
    _make_scratch(plan)
    for path in plan.readable:
        _show(path)
    _make_devices()
    _make_accounts(uid if plan.uid is None else plan.uid)
    os.mkdir(f"{_NEW}/proc")


def settle_in() -> None:
    """As process 1: see only its own processes, and let go of the host's file system."""
    try:
        flags = _NOSUID | _NODEV | _NOEXEC | _RDONLY
        _mount("proc", f"{_NEW}/proc", "proc", flags, "subset=pid")
    except OSError:
        pass  # A container that hides parts of /proc forbids it; nothing needs it.
    syscall("umount2", _OLD.encode(), _DETACH)
    os.chdir(_NEW)
    syscall("pivot_root", b".", b".")
    syscall("umount2", b".", _DETACH)
    os.chdir("/")
    _mount(None, "/", None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)
    os.chdir(WORKSPACE)


def _map_user(uid: int, gid: int) -> None:
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _move_to_empty_root() -> None:
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)
    _mount("tmpfs", "/tmp", "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    os.mkdir(f"/tmp{_NEW}")
    os.mkdir(f"/tmp{_OLD}")
    syscall("pivot_root", b"/tmp", f"/tmp{_OLD}".encode())
    os.chdir("/")
    _mount("tmpfs", _NEW, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")


def _make_scratch(plan: Plan) -> None:
    """Mount one bounded file system and show a part of it in each place to write to."""
    pool = "/scratch"
    os.mkdir(pool)
    size = f"size={plan.limits.disk_mb}m,nr_inodes={plan.limits.files},mode=755"
    _mount("tmpfs", pool, "tmpfs", _NOSUID | _NODEV | _NOEXEC, size)
    for place in SCRATCH:
        part = f"{pool}/{os.path.basename(place)}"
        os.mkdir(part)
        os.chmod(part, 0o1777)
        os.makedirs(f"{_NEW}{place}", exist_ok=True)
        _mount(part, f"{_NEW}{place}", None, _BIND)


def _show(path: str) -> None:
    """Make a file or folder of the host appear in the new root, read-only."""
    source, target = _OLD + path, _NEW + path
    if os.path.islink(source):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.lexists(target):
            os.symlink(os.readlink(source), target)
        return
    if not os.path.exists(source):
        return
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        _touch(target)
    _mount(source, target, None, _BIND | _RECURSIVE)
    _make_read_only(target)


def _make_read_only(target: str) -> None:
    attributes = struct.pack("=QQQQ", _RDONLY | _NOSUID | _NODEV, 0, 0, 0)
    path = os.fsencode(target)
    syscall("mount_setattr", _AT_FDCWD, path, _AT_RECURSIVE, attributes, len(attributes))


def _make_devices() -> None:
    for name in _DEVICES:
        _touch(f"{_NEW}/dev/{name}")
        _mount(f"{_OLD}/dev/{name}", f"{_NEW}/dev/{name}", None, _BIND)


def _make_accounts(uid: int) -> None:
    os.makedirs(f"{_NEW}/etc", exist_ok=True)
    with open(f"{_NEW}/etc/passwd", "w") as file:
        file.write(f"user:x:{uid}:{uid}::{WORKSPACE}:/bin/false\n")


def _touch(path: str) -> None:
    with open(path, "x"):
        pass


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    encoded = (None if text is None else os.fsencode(text) for text in (source, kind, options))
    first, second, third = encoded
    syscall("mount", first, os.fsencode(target), second, flags, third)
