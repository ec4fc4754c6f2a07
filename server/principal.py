"""Principals: on whose behalf a request comes, and what it may do."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from math import inf
from typing import Literal, get_args

Permission = Literal["runs", "approve", "documents", "memory", "metrics"]
"""Ask and read one's threads; decide on calls; change documents; read and change memories;
read the metrics."""

EVERYTHING: frozenset[Permission] = frozenset(get_args(Permission))


_KEY_SECONDS = 2.0
_LONG = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks: a person of a tenant, or a service that acts for the tenant's people."""

    name: str
    """What limits are counted by."""
    tenant: str
    user: str | None
    is_service: bool = False
    """True when it may reach the threads of everybody in the tenant."""
    is_owner: bool = False
    """True for who may read the data folder itself: commands of the person who runs the server."""
    permissions: frozenset[Permission] = EVERYTHING
    requests_per_minute: int = 0
    concurrent_runs: int = 0
    expires_at: float | None = None
    """Unix time at which it stops being valid."""
    key_hash: str = ""
    """The hash under which its API key is kept; empty when it came without one."""

    @property
    def seconds_to_look(self) -> float:
        """How soon it is to be looked again whether its key or token is still good."""
        left = inf if self.expires_at is None else max(self.expires_at - time.time(), 0) + 0.01
        return min(left, _KEY_SECONDS if self.key_hash else _LONG)

    def acting_for(self, user: str | None) -> Principal:
        """Return the principal of `user` when this is a service; a person stays who they are."""
        if not self.is_service or not user:
            return self
        return replace(self, user=user, is_service=False)

    def may_see(self, tenant: str, user: str | None) -> bool:
        """Return whether something of this owner may be read and changed."""
        return tenant == self.tenant and (self.is_service or user == self.user)
