"""Shared files: what came with a question, read for its thread or looked at."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from surefoot.agent import Assistant, ThreadKey
from surefoot.errors import InputError
from surefoot.messages import Image

from .calls import Calls, Refused
from .inbox import Item
from .incoming import SharedFile
from .workspaces import Workspace

logger = logging.getLogger(__name__)

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A question with what came along made ready."""

    text: str
    images: tuple[Image, ...] = ()
    troubles: tuple[str, ...] = ()
    """What could not be read, one sentence each."""


class SharedFiles:
    """Fetches the files of a question. One that cannot be read leaves the others."""

    def __init__(self, assistant: Assistant, calls: Calls, *, most_bytes: int) -> None:
        self._assistant = assistant
        self._calls = calls
        self._most = most_bytes

    async def prepare(self, workspace: Workspace, item: Item, tenant: str | None) -> Prepared:
        """Return the question, once its files are read."""
        question = item.question
        key = self._assistant.key(question.place.thread_id, tenant)
        read: list[str] = []
        images: list[Image] = []
        troubles: list[str] = []
        for file in question.files:
            try:
                image = await self._take(workspace, key, file)
            except (InputError, Refused) as error:
                logger.info("file %r of item %d was not read: %s", file.file_id, item.id, error)
                troubles.append(_trouble(file, error, self._most))
                continue
            read.append(file.name)
            images += [image] if image is not None else []
        return Prepared(
            text=_asked(question.text, read), images=tuple(images), troubles=tuple(troubles)
        )

    async def _take(self, workspace: Workspace, key: ThreadKey, file: SharedFile) -> Image | None:
        """Read a file for the thread, or return it when it is a picture."""
        if file.size > self._most:
            raise Refused("download", "too_large")
        data = await self._calls.fetch_file(workspace, file.url, most=self._most)
        if file.name.lower().endswith(_PICTURES):
            return Image.of(data)
        await self._assistant.thread_files.add(key, file.name, data)
        return None


def _asked(text: str, names: list[str]) -> str:
    if not names:
        return text
    if not text:
        return f"What does {' and '.join(names)} say, in short?"
    return f"{text}\n\nAttached: {', '.join(names)}"


def _trouble(file: SharedFile, error: InputError | Refused, most: int) -> str:
    if isinstance(error, InputError):
        return str(error)
    reasons = {
        "too_large": f"it is larger than {most:,} bytes",
        "missing_scope": "the app lacks the scope files:read",
    }
    why = reasons.get(error.error, "Slack does not hand it out")
    return f"{file.name} could not be read: {why}."
