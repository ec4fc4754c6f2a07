"""The data folder, opened by commands that look after it and start no run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from surefoot.scope import Scope
from surefoot.settings import Settings

from ..clock import Clock, now
from ..data_dir import DataDir
from ..forgetting import Forgetter, Keeping, elsewhere_of
from ..home import Home
from ..rooms import Rooms
from ..thread_files import ThreadFiles


@asynccontextmanager
async def open_rooms(settings: Settings) -> AsyncIterator[Rooms]:
    """Own the folder while its rooms are used. Raises `DataDirInUse`, `StorageError`."""
    data_dir = DataDir(settings.data_dir)
    rooms = Rooms(settings, durable=True, builtins=True, memory="default", now=now)
    try:
        yield rooms
    finally:
        await rooms.close()
        data_dir.close()


@asynccontextmanager
async def open_forgetter(settings: Settings) -> AsyncIterator[Forgetter]:
    """Own the folder while its memories and runs are looked at, forgotten or written out.

    No run is taken up. Raises as `open_rooms`.
    """
    async with open_home(settings) as home:
        rooms = Rooms(settings, durable=True, builtins=True, memory="default", now=now)
        try:
            keeping = Keeping(
                home=home,
                memory=rooms.own_memory(),
                store=rooms.store(),
                embedder=rooms.embedder,
                folder=settings.data_dir,
                thread_files=ThreadFiles(rooms, settings.data_dir / "threads"),
                documents=rooms.documents(),
                elsewhere=elsewhere_of(settings),
            )
            yield Forgetter(keeping, clock=Clock())
        finally:
            await rooms.close()


@asynccontextmanager
async def open_home(settings: Settings) -> AsyncIterator[Home]:
    """Own the folder while its runs are looked at; none is taken up. Raises as `open_rooms`."""
    data_dir = DataDir(settings.data_dir)
    try:
        home = Home.on_disk(data_dir, now=now)
    except BaseException:
        data_dir.close()
        raise
    try:
        yield home
    finally:
        await home.close()


def scope_of(settings: Settings, user: str) -> Scope:
    """Return the scope of everything that belongs to a person."""
    return Scope(tenant=settings.tenant, user=user, thread_id="cli")
