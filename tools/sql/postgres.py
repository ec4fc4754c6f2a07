"""Postgres as a source of tables: what a database holds now, copied into the workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from surefoot.errors import ConfigurationError, InputError

from .declared import keys_beside
from .report import TableReport

if TYPE_CHECKING:
    from .workspace import Workspace

_SCHEMES = ("postgresql://", "postgres://")
MOST_BYTES = 1_000_000_000
"""What one table may take as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A database, and which of its tables are meant."""

    url: str
    """For the driver, with what it needs to log in. Never shown."""
    name: str
    """`HOST/DATABASE`, as it is shown."""
    tables: tuple[str, ...] = ()
    """`TABLE` or `SCHEMA.TABLE`; none means all tables that may be read."""

    def __repr__(self) -> str:
        return f"Address({self.name!r})"

    def without_secrets(self, message: str) -> str:
        """Return a driver's message in one line and without the password."""
        parts = urlsplit(self.url)
        named = dict(parse_qsl(parts.query)).get("password", "")
        for secret in {parts.password or "", unquote(parts.password or ""), named} - {""}:
            message = message.replace(secret, "…")
        return " ".join(message.replace(self.url, self.name).split())


class Stop:
    """Ends a copy that runs in another thread."""

    def __init__(self) -> None:
        self.is_asked = False
        self._cancel: Callable[[], object] | None = None

    def watch(self, cancel: Callable[[], object]) -> None:
        """Say what ends the statement that runs."""
        self._cancel = cancel

    def ask(self) -> None:
        """End the copy, also while the database keeps silent."""
        self.is_asked = True
        if self._cancel is not None:
            self._cancel()


def is_postgres(text: str) -> bool:
    """True when this is the address of a Postgres database."""
    return text.startswith(_SCHEMES)


def parse_address(url: str) -> Address:
    """Read `postgresql://user@host/database?tables=a,b`. Raises `InputError`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InputError(
            "That is no address of a Postgres database; its port is no number."
        ) from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    tables = tuple(name.strip() for name in options.pop("tables", "").split(",") if name.strip())
    database = unquote(parts.path.strip("/"))
    if not database or "/" in database:
        raise InputError(
            "The address of a Postgres database names it behind the host: "
            "postgresql://user@host/database."
        )
    host = parts.hostname or options.get("host", "").strip("/") or "localhost"
    shown = f"{host}:{port}" if port not in (None, 5432) else host
    plain = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(options), ""))
    return Address(url=plain, name=f"{shown}/{database}", tables=tables)


async def ingest_postgres(
    workspace: Workspace, url: str, *, folder: Path, max_bytes: int = MOST_BYTES
) -> TableReport:
    """Copy tables into a workspace, as they are at one moment; they replace those of before.

    The copy passes through `folder`, the same each time, and is gone from there at the end. What
    is needed to log in is kept nowhere. A table that cannot be copied is reported, and the rest is
    brought in. Raises `ConfigurationError` without the driver and `InputError` where the database
    cannot be reached.
    """
    try:
        from .postgres_copy import copy_tables
    except ImportError:
        raise ConfigurationError(
            "Postgres needs the package `psycopg`; install `surefoot[postgres]`."
        ) from None
    address = parse_address(url)
    file = folder / address.name.replace(":", "_").replace("..", "_")
    file = file.with_name(f"{file.name}.duckdb")
    file.parent.mkdir(parents=True, exist_ok=True)
    stop = Stop()
    try:
        errors = await _in_thread(lambda: copy_tables(address, file, max_bytes, stop), stop)
        if not file.exists():
            return TableReport(errors=tuple(errors))
        report = await workspace.ingest([file], root=folder)
        return replace(report, errors=(*errors, *report.errors))
    finally:
        for passing in (file, keys_beside(file)):
            passing.unlink(missing_ok=True)


async def _in_thread(copy: Callable[[], Sequence[str]], stop: Stop) -> Sequence[str]:
    """Run to the end, also when cancelled: then the copy is told to stop and waited for."""
    running = asyncio.ensure_future(asyncio.to_thread(copy))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.ask()
        await asyncio.gather(running, return_exceptions=True)
        raise
