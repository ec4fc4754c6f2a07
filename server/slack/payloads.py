"""Payloads: who pressed what, read from what Slack sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

Json = dict[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Somebody has pressed a button or submitted a modal."""

    team: str
    user: str
    value: str
    """What the button stands for."""
    trigger_id: str = ""
    channel: str = ""
    """Empty on the Home tab."""
    thread_ts: str = ""


def press_in(body: Json) -> Press:
    """Read the first action of a `block_actions` payload."""
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else {}
    message = inside(body, "message")
    return Press(
        team=team_of(body),
        user=str(inside(body, "user").get("id") or ""),
        value=str(action.get("value") or "") if isinstance(action, dict) else "",
        trigger_id=str(body.get("trigger_id") or ""),
        channel=str(inside(body, "channel").get("id") or ""),
        thread_ts=str(message.get("thread_ts") or message.get("ts") or ""),
    )


def submission_in(body: Json) -> tuple[Press, Mapping[str, JsonValue]]:
    """Read a `view_submission` payload: who submitted which call, and what was typed."""
    view = inside(body, "view")
    private = json.loads(str(view.get("private_metadata") or "{}"))
    press = Press(
        team=team_of(body),
        user=str(inside(body, "user").get("id") or ""),
        value=str(view.get("private_metadata") or ""),
        channel=str(private.get("channel") or ""),
    )
    return press, inside(inside(view, "state"), "values")


def team_of(body: Json) -> str:
    """Return the workspace that something comes from.

    Of an event in a channel that several share it is the one that the app is installed in.
    """
    authorizations = body.get("authorizations")
    if isinstance(authorizations, list) and authorizations and isinstance(authorizations[0], dict):
        if team := authorizations[0].get("team_id"):
            return str(team)
    return str(body.get("team_id") or inside(body, "team").get("id") or "")


def inside(body: Mapping[str, JsonValue], name: str) -> Json:
    """Return an object within another one, or an empty one."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}
