"""Deleting: a thread goes for everybody who asked in it, and then its bytes."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from surefoot.memory import Memory
from surefoot.scope import Scope

from .opening import Opened
from .runs import ThreadKey
from .thread_files import ThreadFiles


@runtime_checkable
class ForgetsThreads(Protocol):
    """A memory that can forget one thread's turns."""

    async def forget_thread(self, scope: Scope) -> int:
        """Delete the turns of the scope's thread; return how many."""
        ...


async def delete_thread(
    here: Opened, key: ThreadKey, memory: Memory | None, thread_files: ThreadFiles
) -> None:
    """Stop a thread's runs, delete all that is kept of it, and have its bytes erased behind runs.

    A crash in the middle is made good at the next start, from when its runs have stopped on.
    """
    users = {run.scope.user for run in await here.engine.of_thread(key)}
    if (known := await here.home.threads.find(key)) is not None:
        users.add(known.user)
    await here.engine.forget_thread(key)
    planned = here.forgetter and await here.forgetter.plan_thread(key, sorted(users, key=str))
    await here.home.drop_thread(key)
    await thread_files.forget(key)
    for user in users:
        scope = Scope(tenant=key.tenant, user=user, thread_id=key.thread_id)
        if isinstance(memory, ForgetsThreads):
            await memory.forget_thread(scope)
        if (cache := here.layer.cache) is not None:
            await cache.forget(scope)
    if planned and here.forgetter and here.housekeeper:
        here.housekeeper.forget_behind(here.forgetter.deleted(planned))
