"""Programs that crash or hang. The host must notice, and the next session must be sound."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import threading
import time

from .kit import Facts


def read_no_address(facts: Facts) -> None:
    ctypes.string_at(0)


def abort(facts: Facts) -> None:
    os.abort()


def leave_at_once(facts: Facts) -> None:
    os._exit(0)


def kill_itself(facts: Facts) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stop_itself(facts: Facts) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(60)


def recurse_without_end(facts: Facts) -> None:
    sys.setrecursionlimit(1 << 30)

    def deeper(value: object) -> object:
        return repr([deeper(value)])

    deeper(None)


def loop_for_ever(facts: Facts) -> None:
    while True:
        pass


def sleep_for_ever(facts: Facts) -> None:
    time.sleep(3600)


def compute_for_ever(facts: Facts) -> None:
    pow(7, 10**9)


def loop_deaf_to_interrupts(facts: Facts) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        pass


def loop_with_interrupts_blocked(facts: Facts) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    time.sleep(3600)


def swallow_every_interrupt(facts: Facts) -> None:
    while True:
        try:
            time.sleep(3600)
        except KeyboardInterrupt:
            continue


def leave_a_busy_thread_behind(facts: Facts) -> None:
    def spin() -> None:
        while True:
            pass

    threading.Thread(target=spin, daemon=True).start()


def run_out_of_files(facts: Facts) -> None:
    while True:
        os.dup(0)


def use_up_its_time(facts: Facts) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (0, 0))
    while True:
        pass


def print_for_ever(facts: Facts) -> None:
    while True:
        print("x" * 1000)


def replace_the_streams(facts: Facts) -> None:
    sys.stdout = sys.stderr = None


def break_the_session(facts: Facts) -> None:
    """The session's own code can be reached from inside; that harms this session alone."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if "self" in frame.f_locals:
            vars(frame.f_locals["self"]).clear()
