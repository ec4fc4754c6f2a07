"""seccomp: which system calls a process may make, as an allow-list the kernel enforces.

Everything not listed is refused with `EPERM`. Calls newer than the list answer `ENOSYS`, so that
the C library falls back to older ones. There is no way to start a program or a process, to open a
socket to anything, to reach another process, or to gain or pass on a right.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .kernel import forbid_new_privileges, syscall
from .syscall_numbers import numbers

_ALLOWED = """
access alarm brk chdir chmod clock_getres clock_gettime clock_nanosleep close close_range
copy_file_range dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_wait eventfd
eventfd2 exit exit_group faccessat faccessat2 fadvise64 fchdir fchmod fchmodat fdatasync flock
fstat fstatfs fsync ftruncate futex get_robust_list getcpu getcwd getdents getdents64 getegid
geteuid getgid getgroups getitimer getpgid getpgrp getpid getppid getpriority getrandom getresgid
getresuid getrlimit getrusage getsid gettid gettimeofday getuid lseek lstat madvise membarrier
mincore mkdir mkdirat mmap mprotect mremap msync munmap nanosleep newfstatat open openat pause pipe
pipe2 poll ppoll pread64 preadv pselect6 pwrite64 pwritev read readlink readlinkat readv recvfrom
rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask
rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_get_priority_max sched_get_priority_min
sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_yield select sendfile
set_robust_list set_tid_address setitimer shutdown sigaltstack stat statfs statx symlink symlinkat
sysinfo time times truncate umask uname unlink unlinkat utime utimensat utimes wait4 waitid write
writev
"""

_WITHOUT_SUPPORT = """
getxattr lgetxattr fgetxattr setxattr lsetxattr fsetxattr listxattr llistxattr flistxattr
"""
"""Extended attributes, which Python does without when the file system has none."""

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000

_LOAD, _AND, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16

_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_EPERM, _ENOTTY, _ENOSYS, _ENOTSUP = (0x50000 | number for number in (1, 25, 38, 95))

_CLONE_THREAD = 0x10000
_CLONE_NEW_NAMESPACE = 0x7E020080
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE_MASK = 1, 1, 0xF
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
"""Duplicating, flags, locks, pipe size: nothing that names another process to signal."""
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""Is it a terminal, how wide, how much can be read, non-blocking, close-on-exec."""
_PRCTL = (3, 15, 16, 21, 39, 0x53564D41)
"""Reading flags, and naming a thread or a mapping."""

Program = list[tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class Argument:
    """What one argument of a call must be for the call to be allowed."""

    index: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    wide: bool = False
    """True for a pointer, whose upper half must be zero too."""


def filtered(own_pid: int) -> dict[str, tuple[tuple[Argument, ...], int]]:
    """Return the calls allowed only with certain arguments, and what they else answer."""
    myself = Argument(0, (own_pid,))
    a_thread = Argument(0, (_CLONE_THREAD,), mask=_CLONE_THREAD | _CLONE_NEW_NAMESPACE)
    a_pair = (Argument(0, (_AF_UNIX,)), Argument(1, (_SOCK_STREAM,), mask=_SOCK_TYPE_MASK))
    return {
        "clone": ((a_thread,), _EPERM),
        "fcntl": ((Argument(1, _FCNTL),), _EPERM),
        "ioctl": ((Argument(1, _IOCTL),), _ENOTTY),
        "kill": ((myself,), _EPERM),
        "prctl": ((Argument(0, _PRCTL),), _EPERM),
        "prlimit64": ((Argument(0, (0, own_pid)), Argument(2, (0,), wide=True)), _EPERM),
        "sendto": ((Argument(4, (0,), wide=True),), _EPERM),
        "socketpair": (a_pair, _EPERM),
        "tgkill": ((myself,), _EPERM),
    }


def restrict_calls(own_pid: int) -> None:
    """Put the allow-list into force for this process and its threads; raises `OSError`."""
    program = build(platform.machine(), own_pid)
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer))
    forbid_new_privileges()
    syscall("seccomp", 1, 1, header)


def build(machine: str, own_pid: int) -> Program:
    """Return the filter for a machine; raises `OSError` for one it does not know."""
    if (arch := _AUDIT_ARCH.get(machine)) is None:
        raise OSError(f"No system call list for {machine!r}")
    calls = numbers(machine)
    newest = max(calls.values())
    program: Program = [
        (_LOAD, 0, 0, _ARCH),
        (_JUMP_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        *_refuse_newer(newest),
        *_when(calls["clone3"], [(_RETURN, 0, 0, _ENOSYS)]),
    ]
    for name in _WITHOUT_SUPPORT.split():
        program += _when(calls[name], [(_RETURN, 0, 0, _ENOTSUP)])
    program += _filters(calls, filtered(own_pid))
    program += _plain(calls[name] for name in _ALLOWED.split() if name in calls)
    program.append((_RETURN, 0, 0, _EPERM))
    return program


def _refuse_newer(newest: int) -> Program:
    """Answer `ENOSYS` above the list; the 32-bit calls of x86_64 lie there too."""
    return [(_JUMP_AT_LEAST, 0, 1, newest + 1), (_RETURN, 0, 0, _ENOSYS)]


def _when(number: int, body: Program) -> Program:
    return [(_JUMP_EQUAL, 0, len(body), number), *body]


def _filters(
    calls: Mapping[str, int], rules: Mapping[str, tuple[Sequence[Argument], int]]
) -> Program:
    program: Program = []
    for name, (arguments, otherwise) in rules.items():
        if name in calls:
            body = [part for argument in arguments for part in _require(argument, otherwise)]
            program += _when(calls[name], [*body, (_RETURN, 0, 0, _ALLOW)])
    return program


def _require(argument: Argument, otherwise: int) -> Program:
    """Return what goes on if the argument fits, and else answers `otherwise`."""
    offset = _ARGUMENTS + 8 * argument.index
    count = len(argument.values)
    program: Program = [(_LOAD, 0, 0, offset)]
    if argument.mask != 0xFFFFFFFF:
        program.append((_AND, 0, 0, argument.mask))
    for place, value in enumerate(argument.values):
        program.append((_JUMP_EQUAL, count - place, 0, value & 0xFFFFFFFF))
    program.append((_RETURN, 0, 0, otherwise))
    if argument.wide:
        program += [
            (_LOAD, 0, 0, offset + 4),
            (_JUMP_EQUAL, 1, 0, 0),
            (_RETURN, 0, 0, otherwise),
        ]
    return program


def _plain(allowed: Iterable[int]) -> Program:
    program: Program = []
    for number in sorted(set(allowed)):
        program += _when(number, [(_RETURN, 0, 0, _ALLOW)])
    return program
