"""Pictures: files that are put into the thread beside an answer, each once."""

from __future__ import annotations

import logging

from .calls import Calls, Refused, Unclear
from .figures import Picture
from .inbox import Inbox, Item
from .outbox import Outbox
from .workspaces import Workspace

logger = logging.getLogger(__name__)


class Gallery:
    """Uploads the pictures of one reply. An answer is whole without them, so none delays it."""

    def __init__(
        self, *, calls: Calls, workspace: Workspace, inbox: Inbox, item: Item, outbox: Outbox
    ) -> None:
        self._calls = calls
        self._workspace = workspace
        self._inbox = inbox
        self._item = item
        self._outbox = outbox

    async def show(self, picture: Picture) -> None:
        """Put a picture into the thread, unless an earlier try has done so."""
        part = f"picture:{picture.evidence_id}"
        known = await self._inbox.intend(self._item, part)
        if known or (known == "" and await self._is_there(picture)):
            return
        try:
            await self._upload(picture)
        except (Refused, Unclear) as error:
            logger.warning("a picture of item %d is left out: %s", self._item.id, error)
            return
        await self._inbox.posted(self._item, part, picture.name)

    async def _upload(self, picture: Picture) -> None:
        """https://docs.slack.dev/messaging/working-with-files#upload"""
        place = self._item.question.place
        size = {"filename": picture.name, "length": len(picture.data)}
        granted = await self._calls.surely(self._workspace, "files.getUploadURLExternal", size)
        await self._calls.send_file(str(granted["upload_url"]), picture.data)
        done = {
            "files": [{"id": granted["file_id"], "title": picture.title}],
            "channel_id": place.channel,
            "thread_ts": place.thread_ts,
        }
        await self._calls.once(self._workspace, "files.completeUploadExternal", done)

    async def _is_there(self, picture: Picture) -> bool:
        for message in await self._outbox.messages():
            files = message.get("files")
            for file in files if isinstance(files, list) else []:
                if isinstance(file, dict) and file.get("title") == picture.title:
                    return True
        return False
