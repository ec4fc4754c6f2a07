"""A session: the loop inside the jail that runs programs for the host until either is gone."""

from __future__ import annotations

import os
import sys

from .figures import take_figures
from .frames import Ended, read_frame
from .interrupts import Interrupts
from .output import Send, Stream, Wire
from .plan import SandboxLimits
from .program import Programs, described
from .values import as_json, as_text


class Session:
    """One session's variables and streams."""

    def __init__(self, fd: int, limits: SandboxLimits) -> None:
        self._fd = fd
        self._limits = limits
        self._interrupts = Interrupts()
        self._wire = Wire(fd, self._interrupts)
        self._programs = Programs()
        self._stdout = Stream("stdout", limits.output_kb << 10)
        self._stderr = Stream("stderr", limits.output_kb << 10)

    def serve(self) -> None:
        """Answer the host's requests one after the other; never returns."""
        while True:
            try:
                self._answer(read_frame(self._fd))
            except (Ended, OSError):
                os._exit(0)

    def _answer(self, request: dict[str, object]) -> None:
        """Run one program; everything said about it carries the request's id."""
        send = self._sender(request["id"])
        self._stdout.begin(send)
        self._stderr.begin(send)
        sys.stdout, sys.stderr = self._stdout.text, self._stderr.text
        done: dict[str, object] = {}
        try:
            with self._interrupts.allowed():
                done = self._run(str(request["code"]), request["inputs"])
        except SystemExit as error:
            if error.code not in (None, 0):
                done = {"error": described(error)}
        except BaseException as error:  # Whatever a program raises is its result.
            done = {"error": described(error)}
        self._stdout.flush()
        self._stderr.flush()
        send({"type": "done", **done, "truncated": self._cut(done)})

    def _sender(self, request_id: object) -> Send:
        return lambda message: self._wire.send({**message, "id": request_id})

    def _run(self, code: str, inputs: object) -> dict[str, object]:
        variables = inputs if isinstance(inputs, dict) else {}
        value = self._programs.run(code, variables)
        limit = self._limits.result_kb << 10
        most, image_limit = self._limits.images, self._limits.image_kb << 10
        images, images_cut = take_figures(most=most, limit=image_limit)
        result = as_json(value, limit=limit)
        shown, shown_cut = (None, False) if value is None else as_text(value, limit=limit)
        return {
            "result": result,
            "shown": shown,
            "images": images,
            "cut": [name for name, cut in (("result", shown_cut), ("images", images_cut)) if cut],
        }

    def _cut(self, done: dict[str, object]) -> list[object]:
        streams = (("stdout", self._stdout), ("stderr", self._stderr))
        cut = done.pop("cut", [])
        return [*(name for name, stream in streams if stream.was_cut), *_listed(cut)]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
