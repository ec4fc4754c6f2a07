"""What each method of Slack's Web API does, as far as the bot uses it.

Each method's page is `https://docs.slack.dev/reference/methods/NAME`; what is not on those pages
says where it is from.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from .messages import Json, Message, SlackError, check_blocks, listed

if TYPE_CHECKING:
    from .web_api import Slack, Team

Method = Callable[["Slack", "Team", Json], Json]


def auth_test(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test"""
    return {
        "url": "https://example.slack.com/",
        "team": "Example",
        "user": "surefoot",
        "team_id": team.team,
        "user_id": team.bot_user,
        "bot_id": team.bot_id,
    }


def post(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage"""
    blocks = listed(body.get("blocks"))
    check_blocks(blocks)
    if not body.get("text") and not blocks:
        raise SlackError("no_text")
    ts = slack.new_ts()
    slack.add(
        Message(
            channel=str(body["channel"]),
            ts=ts,
            thread_ts=str(body.get("thread_ts") or ""),
            user=team.bot_user,
            bot_id=team.bot_id,
            text=str(body.get("text") or ""),
            blocks=blocks,
            metadata=_object(body.get("metadata")),
        )
    )
    return {"channel": body["channel"], "ts": ts}


def post_ephemeral(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
    slack.ephemeral.append(body)
    return {"message_ts": slack.new_ts()}


def update(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update"""
    message = slack.message(body)
    if message.bot_id != team.bot_id:
        raise SlackError("cant_update_message")
    if message.is_streaming:
        raise SlackError("streaming_state_conflict")
    blocks = listed(body.get("blocks"))
    check_blocks(blocks)
    message.text, message.blocks = str(body.get("text") or ""), blocks
    message.tasks, message.appended = {}, 0
    message.metadata = _object(body.get("metadata")) or message.metadata
    message.updates += 1
    return {"channel": message.channel, "ts": message.ts, "text": message.text}


def start_stream(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.startStream"""
    channel = str(body["channel"])
    if not body.get("thread_ts"):
        raise SlackError("invalid_thread_ts")
    if not channel.startswith("D"):
        if not body.get("recipient_team_id"):
            raise SlackError("missing_recipient_team_id")
        if not body.get("recipient_user_id"):
            raise SlackError("missing_recipient_user_id")
    message = Message(
        channel=channel,
        ts=slack.new_ts(),
        thread_ts=str(body["thread_ts"]),
        user=team.bot_user,
        bot_id=team.bot_id,
        is_streaming=True,
    )
    _extend(message, body)
    slack.add(message)
    slack.status[(channel, message.thread_ts)].append("")
    return {"channel": channel, "ts": message.ts}


def append_stream(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.appendStream"""
    message = _streaming(slack, body)
    _extend(message, body)
    return {"channel": message.channel, "ts": message.ts}


def stop_stream(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.stopStream"""
    message = _streaming(slack, body)
    blocks = listed(body.get("blocks"))
    check_blocks(blocks)
    _extend(message, body)
    message.blocks += blocks
    message.metadata = _object(body.get("metadata"))
    message.is_streaming = False
    return {"channel": message.channel, "ts": message.ts}


def _streaming(slack: Slack, body: Json) -> Message:
    message = slack.message(body)
    if slack.stream_appends is not None and message.appended >= slack.stream_appends:
        message.is_streaming = False
    if not message.is_streaming:
        raise SlackError("message_not_in_streaming_state")
    return message


def _extend(message: Message, body: Json) -> None:
    """https://docs.slack.dev/messaging/sending-and-scheduling-messages#text-streaming"""
    chunks = listed(body.get("chunks"))
    if any(len(str(c.get("text", ""))) > 12_000 for c in chunks):
        raise SlackError("msg_too_long")
    for chunk in chunks:
        match chunk["type"]:
            case "markdown_text":
                message.text += str(chunk["text"])
            case "task_update":
                if chunk["status"] not in ("pending", "in_progress", "complete", "error"):
                    raise SlackError("invalid_chunks")
                known = message.tasks.get(str(chunk["id"]), {})
                message.tasks[str(chunk["id"])] = {**known, **chunk}
            case "plan_update":
                message.plan = str(chunk["title"])
            case "blocks":
                check_blocks(listed(chunk["blocks"]))
                message.blocks += listed(chunk["blocks"])
            case _:
                raise SlackError("invalid_chunks")
    message.appended += 1


def replies(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.replies"""
    thread, oldest = str(body["ts"]), str(body.get("oldest") or "")
    found = [
        m
        for m in slack.messages.values()
        if m.channel == body["channel"]
        and thread in (m.ts, m.thread_ts)
        and (m.ts == thread or m.ts > oldest)
    ]
    start, size = int(str(body.get("cursor") or 0)), int(str(body.get("limit") or 100))
    page, more = found[start : start + size], len(found) > start + size
    told = [m.as_json() for m in page]
    if body.get("include_all_metadata") not in (True, "true"):
        for one in told:
            one.pop("metadata", None)
    following = str(start + size) if more else ""
    return {
        "messages": told,
        "has_more": more,
        "response_metadata": {"next_cursor": following},
    }


def set_status(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/assistant.threads.setStatus"""
    slack.status[(str(body["channel_id"]), str(body["thread_ts"]))].append(str(body["status"]))
    return {}


def set_title(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/assistant.threads.setTitle"""
    slack.titles[(str(body["channel_id"]), str(body["thread_ts"]))] = str(body["title"])
    return {}


def set_prompts(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts"""
    prompts = listed(body["prompts"])
    if not 0 < len(prompts) <= 4:
        raise SlackError("invalid_arguments")
    slack.prompts[(str(body["channel_id"]), str(body.get("thread_ts") or ""))] = prompts
    return {}


def publish(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish"""
    view = _object(body["view"]) or {}
    check_blocks(listed(view["blocks"]), most=100)
    slack.homes[str(body["user_id"])] = view
    return {"view": view}


def open_view(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.open

    A trigger is good for three seconds.
    """
    given = slack.triggers.pop(str(body["trigger_id"]), None)
    if given is None or slack.seconds - given > 3:
        raise SlackError("expired_trigger_id")
    view = _object(body["view"]) or {}
    title = view["title"]
    assert isinstance(title, dict)
    if len(str(title["text"])) > 24:
        raise SlackError("invalid_arguments")
    check_blocks(listed(view["blocks"]), most=100)
    slack.views.append(view)
    return {"view": {**view, "id": f"V{len(slack.views)}"}}


def upload_url(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal"""
    int(str(body["length"]))
    file_id = f"F{slack.new_number()}"
    return {"upload_url": f"{slack.url}/upload/{file_id}", "file_id": file_id}


def complete_upload(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal"""
    given = body["files"]
    files = listed(json.loads(given) if isinstance(given, str) else given)
    if any(str(file["id"]) not in slack.uploads for file in files):
        raise SlackError("file_not_found")
    slack.add(
        Message(
            channel=str(body["channel_id"]),
            ts=slack.new_ts(),
            thread_ts=str(body.get("thread_ts") or ""),
            user=team.bot_user,
            bot_id=team.bot_id,
            files=[{"id": f["id"], "title": f.get("title", "")} for f in files],
        )
    )
    return {"files": files}


def open_connection(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/apps.connections.open"""
    return {"url": slack.socket_url}


def export_manifest(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/apps.manifest.export"""
    if str(body["app_id"]) not in slack.manifests:
        raise SlackError("app_not_found")
    return {"manifest": slack.manifests[str(body["app_id"])]}


def oauth(slack: Slack, team: Team, body: Json) -> Json:
    """https://docs.slack.dev/reference/methods/oauth.v2.access"""
    installed = slack.codes.pop(str(body["code"]), None)
    if installed is None:
        raise SlackError("invalid_code")
    slack.teams[installed.token] = installed
    return {
        "access_token": installed.token,
        "token_type": "bot",
        "scope": ",".join(installed.scopes),
        "bot_user_id": installed.bot_user,
        "app_id": "A1",
        "team": {"id": installed.team, "name": installed.team},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "UINSTALLER"},
    }


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "chat.postMessage": post,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.startStream": start_stream,
    "chat.appendStream": append_stream,
    "chat.stopStream": stop_stream,
    "conversations.replies": replies,
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setTitle": set_title,
    "assistant.threads.setSuggestedPrompts": set_prompts,
    "views.publish": publish,
    "views.open": open_view,
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete_upload,
    "apps.manifest.export": export_manifest,
    "apps.connections.open": open_connection,
    "oauth.v2.access": oauth,
}


def _object(value: object) -> Json | None:
    """Return an object that was sent as JSON, within JSON or by itself."""
    if isinstance(value, str):
        value = json.loads(value)
    return value if isinstance(value, dict) else None
