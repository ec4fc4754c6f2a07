"""Purging: what was deleted through a Chroma client leaves the files of its folder.

The rows that stay are copied to new collections, which take the place of the old ones; then the
old ones' bytes go. A note on the client tells whoever opens it next that this was begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from surefoot.errors import ConfigurationError

from ..residue import remove_residue
from .renewing import drop, standing

if TYPE_CHECKING:
    from chromadb.api import ClientAPI


@contextmanager
def purging(client: ClientAPI, name: str) -> Iterator[None]:
    """Copy what stays inside; afterwards no file holds anything else.

    Raises `ConfigurationError` for the client of a server, whose files are out of reach.
    """
    folder = _folder_of(client)
    client.get_or_create_collection(_note(name), embedding_function=None)
    yield
    if folder is not None:
        remove_residue(folder)
    drop(client, _note(name))


def was_broken_off(client: ClientAPI, name: str) -> bool:
    """True when a purge was begun and has not ended."""
    return standing(client, _note(name)) is not None


def _folder_of(client: ClientAPI) -> Path | None:
    """Return where a client keeps its files; None when it keeps all in memory."""
    settings = client.get_settings()
    if settings.chroma_server_host is not None:
        raise ConfigurationError(
            "The files of a Chroma server can only be purged where it runs: stop it and call "
            "`chroma vacuum --path FOLDER`."
        )
    return Path(settings.persist_directory) if settings.is_persistent else None


def _note(name: str) -> str:
    return f"{name}-purging"
