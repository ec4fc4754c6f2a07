"""Tokens: JWTs of an issuer that the operator trusts."""

from __future__ import annotations

import json
from pathlib import Path

import jwt

from surefoot.errors import ConfigurationError

from .principal import EVERYTHING, Principal
from .problems import Refusal
from .settings import ServerSettings

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a key pair only: a shared secret would let its readers sign."""


class Tokens:
    """Reads bearer tokens; the keys come from a file or, cached, from the issuer."""

    def __init__(self, settings: ServerSettings, *, tenant: str) -> None:
        if not settings.jwt_issuer or not settings.jwt_audience:
            raise ConfigurationError(
                "Tokens need an issuer and an audience: set SUREFOOT_SERVER_JWT_ISSUER and "
                "SUREFOOT_SERVER_JWT_AUDIENCE beside SUREFOOT_SERVER_JWT_KEYS."
            )
        self._settings = settings
        self._tenant = tenant
        self._keys = _keys_of(settings.jwt_keys)

    def principal(self, token: str) -> Principal:
        """Return whom a token stands for. Raises `Refusal`; may ask the issuer for its keys."""
        settings = self._settings
        try:
            claims = jwt.decode(
                token,
                self._key(token),
                algorithms=_ALGORITHMS,
                issuer=settings.jwt_issuer,
                audience=settings.jwt_audience,
                options={"require": ["exp", "iss", "aud", settings.jwt_user_claim]},
                leeway=30,
            )
        except jwt.PyJWTError as error:
            raise Refusal(401, f"The token is not valid: {error}.", code="bad_token") from None
        user = str(claims[settings.jwt_user_claim])
        tenant = str(claims.get(settings.jwt_tenant_claim) or self._tenant)
        return Principal(
            name=f"jwt:{tenant}:{user}",
            tenant=tenant,
            user=user,
            permissions=EVERYTHING - {"metrics"},
            requests_per_minute=settings.requests_per_minute,
            concurrent_runs=settings.concurrent_runs,
            expires_at=float(claims["exp"]),
        )

    def _key(self, token: str) -> jwt.PyJWK:
        if isinstance(self._keys, jwt.PyJWKClient):
            return self._keys.get_signing_key_from_jwt(token)
        name = jwt.get_unverified_header(token).get("kid")
        for key in self._keys.keys:
            if name is None or key.key_id == name:
                return key
        raise jwt.InvalidKeyError("it is signed with a key that the issuer does not have")


def _keys_of(place: str) -> jwt.PyJWKSet | jwt.PyJWKClient:
    if place.startswith(("https://", "http://")):
        return jwt.PyJWKClient(place, cache_keys=True, lifespan=600, timeout=5)
    try:
        return jwt.PyJWKSet.from_dict(json.loads(Path(place).read_text(encoding="utf-8")))
    except (OSError, ValueError, jwt.PyJWTError) as error:
        raise ConfigurationError(f"The token keys {place!r} cannot be read: {error}.") from error
