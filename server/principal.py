"""Principals: on whose behalf a request comes, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

Permission = Literal["runs", "approve", "documents", "memory", "metrics"]
"""Ask and read one's threads; decide on calls; change documents; read and change memories;
read the metrics."""

EVERYTHING: frozenset[Permission] = frozenset(get_args(Permission))


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks: a person of a tenant, or a service that acts for the tenant's people."""

    name: str
    """What limits are counted by."""
    tenant: str
    user: str | None
    is_service: bool = False
    """True when it may reach the threads of everybody in the tenant."""
    permissions: frozenset[Permission] = EVERYTHING
    requests_per_minute: int = 0
    concurrent_runs: int = 0
    expires_at: float | None = None
    """Unix time at which it stops being valid."""

    def acting_for(self, user: str | None) -> Principal:
        """Return the principal of `user` when this is a service; a person stays who they are."""
        if not self.is_service or not user:
            return self
        return replace(self, user=user, is_service=False)

    def may_see(self, tenant: str, user: str | None) -> bool:
        """Return whether something of this owner may be read and changed."""
        return tenant == self.tenant and (self.is_service or user == self.user)
