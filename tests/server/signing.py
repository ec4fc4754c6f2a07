"""Signing: an issuer of tokens of our own."""

from __future__ import annotations

import json
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from pydantic import JsonValue

ISSUER, AUDIENCE = "https://issuer.example", "surefoot"


def key_pair() -> tuple[str, dict[str, JsonValue]]:
    """Return a private key, and the public one as a JWKS."""
    key = generate_private_key(SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    return pem, {"keys": [{**public, "kid": "k1", "alg": "ES256", "use": "sig"}]}


def signed(private: str, **claims: JsonValue) -> str:
    """Return a token of the issuer's for Ann, good for a minute unless it is said otherwise."""
    body = {"iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 60, "sub": "ann"}
    return jwt.encode({**body, **claims}, private, algorithm="ES256", headers={"kid": "k1"})
