"""Stored: what a person's items in the store say, for those who look for something to forget."""

from __future__ import annotations

from collections.abc import Iterator

from langgraph.store.base import Item


def texts_of(item: Item) -> list[str]:
    """Return an item's key and every text inside its value."""
    return [item.key, *_texts(item.value)]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inside in value.values():
            yield from _texts(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _texts(inside)
