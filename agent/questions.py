"""Questions: what comes in is made sound before a run begins."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Sequence

from surefoot.errors import InputError
from surefoot.messages import Image

MOST_IMAGES = 8
MOST_IMAGE_BYTES = 5_000_000
"""What every provider takes."""

_THREAD = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_TENANT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
_CONTROL = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def sound_instructions(text: str, *, max_chars: int) -> str:
    """Return instructions for one run, held to what a question is held to."""
    return sound_question(text, max_chars=max_chars) if text.strip() else ""


def sound_question(text: str, *, max_chars: int) -> str:
    """Return the question without control characters and outer space, or raise `InputError`."""
    if len(text) > max_chars:
        raise InputError(
            f"The question has {len(text):,} characters; at most {max_chars:,} are taken. Put long "
            "texts into a file and ingest it."
        )
    if _SURROGATE.search(text):
        raise InputError("The question is not valid text: it holds half of a surrogate pair.")
    if "\x00" in text:
        raise InputError("The question looks like binary data: it holds a NUL character.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = _CONTROL.sub("", text).strip()
    if not clean:
        raise InputError("The question is empty.")
    return clean


def sound_images(images: Sequence[Image]) -> tuple[Image, ...]:
    """Return the pictures, each of the kind that it says it is, or raise `InputError`."""
    if len(images) > MOST_IMAGES:
        raise InputError(f"There are {len(images)} pictures; at most {MOST_IMAGES} are taken.")
    return tuple(map(_sound_image, images))


def _sound_image(image: Image) -> Image:
    try:
        file = b64decode(image.data, validate=True)
    except ValueError:
        raise InputError("A picture is not valid base64; `Image.of(bytes)` makes one.") from None
    if len(file) > MOST_IMAGE_BYTES:
        raise InputError(
            f"A picture has {len(file):,} bytes; at most {MOST_IMAGE_BYTES:,} are taken. Make it "
            "smaller."
        )
    sound = Image.of(file)
    if sound.media_type != image.media_type:
        raise InputError(f"A picture is called {image.media_type!r} and is {sound.media_type!r}.")
    return sound


def sound_thread(thread_id: str) -> str:
    """Return the thread id, or raise `InputError`."""
    if not _THREAD.fullmatch(thread_id):
        raise InputError(
            f"{thread_id[:40]!r} is not a thread id: use 1 to 128 letters, digits or . _ : -"
        )
    return thread_id


def sound_tenant(tenant: str) -> str:
    """Return the tenant's name, or raise `InputError`. It is also the name of a folder."""
    if not _TENANT.fullmatch(tenant):
        raise InputError(
            f"{tenant[:40]!r} is not a tenant: use 1 to 64 letters, digits or . _ - and no dot "
            "in front."
        )
    return tenant
