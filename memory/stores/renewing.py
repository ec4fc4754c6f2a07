"""Renewing: a collection made anew beside the old one, whose name it then takes.

A crash at any point leaves one of the two whole under a name where it is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection


def standing(client: ClientAPI, name: str) -> Collection | None:
    """Return a collection, or the one that a crash kept from taking its place."""
    if (found := _found(client, name)) is not None:
        return found
    if (renewed := _found(client, next_name(name))) is not None:
        renewed.modify(name=name)
    return renewed


def next_name(name: str) -> str:
    """Return the name of what is about to take a collection's place."""
    return f"{name}-next"


def take_place(client: ClientAPI, name: str, renewed: Collection) -> None:
    """Put a collection in the place of an older one."""
    drop(client, name)
    renewed.modify(name=name)


def drop(client: ClientAPI, name: str) -> None:
    """Delete a collection, if there is one."""
    if _found(client, name) is not None:
        client.delete_collection(name)


def _found(client: ClientAPI, name: str) -> Collection | None:
    from chromadb.errors import NotFoundError

    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError:
        return None
