"""Tickets: how a browser opens a WebSocket, which cannot carry a key in a header."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from .principal import Principal

TICKET_SECONDS = 30
_MOST = 10_000


class Tickets:
    """Each opens one socket, once, within half a minute."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._issued: dict[str, tuple[float, Principal]] = {}

    def issue(self, principal: Principal) -> str:
        """Return a new ticket for a principal."""
        now = self._clock()
        if len(self._issued) >= _MOST:
            self._issued = {t: i for t, i in self._issued.items() if i[0] > now}
        while len(self._issued) >= _MOST:
            self._issued.pop(next(iter(self._issued)))
        ticket = secrets.token_urlsafe(24)
        self._issued[ticket] = (now + TICKET_SECONDS, principal)
        return ticket

    def redeem(self, ticket: str) -> Principal | None:
        """Return whose ticket it is and take it away; None when it is not or no longer valid."""
        ends, principal = self._issued.pop(ticket, (0.0, None))
        return principal if ends > self._clock() else None
