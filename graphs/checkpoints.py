"""Checkpoints: where LangGraph keeps a run between supersteps."""

from __future__ import annotations

from pathlib import Path

import aiosqlite
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from surefoot.errors import StorageError

_OURS = (
    ("surefoot.answer", "Usage"),
    ("surefoot.graphs.planning", "CallGroup"),
    ("surefoot.graphs.state", "Progress"),
    ("surefoot.messages", "AssistantMessage"),
    ("surefoot.messages", "Image"),
    ("surefoot.messages", "SystemMessage"),
    ("surefoot.messages", "Thought"),
    ("surefoot.messages", "ToolCall"),
    ("surefoot.messages", "ToolMessage"),
    ("surefoot.messages", "UserMessage"),
    ("surefoot.plan", "Plan"),
    ("surefoot.plan", "Step"),
)
"""All that a checkpoint of ours may be read back as; anything else in the file stays data."""


def serializer() -> JsonPlusSerializer:
    """Return the serialiser that rebuilds nothing but the types of a run's state."""
    return JsonPlusSerializer(allowed_msgpack_modules=_OURS)


class Checkpoints:
    """Checkpoints in a file of their own, or in memory when there is no path."""

    def __init__(self, saver: AsyncSqliteSaver | InMemorySaver) -> None:
        self.saver = saver

    @classmethod
    async def open(cls, path: Path | None) -> Checkpoints:
        """Open the file, making it when it is missing. Raises `StorageError`."""
        if path is None:
            return cls(InMemorySaver(serde=serializer()))
        try:
            connection = await aiosqlite.connect(path)
            await connection.execute("PRAGMA journal_mode=WAL")
            await connection.execute("PRAGMA synchronous=NORMAL")
            saver = AsyncSqliteSaver(connection, serde=serializer())
            await saver.setup()
        except aiosqlite.Error as error:
            raise StorageError(
                f"{path} cannot be opened: {error}. Move it away to start without the runs "
                "that it could resume."
            ) from error
        return cls(saver)

    async def forget(self, run_id: str) -> None:
        """Drop a run's checkpoints: it has ended."""
        await self.saver.adelete_thread(run_id)

    async def close(self) -> None:
        """Close the file."""
        if isinstance(self.saver, AsyncSqliteSaver):
            await self.saver.conn.close()
