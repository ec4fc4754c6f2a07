"""Confinement: the steps by which a fresh process gives up everything, in the one right order."""

from __future__ import annotations

import errno
import os
import resource
import socket
from collections.abc import Callable

from .kernel import (
    PR_GET_NO_NEW_PRIVS,
    capabilities,
    die_with_parent,
    drop_bounding_capabilities,
    drop_capabilities,
    forbid_new_privileges,
    prctl,
)
from .landlock import restrict_files
from .namespaces import settle_in
from .plan import SCRATCH, Plan, SandboxLimits
from .seccomp import restrict_calls

_MB = 1 << 20
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_HOST_FACTS = ("/sys/devices/system/cpu", "/sys/fs/cgroup", "/proc/self", "/proc/filesystems")
"""What libraries ask about the machine under `landlock`; DuckDB aborts when it is refused."""


class NotConfined(Exception):
    """A protection is not in force, so nothing may run."""


def confine(plan: Plan) -> int:
    """Give up everything the plan does not grant; returns the Landlock ABI in force.

    Raises `OSError` or `NotConfined`, and then no code may run in this process.
    """
    namespaces = plan.tier == "namespaces"
    if namespaces:
        settle_in()
    else:
        os.chdir(plan.workspace)
    drop_bounding_capabilities()
    if plan.uid is not None:
        _become(plan.uid)
    die_with_parent()
    drop_capabilities()
    _set_limits(plan.limits, count_threads=namespaces or plan.private_uid)
    forbid_new_privileges()
    writable = SCRATCH if namespaces else (plan.workspace,)
    facts = ("/proc",) if namespaces else _HOST_FACTS
    abi = restrict_files(
        readable=(*plan.readable, *_DEVICES, *facts), writable=(*writable, "/dev/null")
    )
    if not namespaces and abi < 1:
        raise NotConfined("This kernel has no Landlock.")
    if prctl(PR_GET_NO_NEW_PRIVS) != 1 or capabilities() != 0:
        raise NotConfined("Privileges could not be given up.")
    restrict_calls(os.getpid())
    _try_the_door(files=abi > 0)
    return abi


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _set_limits(limits: SandboxLimits, *, count_threads: bool) -> None:
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_AS: limits.memory_mb * _MB,
        resource.RLIMIT_FSIZE: limits.file_mb * _MB,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CPU: limits.cpu_seconds,
    }
    if count_threads:  # It counts all processes of a user, so only where the user is ours alone.
        bounds[resource.RLIMIT_NPROC] = limits.threads
    for what, bound in bounds.items():
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            bound = min(bound, hard)
        resource.setrlimit(what, (bound, bound))


def _try_the_door(*, files: bool) -> None:
    """Try ways out that must be shut, in case a filter was accepted and does nothing."""
    attempts: dict[str, Callable[[], None]] = {
        "a socket": _open_a_socket,
        "a program": _start_a_program,
    }
    if files:
        attempts["files outside its own"] = _list_the_root
    for what, attempt in attempts.items():
        try:
            attempt()
        except OSError as error:
            if error.errno in (errno.EPERM, errno.EACCES):
                continue
        raise NotConfined(f"The sandbox could still reach {what}.")


def _open_a_socket() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()


def _start_a_program() -> None:
    os.execv("/nowhere", ["nowhere"])


def _list_the_root() -> None:
    os.listdir("/")
