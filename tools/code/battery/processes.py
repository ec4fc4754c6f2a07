"""Attacks on other processes, and attempts to start some."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess

from .kit import Facts, Stopped, call, reach

_F_SETOWN, _F_SETSIG = 8, 10


def start_a_process(facts: Facts) -> str:
    if (pid := os.fork()) == 0:
        os._exit(0)
    return f"started {pid}"


def start_a_process_by_clone(facts: Facts) -> str:
    if (pid := call(facts, "clone", signal.SIGCHLD, None, None, None, 0)) == 0:
        os._exit(0)
    return f"started {pid}"


def start_a_process_by_clone3(facts: Facts) -> str:
    return reach(facts, "clone3", None, 0)


def start_a_process_by_vfork(facts: Facts) -> str:
    if (pid := call(facts, "vfork")) == 0:
        os._exit(0)
    return f"started {pid}"


def run_a_command(facts: Facts) -> str:
    return subprocess.run(["/bin/sh", "-c", "id"], capture_output=True, text=True).stdout


def run_a_command_through_the_shell(facts: Facts) -> str:
    if (status := os.system("true")) != 0:
        raise Stopped(f"status {status}")
    return "ran"


def spawn_a_command(facts: Facts) -> str:
    return f"started {os.posix_spawn('/bin/true', ['true'], {})}"


def become_another_program(facts: Facts) -> str:
    return reach(facts, "execve", b"/nowhere", None, None)


def become_a_program_from_memory(facts: Facts) -> str:
    return reach(facts, "execveat", -1, b"", None, None, 0x1000)


def end_a_process_of_the_host(facts: Facts) -> str:
    os.kill(facts["victim"], signal.SIGKILL)
    return "ended"


def signal_the_host(facts: Facts) -> str:
    os.kill(facts["host"], 0)
    return "could"


def signal_everybody(facts: Facts) -> str:
    os.kill(-1, 0)
    return "could"


def signal_its_group(facts: Facts) -> str:
    os.kill(0, 0)
    return "could"


def signal_its_parent(facts: Facts) -> str:
    os.kill(os.getppid(), 0)
    return "could"


def signal_a_thread(facts: Facts) -> str:
    return reach(facts, "tgkill", facts["victim"], facts["victim"], 0)


def signal_a_thread_the_old_way(facts: Facts) -> str:
    return reach(facts, "tkill", facts["victim"], 0)


def queue_a_signal(facts: Facts) -> str:
    return reach(facts, "rt_sigqueueinfo", facts["victim"], 0, None)


def signal_through_a_pidfd(facts: Facts) -> str:
    fd = call(facts, "pidfd_open", facts["victim"], 0)
    return reach(facts, "pidfd_send_signal", fd, 0, None, 0)


def signal_through_the_channel(facts: Facts) -> str:
    """The owner of a file is signalled when it can be read, with a signal of one's choice."""
    one, other = socket.socketpair()
    with one, other:
        fcntl.fcntl(one, _F_SETOWN, facts["victim"])
        fcntl.fcntl(one, _F_SETSIG, int(signal.SIGKILL))
        fcntl.fcntl(one, fcntl.F_SETFL, fcntl.fcntl(one, fcntl.F_GETFL) | os.O_ASYNC)
        other.send(b"x")
        return "armed"


def take_a_file_of_a_process(facts: Facts) -> str:
    return reach(facts, "pidfd_getfd", -1, 0, 0)


def trace_a_process(facts: Facts) -> str:
    return reach(facts, "ptrace", 16, facts["victim"], None, None)


def seize_a_process(facts: Facts) -> str:
    return reach(facts, "ptrace", 0x4206, facts["victim"], None, None)


def read_the_memory_of_a_process(facts: Facts) -> str:
    return reach(facts, "process_vm_readv", facts["victim"], None, 0, None, 0, 0)


def write_the_memory_of_a_process(facts: Facts) -> str:
    return reach(facts, "process_vm_writev", facts["victim"], None, 0, None, 0, 0)


def open_the_memory_of_the_host(facts: Facts) -> str:
    os.close(os.open(f"/proc/{facts['host']}/mem", os.O_RDONLY))
    return "opened"


def read_the_environment_of_the_host(facts: Facts) -> str:
    with open(f"/proc/{facts['host']}/environ") as file:
        return file.read()[:80]


def read_the_environment_of_its_parent(facts: Facts) -> str:
    with open(f"/proc/{os.getppid()}/environ") as file:
        return file.read()[:80]


def find_secrets_in_its_own_environment(facts: Facts) -> str:
    extra = set(os.environ) - set(facts["environment"])
    if not extra:
        raise Stopped(f"only {sorted(os.environ)}")
    return str(extra)


def count_the_processes(facts: Facts) -> str:
    pids = [name for name in os.listdir("/proc") if name.isdigit()]
    if len(pids) == 1:
        raise Stopped("only itself")
    return f"sees {len(pids)}"


def compare_two_processes(facts: Facts) -> str:
    return reach(facts, "kcmp", facts["victim"], facts["host"], 0, 0, 0)


def slow_a_process_down(facts: Facts) -> str:
    return reach(facts, "setpriority", 0, facts["victim"], 19)


def pin_a_process(facts: Facts) -> str:
    return reach(facts, "sched_setaffinity", facts["victim"], 0, None)


def limit_a_process(facts: Facts) -> str:
    return reach(facts, "prlimit64", facts["victim"], 0, None, None)


def outlive_the_host(facts: Facts) -> str:
    """Undo the request to be killed with its parent."""
    return reach(facts, "prctl", 1, 0, 0, 0, 0)


def leave_its_group(facts: Facts) -> str:
    return reach(facts, "setsid")
