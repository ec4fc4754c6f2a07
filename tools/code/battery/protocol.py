"""Attacks on the channel to the host, which a program owns as much as its session does.

These need not be stopped: the host must give the right answer to the next request, or none.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
import sys
import threading
import time

from .kit import Facts, Stopped

_MB = 1 << 20


def forge_the_answer_to_the_next_request(facts: Facts) -> None:
    """Go on answering after the program is done, with the id of this one."""
    channel, frame = _channel(), _frame(_own_request_id())

    def forge() -> None:
        while True:
            os.write(channel, frame)
            time.sleep(0.001)

    threading.Thread(target=forge, daemon=True).start()


def answer_twice(facts: Facts) -> None:
    os.write(_channel(), _frame(_own_request_id()) * 2)


def answer_with_a_guessed_id(facts: Facts) -> None:
    os.write(_channel(), b"".join(_frame(guess) for guess in ("", "0", "None", "*")))


def announce_a_huge_message(facts: Facts) -> None:
    os.write(_channel(), b"\xff\xff\xff\xff")


def send_what_is_not_json(facts: Facts) -> None:
    os.write(_channel(), struct.pack(">I", 8) + b"\x00\xff{{{{[[")


def send_what_is_no_message(facts: Facts) -> None:
    os.write(_channel(), struct.pack(">I", 4) + b"[42]")


def send_a_message_too_deep(facts: Facts) -> None:
    _send(_channel(), struct.pack(">I", 2 * _MB) + b"[" * (2 * _MB))


def send_a_result_too_deep(facts: Facts) -> None:
    result = "[" * 5000 + "]" * 5000
    _send(_channel(), _frame(_own_request_id(), result=result))


def send_a_number_that_is_none(facts: Facts) -> None:
    os.write(_channel(), _frame(_own_request_id(), result="NaN"))


def send_wrong_kinds_of_values(facts: Facts) -> None:
    fields = ("result", "shown", "images", "truncated", "error")
    os.write(_channel(), _frame(_own_request_id(), **{name: {"a": [1]} for name in fields}))


def send_text_that_cannot_be_written(facts: Facts) -> None:
    os.write(_channel(), _frame(_own_request_id(), result='"\\ud800"', shown="\ud800"))


def never_stop_talking(facts: Facts) -> None:
    channel = _channel()
    body = b'{"id": "x", "text": "' + b"x" * _MB + b'"}'
    while True:
        _send(channel, struct.pack(">I", len(body)) + body)


def close_the_channel(facts: Facts) -> None:
    os.close(_channel())


def shut_the_channel_down(facts: Facts) -> None:
    with socket.socket(fileno=_channel()) as sock:
        sock.shutdown(socket.SHUT_RDWR)


def steal_the_next_request(facts: Facts) -> None:
    channel = _channel()
    threading.Thread(target=os.read, args=(channel, _MB), daemon=True).start()


def leave_half_a_message(facts: Facts) -> None:
    os.write(_channel(), struct.pack(">I", 1000) + b"{")


def _channel() -> int:
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                return fd
        except OSError:
            continue
    raise Stopped("no channel can be found")


def _own_request_id() -> str:
    """Find the request's id on the stack, where the session's own code keeps it."""
    frame = sys._getframe()
    while frame is not None:
        request = frame.f_locals.get("request")
        if isinstance(request, dict) and isinstance(request.get("id"), str):
            return str(request["id"])
        frame = frame.f_back  # type: ignore[assignment]
    raise Stopped("the id cannot be found")


def _frame(request_id: str, **fields: object) -> bytes:
    message = {"id": request_id, "type": "done", "result": "666", "shown": "666", **fields}
    body = json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body


def _send(channel: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(channel, view) :]
