"""The filter of system calls, run here on a machine made of paper, for each machine it is for."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

Program = list[tuple[int, int, int, int]]

build: Callable[[str, int], Program] = import_module("surefoot.tools.code.jail.seccomp").build
numbers: Callable[[str], dict[str, int]] = import_module(
    "surefoot.tools.code.jail.syscall_numbers"
).numbers

ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x50001, 0x50026
OWN = 77

machines = pytest.mark.parametrize("machine", list(ARCHES))


def decide(program: Program, arch: int, number: int, *args: int) -> int:
    """Run a filter as the kernel does: one register, loads of 32 bits, jumps only forward."""
    words = [number & 0xFFFFFFFF, arch, 0, 0]
    for arg in (*args, *(0,) * (6 - len(args))):
        words += [arg & 0xFFFFFFFF, arg >> 32 & 0xFFFFFFFF]
    register, place = 0, 0
    while True:
        code, if_true, if_false, k = program[place]
        place += 1
        match code:
            case 0x20:
                register = words[k // 4]
            case 0x54:
                register &= k
            case 0x15:
                place += if_true if register == k else if_false
            case 0x35:
                place += if_true if register >= k else if_false
            case 0x06:
                return k
            case _:
                raise AssertionError(f"no such instruction: {code:#x}")


def answer(machine: str, name: str, *args: int) -> int:
    return decide(build(machine, OWN), ARCHES[machine], numbers(machine)[name], *args)


@machines
@pytest.mark.parametrize("name", ["read", "write", "openat", "mmap", "futex", "exit_group"])
def test_what_every_program_needs_is_allowed(machine: str, name: str) -> None:
    assert answer(machine, name) == ALLOW


@machines
@pytest.mark.parametrize(
    "name",
    "socket connect bind execve execveat ptrace mount umount2 unshare setns bpf setuid capset "
    "process_vm_readv pidfd_open io_uring_setup memfd_create sendmsg recvmsg seccomp".split(),
)
def test_every_way_out_is_refused(machine: str, name: str) -> None:
    assert answer(machine, name) == EPERM


@machines
def test_only_a_thread_can_be_started(machine: str) -> None:
    thread, signal_of_fork, new_user = 0x10000, 17, 0x10000000
    assert answer(machine, "clone", thread | 0x3D0F00) == ALLOW
    assert answer(machine, "clone", signal_of_fork) == EPERM
    assert answer(machine, "clone", thread | new_user) == EPERM
    assert answer(machine, "clone3") == ENOSYS


@machines
def test_only_itself_can_be_signalled(machine: str) -> None:
    assert answer(machine, "kill", OWN, 9) == ALLOW
    assert [answer(machine, "kill", pid & 0xFFFFFFFF) for pid in (0, -1, 1)] == [EPERM] * 3
    assert answer(machine, "fcntl", 3, 8, 1) == EPERM


@machines
def test_a_pair_of_sockets_reaches_only_its_other_half(machine: str) -> None:
    unix, stream, datagram, no_delay = 1, 1, 2, 0o4000
    assert answer(machine, "socketpair", unix, stream | no_delay) == ALLOW
    assert answer(machine, "socketpair", unix, datagram) == EPERM
    assert answer(machine, "socketpair", 2, stream) == EPERM
    assert answer(machine, "sendto", 3, 1, 1, 0, 0) == ALLOW
    assert answer(machine, "sendto", 3, 1, 1, 0, 1 << 32) == EPERM


@machines
def test_limits_can_be_read_and_not_raised(machine: str) -> None:
    assert answer(machine, "prlimit64", 0, 7, 0, 1) == ALLOW
    assert answer(machine, "prlimit64", 0, 7, 1 << 40, 0) == EPERM
    assert answer(machine, "prlimit64", 1, 7, 0, 1) == EPERM


@machines
@given(data=st.data())
def test_a_call_that_nobody_listed_is_refused(machine: str, data: st.DataObject) -> None:
    known = set(numbers(machine).values())
    number = data.draw(st.integers(0, 0xFFFFFFFF).filter(lambda n: n not in known))
    assert decide(build(machine, OWN), ARCHES[machine], number) in (EPERM, ENOSYS)


@machines
@given(number=st.integers(0, 600))
def test_a_call_by_another_machines_numbers_ends_the_process(machine: str, number: int) -> None:
    assert decide(build(machine, OWN), 0x40000003, number) == KILL


def test_a_machine_nobody_listed_gets_no_filter_at_all() -> None:
    with pytest.raises(OSError):
        build("riscv64", OWN)


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_the_numbers_are_the_kernels_own(machine: str, header: str) -> None:
    if not Path(header).exists():
        pytest.skip(f"{header} is not there (Debian's linux-libc-dev)")
    told = re.findall(
        r"#define __NR(?:3264)?_(\w+)\s+(\d+)$", Path(header).read_text("utf-8"), re.M
    )
    theirs = {name: int(number) for name, number in told}
    theirs["newfstatat"] = theirs.get("newfstatat", theirs.get("fstatat", -1))
    ours = numbers(machine)
    assert {name: ours[name] for name in ours} == {name: theirs[name] for name in ours}
