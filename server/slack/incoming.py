"""Incoming: what an event of Slack's means to the assistant, if anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

from pydantic import JsonValue

from .places import Place

Json = Mapping[str, JsonValue]

_PERSONAL = frozenset({"im"})
_SUBTYPES = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""What people write; every other subtype is Slack's own talk or a bot's."""
_ENTITY = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """A file that came with a message."""

    file_id: str
    name: str
    url: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A message that asks the assistant something."""

    place: Place
    ts: str
    user: str
    text: str
    is_shared: bool
    """True where others read along, so that nothing personal is recalled."""
    files: tuple[SharedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A message that was edited, or deleted when it has no text left."""

    channel: str
    ts: str
    text: str | None


def question_in(event: Json, *, team: str, bot_user: str) -> Question | None:
    """Return the question in a `message` or `app_mention` event.

    In channels only what mentions the bot is one. Messages of bots, this one included, never are.
    """
    user, channel, ts = (str(event.get(name) or "") for name in ("user", "channel", "ts"))
    if not (user and channel and ts) or event.get("bot_id") or user == bot_user:
        return None
    if str(event.get("subtype") or "") not in _SUBTYPES:
        return None
    text = str(event.get("text") or "")
    is_personal = event.get("channel_type") in _PERSONAL
    if not is_personal and event.get("type") != "app_mention" and f"<@{bot_user}" not in text:
        return None
    thread_ts = str(event.get("thread_ts") or ts)
    return Question(
        place=Place(team=team, channel=channel, thread_ts=thread_ts),
        ts=ts,
        user=user,
        text=plain_text(text, bot_user=bot_user),
        is_shared=not is_personal,
        files=files_in(event),
    )


def change_in(event: Json, *, bot_user: str) -> Changed | None:
    """Return the edit or deletion that a `message` event tells of."""
    channel = str(event.get("channel") or "")
    match event.get("subtype"):
        case "message_deleted":
            return Changed(channel=channel, ts=str(event.get("deleted_ts") or ""), text=None)
        case "message_changed":
            message = event.get("message")
            if not isinstance(message, dict) or message.get("bot_id"):
                return None
            if message.get("subtype") == "tombstone":
                return Changed(channel=channel, ts=str(message.get("ts") or ""), text=None)
            return Changed(
                channel=channel,
                ts=str(message.get("ts") or ""),
                text=plain_text(str(message.get("text") or ""), bot_user=bot_user),
            )
        case _:
            return None


def files_in(event: Json) -> tuple[SharedFile, ...]:
    """Return the files that came with a message and can be fetched."""
    files = event.get("files")
    found = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
    return tuple(
        SharedFile(
            file_id=str(file["id"]),
            name=str(file.get("name") or file["id"]),
            url=str(file.get("url_private_download") or file.get("url_private") or ""),
            size=int(str(file.get("size") or 0)),
        )
        for file in found
        if file.get("id") and file.get("mode") != "tombstone"
    )


def plain_text(text: str, *, bot_user: str) -> str:
    """Return a message as it was typed: no mention of the bot, no escapes, links written out."""
    text = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^<>]*)?>", "", text) if bot_user else text
    return unescape(_ENTITY.sub(_written_out, text)).strip()


def _written_out(entity: re.Match[str]) -> str:
    sign, target, label = entity[1], entity[2], entity[3]
    if sign == "!":
        return f"@{(label or target.partition('^')[0]).lstrip('@')}"
    if sign:
        return f"{sign}{label or target}"
    if label and label not in target:
        return f"{label} ({target})"
    return label or target
