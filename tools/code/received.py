"""What a session says, taken for hostile: the code inside owns the channel it comes through."""

from __future__ import annotations

import base64
import binascii
import json

from pydantic import JsonValue

from .jail.plan import SandboxLimits
from .sandbox import Execution, ProgramError

_PNG = b"\x89PNG\r\n\x1a\n"
_DEPTH = 64
_ERROR_CHARACTERS = 8_000


class HostileFrame(Exception):
    """A session does not speak the protocol, so it is ended."""


def parse(body: bytes) -> dict[str, JsonValue]:
    """Read one frame; raises `HostileFrame`."""
    try:
        # Told as text: from bytes it would guess an encoding, and load what that needs.
        frame = json.loads(body.decode("ascii"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise HostileFrame("it sent something that is not JSON") from error
    if not isinstance(frame, dict):
        raise HostileFrame("it sent something that is not a message")
    return frame


class Received:
    """What has come back of one program so far."""

    def __init__(self, request_id: str, limits: SandboxLimits) -> None:
        self._id = request_id
        self._limits = limits
        self._text: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._left = {"stdout": limits.output_kb << 10, "stderr": limits.output_kb << 10}
        self._cut: set[str] = set()
        self._done: dict[str, JsonValue] | None = None

    def add(self, frame: dict[str, JsonValue]) -> bool:
        """Take in a frame; True when it was the last. Those of other requests are dropped."""
        if frame.get("id") != self._id:
            return False
        match frame.get("type"):
            case "stdout" | "stderr" as stream:
                self._print(str(stream), _text(frame.get("text")))
            case "done":
                self._done = frame
                return True
            case _:
                pass
        return False

    def execution(self, *, error: ProgramError | None = None) -> Execution:
        """Return what came of the program; `error` when it never came to an end."""
        done = self._done or {}
        images, left_out = self._images(done.get("images"))
        told = _list(done.get("truncated"))
        cut = self._cut | {name for name in _CUT if name in told}
        if left_out:
            cut.add("images")
        is_json, result = _value(done.get("result"), self._limits.result_kb << 10)
        shown = done.get("shown")
        return Execution(
            stdout="".join(self._text["stdout"]),
            stderr="".join(self._text["stderr"]),
            result=result,
            is_json=is_json,
            shown=_text(shown)[: self._limits.result_kb << 10] if shown is not None else None,
            error=error or _error(done.get("error")),
            images=images,
            truncated=tuple(name for name in _CUT if name in cut),
        )

    def _print(self, stream: str, text: str) -> None:
        kept = text[: self._left[stream]]
        self._left[stream] -= len(kept)
        self._text[stream].append(kept)
        if len(kept) < len(text):
            self._cut.add(stream)

    def _images(self, value: JsonValue) -> tuple[tuple[bytes, ...], bool]:
        offered = _list(value)
        taken: list[bytes] = []
        for item in offered[: self._limits.images]:
            image = _image(item)
            if image is not None and len(image) <= self._limits.image_kb << 10:
                taken.append(image)
        return tuple(taken), len(taken) < len(offered)


_CUT = ("stdout", "stderr", "result", "images")


def _refuse(name: str) -> JsonValue:
    raise ValueError(f"{name} is not JSON")


def _value(text: JsonValue, limit: int) -> tuple[bool, JsonValue]:
    """Return the value that the last expression's JSON says, if it is JSON and not too deep."""
    if not isinstance(text, str) or len(text) > limit:
        return False, None
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False, None
    return (True, _clean(value)) if _is_shallow(value) else (False, None)


def _is_shallow(value: JsonValue) -> bool:
    level: list[JsonValue] = [value]
    for _ in range(_DEPTH):
        below: list[JsonValue] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
            elif isinstance(item, list):
                below += item
        if not below:
            return True
        level = below
    return False


def _clean(value: JsonValue) -> JsonValue:
    """Return a value whose every text can be written down, lone surrogates replaced."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_text(key): _clean(item) for key, item in value.items()}
    return value


def _text(value: JsonValue) -> str:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _error(value: JsonValue) -> ProgramError | None:
    if not isinstance(value, dict):
        return None
    name, message, traceback = (
        _text(value.get(key))[:_ERROR_CHARACTERS] for key in ("name", "message", "traceback")
    )
    return ProgramError(name=name or "Error", message=message, traceback=traceback)


def _image(value: JsonValue) -> bytes | None:
    if not isinstance(value, str):
        return None
    try:
        image = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return image if image.startswith(_PNG) else None
