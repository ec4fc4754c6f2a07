"""Places: where in Slack something was said, and what that is to the assistant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID, uuid5

_THREADS = UUID("5f0d6d1c-6c0a-5a4e-9a53-6b7d0f3a2c11")
_UNSOUND = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A thread in a channel of a workspace."""

    team: str
    channel: str
    thread_ts: str

    @property
    def thread_id(self) -> str:
        """The assistant's own id of the thread."""
        return f"slack-{uuid5(_THREADS, f'{self.team}/{self.channel}/{self.thread_ts}')}"


def user_of(team: str, user: str) -> str:
    """Return the assistant's own id of a person, who is another one in every workspace."""
    return f"slack:{team}:{user}"


def tenant_of(team: str) -> str:
    """Return the tenant of a workspace that has installed the app."""
    return f"slack-{_UNSOUND.sub('-', team)}"
