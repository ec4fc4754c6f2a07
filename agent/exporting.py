"""Exporting: everything that is kept about a person, as JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from surefoot.scope import Scope

from .forgetting import Keeping
from .home import Home
from .runs import Run, ThreadSearch

_PAGE = 100


async def exported(
    keeping: Keeping, *, tenant: str, user: str
) -> AsyncIterator[dict[str, JsonValue]]:
    """Yield all that is kept about a user, each thing with its `kind`.

    In this order: `fact`, history and all; `turn`; `summary`; `item`; `thread`; `run` with events.
    """
    home, memory = keeping.home, keeping.memory
    scope = Scope(tenant=tenant, user=user, thread_id="")
    for fact in await memory.facts(scope, history=True):
        yield {"kind": "fact", **_fact(asdict(fact))}
    for kept in await memory.kept(scope):
        yield {"kind": "turn", "thread_id": kept.thread_id, **to_jsonable_python(kept.turn)}
    for thread_id, text in (await memory.summaries(scope)).items():
        yield {"kind": "summary", "thread_id": thread_id, "text": text}
    for item in await keeping.store.everything(scope):
        yield {"kind": "item", **item.dict()}
    wanted = ThreadSearch(tenant=tenant, user=user, limit=_PAGE)
    for offset in range(0, await home.threads.count(wanted), _PAGE):
        page = ThreadSearch(tenant=tenant, user=user, limit=_PAGE, offset=offset)
        for thread in await home.threads.search(page):
            yield {
                "kind": "thread",
                "thread_id": thread.key.thread_id,
                "title": thread.title,
                "metadata": dict(thread.metadata),
                "created_at": thread.created_at,
                "updated_at": thread.updated_at,
            }
    for run in await home.store.of_user(tenant, user) if home.store is not None else []:
        yield await _run(home, run)


def _fact(told: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return a fact whose own kind stands beside that of the line."""
    return {"fact_kind": told.pop("kind"), **told}


async def _run(home: Home, run: Run) -> dict[str, JsonValue]:
    events = await home.log.read(run.key, run_id=run.run_id)
    return {
        "kind": "run",
        "run_id": run.run_id,
        "thread_id": run.scope.thread_id,
        "text": run.text,
        "status": run.status,
        "created_at": run.created_at,
        "events": [event.model_dump(mode="json") for event in events],
    }
