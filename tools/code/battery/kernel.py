"""Attacks on the kernel, and attempts to gain rights."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import resource
import socket
import termios

from .kit import Facts, Stopped, call, reach

_NEWUSER, _NEWNET = 0x10000000, 0x40000000


def hold_any_right(facts: Facts) -> str:
    header = b"\x22\x05\x08\x20" + bytes(4)
    held = ctypes.create_string_buffer(24)
    number = facts["calls"]["capget"]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(ctypes.c_long(number), ctypes.c_char_p(header), held) == -1:
        with open("/proc/self/status") as file:
            rights = [int(line.split()[1], 16) for line in file if line.startswith("Cap")]
    else:
        rights = [int.from_bytes(held.raw[:8], "little"), int.from_bytes(held.raw[12:20], "little")]
    if not any(rights[:3]):
        raise Stopped("no capability is held")
    return f"holds {rights}"


def become_root(facts: Facts) -> str:
    os.setuid(0)
    return "became root"


def change_its_groups(facts: Facts) -> str:
    return reach(facts, "setgroups", 0, None)


def regain_rights(facts: Facts) -> str:
    return reach(facts, "capset", None, None)


def raise_a_limit(facts: Facts) -> str:
    resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 16, 1 << 16))
    return "raised"


def run_32_bit_calls(facts: Facts) -> str:
    """The numbers of another machine's calls would slip past a list of this one's."""
    if facts["machine"] != "x86_64":
        raise Stopped("this machine has none")
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, getpid; int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return f"answered {ctypes.CFUNCTYPE(ctypes.c_int)(address)()}"


def run_x32_calls(facts: Facts) -> str:
    if facts["machine"] != "x86_64":
        raise Stopped("this machine has none")
    libc = ctypes.CDLL(None, use_errno=True)
    if (answer := libc.syscall(ctypes.c_long(0x40000000 | 39))) == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return f"answered {answer}"


def enter_a_user_namespace(facts: Facts) -> str:
    return reach(facts, "unshare", _NEWUSER)


def enter_a_network_namespace(facts: Facts) -> str:
    return reach(facts, "unshare", _NEWNET)


def join_another_namespace(facts: Facts) -> str:
    return reach(facts, "setns", -1, 0)


def start_a_thread_in_a_user_namespace(facts: Facts) -> str:
    return reach(facts, "clone", 0x10000 | _NEWUSER, None, None, None, 0)


def load_a_bpf_program(facts: Facts) -> str:
    return reach(facts, "bpf", 0, None, 0)


def measure_the_kernel(facts: Facts) -> str:
    return reach(facts, "perf_event_open", None, 0, -1, -1, 0)


def handle_page_faults(facts: Facts) -> str:
    return reach(facts, "userfaultfd", 0)


def read_the_keyring(facts: Facts) -> str:
    return reach(facts, "keyctl", 0, 0, 0, 0, 0)


def add_a_key(facts: Facts) -> str:
    return reach(facts, "add_key", None, None, None, 0, 0)


def ask_for_a_key(facts: Facts) -> str:
    return reach(facts, "request_key", None, None, None, 0)


def load_a_module(facts: Facts) -> str:
    return reach(facts, "init_module", None, 0, None)


def load_a_module_from_a_file(facts: Facts) -> str:
    return reach(facts, "finit_module", -1, None, 0)


def unload_a_module(facts: Facts) -> str:
    return reach(facts, "delete_module", None, 0)


def boot_another_kernel(facts: Facts) -> str:
    return reach(facts, "kexec_load", 0, 1 << 20, None, 0)


def restart_the_machine(facts: Facts) -> str:
    return reach(facts, "reboot", 0, 0, 0, None)


def read_the_kernels_log(facts: Facts) -> str:
    return reach(facts, "syslog", 10, None, 0)


def set_the_clock(facts: Facts) -> str:
    return reach(facts, "settimeofday", None, None)


def rename_the_machine(facts: Facts) -> str:
    return reach(facts, "sethostname", None, -1)


def reach_the_hardware(facts: Facts) -> str:
    return reach(facts, "iopl", 3)


def use_ports(facts: Facts) -> str:
    return reach(facts, "ioperm", 0, 0, 0)


def swap_to_a_file(facts: Facts) -> str:
    return reach(facts, "swapon", b"/nowhere", 0)


def account_for_everybody(facts: Facts) -> str:
    return reach(facts, "acct", b"/nowhere")


def set_a_quota(facts: Facts) -> str:
    return reach(facts, "quotactl", 0, None, 0, None)


def change_its_personality(facts: Facts) -> str:
    return reach(facts, "personality", 0xFFFFFFFF)


def change_its_segments(facts: Facts) -> str:
    return reach(facts, "modify_ldt", 0, None, 0)


def move_pages(facts: Facts) -> str:
    return reach(facts, "mbind", 0, 0, 0, None, 0, 0)


def splice_memory_into_a_pipe(facts: Facts) -> str:
    return reach(facts, "vmsplice", -1, None, 0, 0)


def share_memory_with_others(facts: Facts) -> str:
    return reach(facts, "shmget", 0, 4096, 0o1600)


def leave_messages_for_others(facts: Facts) -> str:
    return reach(facts, "msgget", 0, 0o1600)


def share_semaphores_with_others(facts: Facts) -> str:
    return reach(facts, "semget", 0, 1, 0o1600)


def open_a_message_queue(facts: Facts) -> str:
    return reach(facts, "mq_open", b"queue", 0o102, 0o600, None)


def hide_memory(facts: Facts) -> str:
    return reach(facts, "memfd_secret", 0)


def make_a_file_that_no_limit_counts(facts: Facts) -> str:
    return f"made {call(facts, 'memfd_create', b'x', 0)}"


def filter_its_own_calls(facts: Facts) -> str:
    return reach(facts, "seccomp", 1, 0, None)


def type_into_a_terminal(facts: Facts) -> str:
    fcntl.ioctl(0, termios.TIOCSTI, b"x")
    return "typed"


def ask_a_socket_about_the_network(facts: Facts) -> str:
    one, other = socket.socketpair()
    with one, other:
        fcntl.ioctl(one, 0x8912, bytes(64))
        return "answered"


def see_the_hosts_name(facts: Facts) -> str:
    """Under `landlock` it can be seen, which is a known weakness."""
    if facts["tier"] != "namespaces":
        raise Stopped("not part of what this tier promises")
    if (name := os.uname().nodename) == "sandbox":
        raise Stopped("it has a name of its own")
    return name
