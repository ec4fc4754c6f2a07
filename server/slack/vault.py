"""The vault: what is kept of workspaces' tokens, readable only with the key."""

from __future__ import annotations

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from surefoot.errors import ConfigurationError


class Vault:
    """Seals and opens with Fernet keys. The first seals; the others still open what they sealed."""

    def __init__(self, keys: SecretStr | None) -> None:
        """Take keys separated by commas. Raises `ConfigurationError` without a sound one."""
        given = "" if keys is None else keys.get_secret_value()
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in given.split(",") if key])
        except ValueError:
            raise ConfigurationError(
                "Tokens of workspaces are kept encrypted, and there is no sound key. Make one with "
                "`surefoot slack key` and set SUREFOOT_SLACK_ENCRYPTION_KEY to it."
            ) from None

    def seal(self, secrets: dict[str, str]) -> bytes:
        """Return what may be kept on disk."""
        return self._fernet.encrypt(json.dumps(secrets).encode())

    def open(self, sealed: bytes) -> dict[str, str]:
        """Return what was sealed. Raises `ConfigurationError` when it was under another key."""
        try:
            opened = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise ConfigurationError(
                "The tokens of the workspaces were kept under another key. Add that one behind a "
                "comma to SUREFOOT_SLACK_ENCRYPTION_KEY, or install the app again."
            ) from None
        return {str(name): str(value) for name, value in opened.items()}


def new_vault_key() -> str:
    """Return a key for a vault."""
    return Fernet.generate_key().decode()
