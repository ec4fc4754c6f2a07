"""The manifest: what the app is to Slack, ready to be pasted where apps are made."""

from __future__ import annotations

from pydantic import JsonValue

SCOPES = {
    "app_mentions:read": "hear where it is mentioned",
    "assistant:write": "show what it is doing, titles and suggestions",
    "channels:history": "look up its own replies in channels",
    "chat:write": "answer",
    "files:read": "read files that are shared with it",
    "files:write": "show pictures",
    "groups:history": "look up its own replies in private channels",
    "im:history": "hear direct messages",
    "im:write": "answer direct messages",
    "mpim:history": "look up its own replies in group conversations",
}
"""The scopes that the bot needs, and what each is for."""

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
)

AGENT_VIEW, ASSISTANT_VIEW = "agent_view", "assistant_view"
"""How people meet the bot: in its messages or, in apps that are older, in a pane of its own.

https://docs.slack.dev/ai/migrating-to-agent-messaging
"""

EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH = (
    "/slack/events",
    "/slack/install",
    "/slack/oauth_redirect",
)


def slack_manifest(*, name: str = "Surefoot", url: str = "", installs: bool = False) -> JsonValue:
    """Return the app's manifest: for Socket Mode or, with the server's `url`, for HTTP.

    https://docs.slack.dev/reference/app-manifest
    """
    base = url.rstrip("/")
    address = f"{base}{EVENTS_PATH}"
    events: dict[str, JsonValue] = {"bot_events": list(EVENTS)}
    interactivity: dict[str, JsonValue] = {"is_enabled": True}
    oauth: dict[str, JsonValue] = {"scopes": {"bot": list(SCOPES)}}
    if url:
        events["request_url"] = interactivity["request_url"] = address
    if installs:
        oauth["redirect_urls"] = [f"{base}{REDIRECT_PATH}"]
    return {
        "display_information": {
            "name": name,
            "description": "Answers questions, checks every sentence, and cites its sources.",
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
            AGENT_VIEW: {"agent_description": "Ask about your documents and tables."},
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }
