"""API keys: made once, shown once, kept as hashes."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from surefoot.errors import ConfigurationError, NotFound

from .principal import EVERYTHING, Permission, Principal

PREFIX = "sf_"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is kept of a key. The key itself is not."""

    name: str
    hash: str
    tenant: str = "default"
    user: str | None = None
    """Whose it is; None for a service that acts for everybody in the tenant."""
    permissions: tuple[Permission, ...] = field(default=tuple(sorted(EVERYTHING)))
    requests_per_minute: int | None = None
    concurrent_runs: int | None = None


_keys = TypeAdapter(list[ApiKey])


class KeyFile:
    """The keys of one server in one file, read again when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._by_hash: dict[str, ApiKey] = {}

    @property
    def exists(self) -> bool:
        """True when keys have been made."""
        return self._path.is_file()

    def find(self, key: str) -> ApiKey | None:
        """Return what is kept of a key, or None when it is not one of ours."""
        self._read()
        return self._by_hash.get(hash_of(key))

    def has(self, hash: str) -> bool:
        """Return whether the key of this hash may still be used."""
        self._read()
        return hash in self._by_hash

    def all(self) -> list[ApiKey]:
        """Return all keys by name."""
        self._read()
        return sorted(self._by_hash.values(), key=lambda key: key.name)

    def make(
        self,
        name: str,
        *,
        tenant: str = "default",
        user: str | None = None,
        permissions: frozenset[Permission] = EVERYTHING,
        requests_per_minute: int | None = None,
        concurrent_runs: int | None = None,
    ) -> str:
        """Make a key in the place of one of the same name, and return it: it is not seen again."""
        key = PREFIX + secrets.token_urlsafe(32)
        made = ApiKey(
            name=name,
            hash=hash_of(key),
            tenant=tenant,
            user=user,
            permissions=tuple(sorted(permissions)),
            requests_per_minute=requests_per_minute,
            concurrent_runs=concurrent_runs,
        )
        self._write([*(other for other in self.all() if other.name != name), made])
        return key

    def revoke(self, name: str) -> None:
        """Take a key away. Raises `NotFound`."""
        keys = self.all()
        left = [key for key in keys if key.name != name]
        if len(left) == len(keys):
            raise NotFound(f"There is no key {name!r}.")
        self._write(left)

    def _read(self) -> None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._by_hash = None, {}
            return
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp == self._stamp:
            return
        try:
            keys = _keys.validate_json(self._path.read_bytes())
        except ValidationError as error:
            raise ConfigurationError(f"The key file {str(self._path)!r} is damaged.") from error
        self._stamp, self._by_hash = stamp, {key.hash: key for key in keys}

    def _write(self, keys: list[ApiKey]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump([asdict(key) for key in keys], file, indent=1)
        new.replace(self._path)
        self._stamp = None


def hash_of(key: str) -> str:
    """Return the hash under which a key is kept. Keys are random, so one round is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def principal_of(key: ApiKey, *, requests_per_minute: int, concurrent_runs: int) -> Principal:
    """Return whom a key stands for, with the limits given where it has none of its own."""
    own_rate, own_runs = key.requests_per_minute, key.concurrent_runs
    return Principal(
        name=f"key:{key.name}",
        tenant=key.tenant,
        user=key.user,
        is_service=key.user is None,
        permissions=frozenset(key.permissions),
        requests_per_minute=requests_per_minute if own_rate is None else own_rate,
        concurrent_runs=concurrent_runs if own_runs is None else own_runs,
        key_hash=key.hash,
    )
