"""Parts: messages made of texts and pictures, in the words of every kind of client."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from surefoot.errors import InputError
from surefoot.messages import Image

_TEXTS = frozenset({"text", "input_text", "output_text", "refusal"})
_SEND = "send pictures as `data:` URLs, such as data:image/png;base64,…"


def text_in(content: JsonValue) -> str:
    """Return what a message says, whether it is one text or has parts."""
    if isinstance(content, list):
        return "\n".join(text for part in content if (text := _text(part)))
    return content if isinstance(content, str) else ""


def pictures_in(content: JsonValue) -> tuple[Image, ...]:
    """Return what a message shows. Raises `InputError` for what is neither text nor picture."""
    return tuple(_pictures(content)) if isinstance(content, list) else ()


def picture_at(url: str) -> Image:
    """Return the picture that a `data:` URL holds. Nothing is ever fetched."""
    scheme, _, rest = url.partition(":")
    head, comma, data = rest.partition(",")
    kind, *more = head.lower().split(";")
    if scheme.lower() != "data":
        raise InputError(f"Pictures are not fetched from elsewhere: {_SEND}.")
    if not comma or "base64" not in more:
        raise InputError(f"A `data:` URL holds no base64: {_SEND}.")
    return _picture(kind, data)


def _text(part: JsonValue) -> str:
    text = part.get("text") if isinstance(part, dict) else part
    return text if isinstance(text, str) else ""


def _pictures(parts: list[JsonValue]) -> Iterator[Image]:
    for part in parts:
        match part:
            case str():
                pass
            case {"type": "image_url" | "input_image", "image_url": {"url": str(url)}} | {
                "type": "image_url" | "input_image",
                "image_url": str(url),
            }:
                yield picture_at(url)
            case {"type": "image", "mime_type": str(kind), "base64": str(data)} | {
                "type": "image",
                "mime_type": str(kind),
                "data": str(data),
            }:
                yield _picture(kind, data)
            case {"type": "image", "source": {"media_type": str(kind), "data": str(data)}}:
                yield _picture(kind, data)
            case {"type": "image", "url": str(url)} | {
                "type": "image",
                "source": {"url": str(url)},
            }:
                yield picture_at(url)
            case {"type": str(kind)} if kind not in _TEXTS:
                raise InputError(
                    f"A part of type {kind[:40]!r} is not taken: send text, and {_SEND}."
                )
            case _:
                pass


def _picture(kind: str, data: str) -> Image:
    return Image(media_type="image/jpeg" if kind == "image/jpg" else kind, data=data)
