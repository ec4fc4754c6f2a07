"""Authentication: from a request's headers to the principal it comes from."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from surefoot.errors import ConfigurationError

from .keys import PREFIX, KeyFile, principal_of
from .principal import Principal
from .problems import Refusal
from .settings import LOOPBACK, ServerSettings
from .tokens import Tokens

ACTING_FOR = "x-surefoot-user"
"""The header in which a service names the person it acts for."""


class Gatekeeper:
    """Knows who may come in, by key or token, and from which web pages."""

    def __init__(self, settings: ServerSettings, *, data_dir: Path, tenant: str) -> None:
        self._settings = settings
        self._keys = KeyFile(settings.keys_file or data_dir / "keys.json")
        self._tokens = Tokens(settings, tenant=tenant) if settings.jwt_keys else None
        self._tenant = tenant
        self.owner_key = secrets.token_urlsafe(32)
        """What commands on this machine come with, who read it in the data folder."""
        self.is_open = self._decide_open()
        """True when nobody has to say who they are."""

    async def principal(self, headers: Mapping[str, str]) -> Principal:
        """Return who sent these headers. Raises `Refusal`."""
        if secrets.compare_digest(_credential(headers).encode(), self.owner_key.encode()):
            owner = Principal(
                name="owner", tenant=self._tenant, user=None, is_service=True, is_owner=True
            )
            return owner.acting_for(unquote(headers.get(ACTING_FOR, "")))
        if self.is_open:
            local = Principal(name="local", tenant=self._tenant, user="local", is_service=True)
            return local.acting_for(headers.get(ACTING_FOR))
        principal = await self._by_credential(_credential(headers))
        return principal.acting_for(headers.get(ACTING_FOR))

    def check_still_valid(self, principal: Principal) -> None:
        """Refuse a principal whose token has expired or whose key has been taken away."""
        if principal.expires_at is not None and principal.expires_at <= time.time():
            told = "The token has expired; come back with a new one."
            raise Refusal(401, told, code="expired")
        if principal.key_hash and not self._keys.has(principal.key_hash):
            raise Refusal(401, "The key has been taken away.", code="revoked")

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """Refuse what a web page of somebody else's sent. Programs name no origin."""
        host = headers.get("host", "")
        if self.is_open and not self._is_known_host(host):
            told = f"This server does not answer under the name {host!r}; see allowed_hosts."
            raise Refusal(421, told, code="unknown_host")
        origin = headers.get("origin")
        if origin is None or origin in self._settings.allowed_origins:
            return
        if not host or urlsplit(origin).netloc != host:
            raise Refusal(403, f"Pages of {origin!r} may not use this server.", code="bad_origin")

    async def _by_credential(self, credential: str) -> Principal:
        settings = self._settings
        if not credential:
            raise Refusal(401, "Send a key: `Authorization: Bearer …`.", code="no_credentials")
        if credential.startswith(PREFIX):
            if (key := self._keys.find(credential)) is not None:
                return principal_of(
                    key,
                    requests_per_minute=settings.requests_per_minute,
                    concurrent_runs=settings.concurrent_runs,
                )
        elif self._tokens is not None and credential.count(".") == 2:
            if settings.jwt_keys.startswith("http"):
                return await asyncio.to_thread(self._tokens.principal, credential)
            return self._tokens.principal(credential)
        raise Refusal(401, "The key is not known here.", code="bad_credentials")

    def _decide_open(self) -> bool:
        settings = self._settings
        is_set_up = self._keys.exists or self._tokens is not None
        if settings.auth == "required" or (settings.auth == "auto" and is_set_up):
            return False
        if settings.is_public and not settings.allow_public_without_auth:
            raise ConfigurationError(
                f"{settings.host} can be reached from other machines and no key or token is asked "
                "for. Make a key with `surefoot serve key NAME`, or set up tokens, or say "
                "--allow-public-without-auth."
            )
        return True

    def _is_known_host(self, host: str) -> bool:
        settings = self._settings
        if settings.is_public:
            return True
        name = urlsplit(f"//{host}").hostname or ""
        return name in (*LOOPBACK, *settings.allowed_hosts)


def _credential(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return headers.get("x-api-key", "").strip()
