"""The owner: a server that has the data folder, as another command finds and asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import NoReturn
from urllib.parse import quote

import httpx
from pydantic import JsonValue, TypeAdapter

from surefoot.errors import DataDirInUse, InputError, NotFound, StorageError, SurefootError
from surefoot.settings import Settings

from ..data_dir import Door, door_of
from ..rooms import Ingested

_SECONDS = 60.0
"""How long the server may say nothing; it sends a heartbeat more often."""


class OwnerFailed(SurefootError):
    """The server that has the data folder did not do what it was asked."""


class Owner:
    """A server that has the data folder, asked on behalf of the person at this machine."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self._client = httpx.AsyncClient(
            base_url=door.url,
            headers={"Authorization": f"Bearer {door.key}"},
            timeout=_SECONDS,
            trust_env=False,
        )

    @classmethod
    def of(cls, settings: Settings, in_use: DataDirInUse) -> Owner:
        """Return the server that has the folder of these settings; raise `in_use` when none has."""
        if (door := door_of(settings.data_dir)) is None:
            raise in_use
        if door.tenant != settings.tenant:
            raise DataDirInUse(
                f"The server at {door.url} has the data folder and works for the tenant "
                f"{door.tenant!r}. Stop it, or ask it as {settings.tenant!r} with a key of its own."
            )
        return cls(door)

    async def json(
        self,
        method: str,
        path: str,
        *,
        user: str | None = None,
        query: Mapping[str, str] | None = None,
        body: JsonValue = None,
        patient: bool = False,
    ) -> bytes:
        """Return what the server answers. Raises what the same would raise here, or `OwnerFailed`.

        With `patient` it may take as long as it takes.
        """
        timeout = httpx.Timeout(_SECONDS, read=None if patient else _SECONDS)
        async with self._talking():
            response = await self._client.request(
                method, path, params=query, json=body, headers=_for(user), timeout=timeout
            )
        if response.is_error:
            _refused(response)
        return response.content

    @asynccontextmanager
    async def lines(
        self, path: str, *, user: str | None, query: Mapping[str, str]
    ) -> AsyncIterator[AsyncIterator[str]]:
        """Give the lines of a stream of events."""
        headers = {"Accept": "text/event-stream", **_for(user)}
        async with (
            self._talking(),
            self._client.stream("GET", path, params=query, headers=headers) as response,
        ):
            if response.is_error:
                await response.aread()
                _refused(response)
            yield response.aiter_lines()

    async def ingest(
        self, paths: Sequence[Path], *, as_text: Sequence[Path], databases: Sequence[str]
    ) -> Ingested:
        """Have files, folders and databases read in by the server."""
        body: dict[str, JsonValue] = {
            "paths": [self._path(path) for path in paths],
            "as_text": [self._path(path) for path in as_text],
            "databases": list(databases),
        }
        said = await self.json("POST", "/v1/owner/ingest", body=body, patient=True)
        return TypeAdapter(Ingested).validate_json(said)

    async def __aenter__(self) -> Owner:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    def _path(self, path: Path) -> str:
        """Return a path as the server finds it: as it is written, where it works in this folder."""
        is_same = Path(self.door.working_folder) == Path.cwd()
        return str(path if is_same else path.absolute())

    @asynccontextmanager
    async def _talking(self) -> AsyncIterator[None]:
        try:
            yield
        except httpx.TransportError as error:
            raise OwnerFailed(
                f"The server at {self.door.url} has the data folder and does not answer "
                f"({type(error).__name__}). What it was doing goes on when it or another command "
                "opens the folder."
            ) from error


def _for(user: str | None) -> dict[str, str]:
    return {} if user is None else {"X-Surefoot-User": quote(user)}


def _refused(response: httpx.Response) -> NoReturn:
    """Raise what the same request would have raised in this process."""
    told = f"status {response.status_code}"
    if "json" in response.headers.get("content-type", ""):
        told = str(response.json().get("detail", told))
    match response.status_code:
        case 404:
            raise NotFound(told)
        case 400 | 409 | 413 | 422:
            raise InputError(told)
        case 503:
            raise StorageError(f"The server that has the data folder says: {told}")
        case _:
            raise OwnerFailed(f"The server that has the data folder says: {told}")
