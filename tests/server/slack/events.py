"""What Slack sends: events, signed and retried, and what people press."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from .messages import Json, Message
from .web_api import BOT_USER, TEAM, Slack

SECRET = "a secret that signs"
RETRY_REASONS = ("http_timeout", "http_error", "connection_failed")


@dataclass(slots=True)
class Events:
    """The Events API and interactions, sent to one address."""

    slack: Slack
    send: Callable[[bytes, dict[str, str]], Awaitable[httpx.Response]]
    team: str = TEAM
    acked: list[float] = field(default_factory=list[float])
    """How long each acknowledgement took, in seconds."""

    async def post(
        self,
        body: bytes,
        *,
        kind: str = "application/json",
        at: float | None = None,
        secret: str = SECRET,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request, signed.

        https://docs.slack.dev/authentication/verifying-requests-from-slack
        """
        stamp = str(int(time.time() if at is None else at))
        signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
        given = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signed.hexdigest()}",
            **(headers or {}),
        }
        began = time.perf_counter()
        response = await self.send(body, given)
        self.acked.append(time.perf_counter() - began)
        return response

    def envelope(self, event: Json, event_id: str | None = None) -> Json:
        """https://docs.slack.dev/apis/events-api/#callback-field"""
        return {
            "token": "unused",
            "team_id": self.team,
            "api_app_id": "A1",
            "event": event,
            "type": "event_callback",
            "event_id": event_id or f"Ev{self.slack.new_number():06d}",
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.team,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
        }

    async def deliver(
        self, event: Json, *, event_id: str | None = None, retry: int | None = None
    ) -> httpx.Response:
        """Deliver an event, or deliver it again.

        https://docs.slack.dev/apis/events-api/#errors
        """
        headers = {}
        if retry is not None:
            headers = {
                "X-Slack-Retry-Num": str(retry),
                "X-Slack-Retry-Reason": RETRY_REASONS[retry % 3],
            }
        body = json.dumps(self.envelope(event, event_id)).encode()
        return await self.post(body, headers=headers)

    async def say(
        self,
        text: str,
        *,
        channel: str = "D1",
        user: str = "U1",
        thread_ts: str | None = None,
        mentions: bool | None = None,
        **more: object,
    ) -> str:
        """Write a message as a person and return its ts."""
        event = self.written(text, channel=channel, user=user, thread_ts=thread_ts, **more)
        is_personal = channel.startswith("D")
        if mentions or (mentions is None and not is_personal):
            event = {**event, "type": "app_mention", "text": f"<@{BOT_USER}> {text}"}
        response = await self.deliver(event)
        assert response.status_code == 200, response.text
        return str(event["ts"])

    def written(
        self,
        text: str,
        *,
        channel: str = "D1",
        user: str = "U1",
        thread_ts: str | None = None,
        **more: object,
    ) -> Json:
        """Return the `message` event of something a person has written.

        https://docs.slack.dev/reference/events/message.im
        """
        ts = self.slack.new_ts()
        self.slack.add(
            Message(channel=channel, ts=ts, thread_ts=thread_ts or "", user=user, text=text)
        )
        event: Json = {
            "type": "message",
            "channel": channel,
            "channel_type": "im" if channel.startswith("D") else "channel",
            "user": user,
            "text": text,
            "ts": ts,
            "event_ts": ts,
            "team": self.team,
            **more,
        }
        if thread_ts is not None:
            event["thread_ts"] = thread_ts
        return event

    def trigger(self) -> str:
        """Return a trigger, good for three seconds."""
        trigger = f"trigger-{self.slack.new_number()}"
        self.slack.triggers[trigger] = self.slack.seconds
        return trigger

    async def press(
        self,
        element: Json,
        *,
        user: str = "U1",
        message: Message | None = None,
        value: str | None = None,
    ) -> httpx.Response:
        """Press a button in a message, or on the Home tab."""
        pressed = self.pressing(element, user=user, message=message, value=value)
        return await self._interact(pressed)

    def pressing(
        self,
        element: Json,
        *,
        user: str = "U1",
        message: Message | None = None,
        value: str | None = None,
    ) -> Json:
        """Return what is sent when a button is pressed.

        https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
        """
        action = {
            "type": element.get("type", "button"),
            "action_id": element["action_id"],
            "block_id": element.get("block_id", "b"),
            "value": element.get("value") if value is None else value,
            "action_ts": "1700000000.000001",
        }
        payload: Json = {
            "type": "block_actions",
            "user": {"id": user, "team_id": self.team},
            "team": {"id": self.team},
            "api_app_id": "A1",
            "trigger_id": self.trigger(),
            "actions": [action],
        }
        if message is not None:
            payload["channel"] = {"id": message.channel}
            payload["container"] = {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel,
            }
            payload["message"] = message.as_json()
        return payload

    async def submit(
        self, view: Json, values: Mapping[str, str], *, user: str = "U1"
    ) -> httpx.Response:
        """Submit a modal.

        https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
        """
        state = {name: {"value": {"type": "text", "value": text}} for name, text in values.items()}
        payload: Json = {
            "type": "view_submission",
            "user": {"id": user, "team_id": self.team},
            "team": {"id": self.team},
            "api_app_id": "A1",
            "trigger_id": self.trigger(),
            "view": {**view, "id": "V1", "state": {"values": state}, "hash": "1"},
        }
        return await self._interact(payload)

    async def _interact(self, payload: Json) -> httpx.Response:
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self.post(body, kind="application/x-www-form-urlencoded")
