"""Attacks that use up the machine."""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import resource
import socket
import threading
import time

from .kit import Facts, Stopped, call

_MB = 1 << 20
_F_SETPIPE_SZ = 1031


def take_memory_at_once(facts: Facts) -> str:
    return f"took {len(bytearray(10 * facts['memory_mb'] * _MB))}"


def take_memory_bit_by_bit(facts: Facts) -> str:
    taken = [bytearray(16 * _MB) for _ in range(facts["memory_mb"] // 8)]
    return f"took {len(taken) * 16} MB"


def map_memory(facts: Facts) -> str:
    with mmap.mmap(-1, 8 * facts["memory_mb"] * _MB) as area:
        return f"mapped {len(area)}"


def lock_memory(facts: Facts) -> str:
    return f"locked {call(facts, 'mlock', 0, 0)}"


def fill_one_file(facts: Facts) -> str:
    block = bytes(_MB)
    with open("big", "wb") as file:
        for _ in range(2 * facts["file_mb"]):
            file.write(block)
    return f"wrote {os.path.getsize('big')}"


def fill_the_disk(facts: Facts) -> str:
    block = bytes(_MB)
    for number in range(4 * facts["disk_mb"] // 8):
        with open(f"part-{number}", "wb") as file:
            for _ in range(8):
                file.write(block)
    time.sleep(1.5)  # A watcher on the host may take a moment.
    return f"wrote {4 * facts['disk_mb']} MB"


def reserve_the_disk(facts: Facts) -> str:
    for number in range(4 * facts["disk_mb"] // facts["file_mb"]):
        with open(f"reserved-{number}", "wb") as file:
            call(facts, "fallocate", file.fileno(), 0, 0, facts["file_mb"] * _MB)
    return "reserved"


def make_countless_files(facts: Facts) -> str:
    os.mkdir("many")
    for number in range(facts["files"] + 100):
        os.close(os.open(f"many/{number}", os.O_CREAT | os.O_WRONLY))
    time.sleep(1.5)
    return f"made {facts['files'] + 100}"


def fill_shared_memory(facts: Facts) -> str:
    block = bytes(_MB)
    for number in range(4 * facts["disk_mb"] // 8):
        with open(f"/dev/shm/part-{number}", "wb") as file:
            for _ in range(8):
                file.write(block)
    return "filled"


def open_countless_files(facts: Facts) -> str:
    opened = [os.open("/dev/null", os.O_RDONLY) for _ in range(facts["open_files"] + 1)]
    return f"opened {len(opened)}"


def widen_a_pipe(facts: Facts) -> str:
    reading, writing = os.pipe()
    try:
        return f"widened to {fcntl.fcntl(writing, _F_SETPIPE_SZ, _MB)}"
    finally:
        os.close(reading)
        os.close(writing)


def start_countless_threads(facts: Facts) -> str:
    done = threading.Event()
    started: list[threading.Thread] = []
    try:
        for _ in range(4 * facts["threads"]):
            thread = threading.Thread(target=done.wait, daemon=True)
            thread.start()
            started.append(thread)
    finally:
        done.set()
        for thread in started:
            thread.join()
    return f"started {len(started)}"


def widen_a_sockets_buffer(facts: Facts) -> str:
    one, other = socket.socketpair()
    with one, other:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * _MB)
        return "widened"


def dump_core(facts: Facts) -> str:
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if (soft, hard) == (0, 0):
        raise Stopped("there is no core dump")
    return f"up to {hard}"


def run_for_ever(facts: Facts) -> str:
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard != resource.RLIM_INFINITY:
        raise Stopped(f"ends after {hard} s of CPU at the latest")
    return "no limit"


def be_spared_when_memory_runs_out(facts: Facts) -> str:
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("-1000")
    except OSError as error:
        raise Stopped(os.strerror(error.errno or errno.EIO)) from error
    return "spared"
