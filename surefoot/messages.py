"""Messages: the conversation as a model is given it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from pydantic import JsonValue

from .errors import InputError

_FIRST_BYTES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A model's wish to call a tool."""

    call_id: str
    name: str
    args: dict[str, JsonValue]
    error: str | None = None
    """Why the arguments the model wrote could not be read; `args` is then empty."""


@dataclass(frozen=True, slots=True)
class SystemMessage:
    """Standing instructions."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture that a message shows."""

    media_type: str
    """Such as `image/png`."""
    data: str
    """The file, in base64."""

    @classmethod
    def of(cls, file: bytes) -> Image:
        """Return the picture in a file, whose kind its first bytes tell. Raises `InputError`."""
        for start, kind in _FIRST_BYTES:
            if file.startswith(start) and (kind != "image/webp" or file[8:12] == b"WEBP"):
                return cls(media_type=kind, data=b64encode(file).decode())
        raise InputError("The file is no picture that models take: send PNG, JPEG, GIF or WebP.")


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What a person said."""

    text: str
    images: tuple[Image, ...] = ()
    """For models that take them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What a model thought before it spoke, sealed so that its provider knows it again."""

    provider: str
    """Who can read it; nobody else is sent it."""
    text: str = ""
    seal: str
    """The provider's signature; the thought itself where it is hidden."""
    is_hidden: bool = False
    """True when the provider gave no words, only what it wants back."""


@dataclass(frozen=True, slots=True)
class AssistantMessage:
    """What the model said: words, tool calls, or both."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    thoughts: tuple[Thought, ...] = ()
    """Sent back with the message for as long as its run lasts; never shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolMessage:
    """The result of one tool call."""

    call_id: str
    name: str
    text: str
    is_error: bool = False


Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage
