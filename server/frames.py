"""Frames: what a client may say on a WebSocket."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from surefoot.limits import ReleasePolicy, ThreadPolicy
from surefoot.messages import Image

from .problems import Refusal


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class MessageFrame(_Frame):
    """A question."""

    type: Literal["message"]
    text: str = Field(min_length=1, max_length=200_000)
    id: str | None = Field(default=None, min_length=1, max_length=200)
    policy: ReleasePolicy | None = None
    busy: ThreadPolicy | None = None
    attachments: list[str] = Field(default_factory=list[str], max_length=20)
    images: list[Image] = Field(default_factory=list[Image], max_length=8)


class CancelFrame(_Frame):
    """Stop a run."""

    type: Literal["cancel"]
    run_id: str = Field(max_length=200)
    id: str | None = None


class ApproveFrame(_Frame):
    """A person's decision on a call that waits."""

    type: Literal["approve"]
    call_id: str = Field(max_length=300)
    decision: Literal["approve", "reject", "edit"]
    args: dict[str, JsonValue] | None = None
    reason: str = Field(default="", max_length=2_000)
    id: str | None = None


class ResumeFrame(_Frame):
    """Follow the thread from behind a `seq` on."""

    type: Literal["resume"]
    after: int = Field(ge=0, lt=10**18)
    id: str | None = None


class PingFrame(_Frame):
    """Ask for a sign of life."""

    type: Literal["ping"]
    id: str | None = None


ClientFrame = Annotated[
    MessageFrame | CancelFrame | ApproveFrame | ResumeFrame | PingFrame,
    Field(discriminator="type"),
]

_frames: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)


def frame_of(text: str) -> ClientFrame:
    """Read what a client said. Raises `Refusal`."""
    try:
        return _frames.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise Refusal(400, "The frame is not JSON.", code="bad_json") from None
        place = ".".join(str(part) for part in first["loc"])
        told = f"{place}: {first['msg']}." if place else f"{first['msg']}."
        raise Refusal(422, told, code="bad_frame") from None
