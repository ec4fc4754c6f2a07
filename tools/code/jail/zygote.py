"""The zygote: one bare interpreter, loaded once, from which every session is forked.

It never runs a program itself, has one thread, and ends when the host does. Each session is a
grandchild that the zygote adopts: its parent builds the jail's walls, forks it and is gone.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import site
import socket
import sys

from .confine import confine
from .frames import pack, write_all
from .kernel import PR_SET_CHILD_SUBREAPER, prctl
from .namespaces import leave_the_host
from .plan import BOOTED, WORKSPACE, Plan
from .session import Session

_REQUEST_BYTES = 1 << 16
# What the jail's own code and Python's error messages would else load inside the jail.
_NEEDED_LATER = ("asyncio", "encodings.idna", "encodings.latin_1", "encodings.ascii", "tokenize")


def main(control_fd: int, host_pid: int) -> None:
    """Set up as the host's first message says, then fork sessions until the host is gone."""
    control = socket.socket(fileno=control_fd)
    answer: dict[str, object] = {"id": BOOTED}
    try:
        _load(json.loads(control.recv(_REQUEST_BYTES)))
    except Exception as error:  # A module that shall be found loaded may fail in any way.
        answer["error"] = f"{type(error).__name__}: {error}"
    control.send(json.dumps(answer).encode())
    Zygote(control, os.pidfd_open(host_pid)).serve()
    os._exit(0)


def _load(setup: dict[str, list[str]]) -> None:
    """Load what every session shall find loaded, and share the memory it takes."""
    sys.path[:] = setup["search_path"]
    sys.dont_write_bytecode = True
    for name in (*_NEEDED_LATER, *setup["preload"]):
        importlib.import_module(name)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    gc.collect()
    gc.freeze()


class Zygote:
    """Forks sessions on request and buries them."""

    def __init__(self, control: socket.socket, host: int) -> None:
        self._control = control
        self._host = host
        self._sessions: dict[int, int] = {}
        """Process ids by pidfd."""

    def serve(self) -> None:
        """Answer requests until the host closes its end or is gone."""
        poll = select.poll()
        for fd in (self._control.fileno(), self._host):
            poll.register(fd, select.POLLIN)
        while True:
            for fd, _ in poll.poll():
                if fd == self._host:
                    return
                if fd in self._sessions:
                    poll.unregister(fd)
                    self._bury(fd)
                elif (session := self._answer()) is None:
                    return
                elif session >= 0:
                    poll.register(session, select.POLLIN)

    def _answer(self) -> int | None:
        """Fork what the next request asks for; None when there will be no more."""
        message, fds, _, _ = socket.recv_fds(self._control, _REQUEST_BYTES, 1)
        if not message:
            return None
        request = json.loads(message)
        answer: dict[str, object] = {"id": request["id"]}
        pidfd = -1
        try:
            pidfd = self._fork(Plan.from_json(request["plan"]), fds[0])
        except OSError as error:
            answer["error"] = str(error)
        finally:
            os.close(fds[0])
        attached = [] if pidfd < 0 else [pidfd]
        socket.send_fds(self._control, [json.dumps(answer).encode()], attached)
        return pidfd

    def _fork(self, plan: Plan, channel: int) -> int:
        """Start a session and return its pidfd; raises `OSError` with what went wrong."""
        report, tell = os.pipe()
        wait, go = os.pipe()
        if (builder := os.fork()) == 0:
            _build(plan, channel, tell, wait)
        os.close(tell)
        os.close(wait)
        with open(report, "rb") as file:
            text = file.read().decode()
        os.waitpid(builder, 0)
        with open(go, "wb", buffering=0) as file:
            if not text.isdigit():
                raise OSError(text or "The process that builds the jail died.")
            # Adopted and not yet buried, so the number can belong to no one else.
            pidfd = os.pidfd_open(int(text))
            self._sessions[pidfd] = int(text)
            file.write(b"!")
        return pidfd

    def _bury(self, pidfd: int) -> None:
        os.waitpid(self._sessions.pop(pidfd), 0)
        os.close(pidfd)


def _build(plan: Plan, channel: int, tell: int, wait: int) -> None:
    """Put up the walls, fork the session, say who it is, and end. Never returns."""
    try:
        _close_all_but(0, 1, 2, channel, tell, wait)
        if plan.tier == "namespaces":
            leave_the_host(plan)
        if (session := os.fork()) == 0:
            os.close(tell)
            _live(plan, channel, wait)
        write_all(tell, str(session).encode())
        os._exit(0)
    except BaseException as error:  # Nothing of the zygote may go on in this copy of it.
        write_all(tell, f"{type(error).__name__}: {error}".encode())
        os._exit(1)


def _live(plan: Plan, channel: int, wait: int) -> None:
    """Become a session once the zygote has adopted this process. Never returns."""
    try:
        if not os.read(wait, 1):
            os._exit(1)
        os.close(wait)
        _prepare(plan)
        abi = confine(plan)
    except BaseException as error:  # Whatever went wrong, no code may run here.
        write_all(channel, pack({"type": "failed", "error": f"{type(error).__name__}: {error}"}))
        os._exit(1)
    write_all(channel, pack({"type": "ready", "landlock_abi": abi, "uid": os.getuid()}))
    Session(channel, plan.limits).serve()


def _prepare(plan: Plan) -> None:
    """Set what a program sees of its surroundings."""
    home, temporary = plan.workspace, plan.workspace
    if plan.tier == "namespaces":
        home, temporary = WORKSPACE, "/tmp"
    os.environ |= {"HOME": home, "TMPDIR": temporary, "MPLCONFIGDIR": f"{temporary}/matplotlib"}
    sys.path.insert(0, home)
    site.setquit()
    if "numpy" in sys.modules:  # Else all sessions would draw the same random numbers.
        importlib.import_module("numpy.random").seed()


def _close_all_but(*kept: int) -> None:
    """Close every file this process has inherited, save these."""
    low = 0
    for fd in sorted(kept):
        if low < fd:  # An empty range would close everything.
            os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX"))
