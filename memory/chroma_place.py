"""Places: where Chroma keeps vectors, in a folder of this process's own or on a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from surefoot.errors import ConfigurationError, StorageError

from .residue import blank_new_index, remove_residue

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from httpx import Client as HttpSession

_PORTS = {"http": 8000, "https": 443}
_SECONDS = 30.0
"""How long a server may take to answer."""
_OWNER = "owner"
"""The file that says under which name this folder's vectors lie on a server."""
_OWNER_CHARS = 32


class ChromaPlace(Protocol):
    """Where vectors lie. Its text names it in messages."""

    def open(self) -> Client:
        """Return a client of it."""
        ...

    def close(self, client: Client) -> None:
        """Let go of every file and socket of a client."""
        ...

    def prefix(self) -> str:
        """Return what the names of our collections begin with, where others have some too."""
        ...

    def settle(self, collection_id: str) -> None:
        """Rid a collection that was just made of what its making left in it."""
        ...

    def clean(self) -> None:
        """Rid a place that nobody has open of the bytes of what was deleted."""
        ...


@dataclass(frozen=True, slots=True)
class Embedded:
    """A folder that one process at a time has open."""

    folder: Path

    def __str__(self) -> str:
        return str(self.folder)

    def open(self) -> Client:
        """Return a client of it, the folder made when missing."""
        from chromadb.api.client import Client
        from chromadb.config import Settings

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{str(self.folder)!r} cannot be made: {error.strerror}.") from error
        return Client(
            settings=Settings(
                is_persistent=True, persist_directory=str(self.folder), anonymized_telemetry=False
            )
        )

    def close(self, client: Client) -> None:
        """Let go of every file of a client."""
        client.close()

    def prefix(self) -> str:
        """Return nothing: the folder holds no one else's."""
        return ""

    def settle(self, collection_id: str) -> None:
        """Blank the files of its index."""
        blank_new_index(self.folder, collection_id)

    def clean(self) -> None:
        """Rid the folder of every byte that belongs to no live vector."""
        remove_residue(self.folder)


@dataclass(frozen=True, slots=True)
class Passing:
    """Only in this process, and gone with it."""

    owner: str = field(default_factory=lambda: uuid4().hex)
    """What tells our collections from those of others in the process."""

    def __str__(self) -> str:
        return "this process"

    def open(self) -> Client:
        """Return a client; all of a process share one heap."""
        from chromadb.api.client import Client
        from chromadb.config import Settings

        return Client(settings=Settings(is_persistent=False, anonymized_telemetry=False))

    def close(self, client: Client) -> None:
        """Delete our collections."""
        for collection in client.list_collections():
            if collection.name.startswith(self.owner):
                client.delete_collection(collection.name)
        client.close()

    def prefix(self) -> str:
        """Return a name that belongs to us alone."""
        return f"{self.owner}-"

    def settle(self, collection_id: str) -> None:
        """Have no file."""

    def clean(self) -> None:
        """Have no file."""


@dataclass(frozen=True, slots=True)
class Served:
    """A Chroma server, which several processes may use. What it leaves on its disk is its own."""

    url: str
    folder: Path
    """Where the texts are that the vectors stand for."""

    def __str__(self) -> str:
        return self.url

    def open(self) -> Client:
        """Return a client of it. Raises `StorageError` when it does not answer."""
        import httpx
        from chromadb.api.client import Client
        from chromadb.config import Settings

        parts = urlsplit(self.url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ConfigurationError(
                f"{self.url!r} is no address of a Chroma server; write it as http://host:port."
            )
        port = parts.port or _PORTS[parts.scheme]
        try:
            # Chroma's own calls would wait for ever.
            httpx.get(f"{self.url.rstrip('/')}/api/v2/heartbeat", timeout=_SECONDS)
            client = Client(
                settings=Settings(
                    chroma_api_impl="chromadb.api.fastapi.FastAPI",
                    chroma_server_host=parts.hostname,
                    chroma_server_http_port=port,
                    chroma_server_ssl_enabled=parts.scheme == "https",
                    anonymized_telemetry=False,
                )
            )
        except (ValueError, httpx.HTTPError) as error:
            raise StorageError(
                f"The Chroma server at {self.url!r} does not answer: {error}. "
                "Start it, or leave `memory.chroma` out to keep vectors in the data folder."
            ) from error
        for session in _sessions(client):
            session.timeout = _SECONDS
        return client

    def close(self, client: Client) -> None:
        """Let go of every socket of a client, which Chroma itself leaves open."""
        for session in _sessions(client):
            session.close()
        client.close()

    def prefix(self) -> str:
        """Return a name that belongs to these texts alone."""
        file = self.folder / _OWNER
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError), file.open("x", encoding="ascii") as fresh:
                fresh.write(uuid4().hex)
            owner = file.read_text(encoding="ascii")
        except OSError as error:
            raise StorageError(f"{str(file)!r} cannot be kept: {error.strerror}.") from error
        if len(owner) != _OWNER_CHARS:
            raise StorageError(
                f"{str(file)!r} is damaged, so which vectors on the server are ours is not known. "
                "Delete it and call `reembed`, which makes them again."
            )
        return f"{owner}-"

    def settle(self, collection_id: str) -> None:
        """Leave a server's files to it."""

    def clean(self) -> None:
        """Leave a server's files to it."""


def _sessions(client: Client) -> Iterator[HttpSession]:
    from chromadb.api.client import AdminClient
    from chromadb.api.fastapi import FastAPI

    servers = [client._server]
    if isinstance(client._admin_client, AdminClient):
        servers.append(client._admin_client._server)
    for server in servers:
        if isinstance(server, FastAPI):
            yield server._session


def place_at(folder: Path, server: str | None) -> ChromaPlace:
    """Return the server where one is named, and otherwise the folder."""
    return Embedded(folder) if server is None else Served(server, folder)
