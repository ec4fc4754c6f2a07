"""Conversations: the runs and events of threads, over REST."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, JsonValue

from surefoot.agent import Run
from surefoot.errors import InputError
from surefoot.events import (
    AnswerCompleted,
)
from surefoot.limits import ReleasePolicy, ThreadPolicy
from surefoot.messages import Image

from .bodies import Strict
from .guarded import CallerHere
from .service import Asked, Caller
from .streams import Start, cursor_of, event_stream, run_frames, start_at, thread_frames


class NewRun(Strict):
    """A question to a thread."""

    text: str = Field(min_length=1, max_length=200_000)
    id: str | None = Field(default=None, min_length=1, max_length=200)
    """The client's own id of the message; sent again, it is the same run."""
    policy: ReleasePolicy | None = None
    busy: ThreadPolicy | None = None
    """What to do when the thread is busy."""
    attachments: list[str] = Field(default_factory=list[str], max_length=20)
    """Names of documents or tables that the question is about."""
    images: list[Image] = Field(default_factory=list[Image], max_length=8)
    """Pictures that the question shows, each with its `media_type` and its `data` in base64."""


class RunBegun(BaseModel):
    """A run that goes on."""

    run_id: str
    thread_id: str
    after: int
    """The run's events lie behind this `seq`."""


class RunView(BaseModel):
    """A run as clients see it."""

    run_id: str
    thread_id: str
    status: str
    text: str
    created_at: str
    message_id: str | None = None
    answer: str | None = None


class EventPage(BaseModel):
    """A thread's events behind a cursor."""

    events: list[dict[str, JsonValue]]
    snapshot: dict[str, JsonValue] | None = None
    """Set when the cursor points to what is not there; events go on behind its `seq`."""
    last_seq: int


class DecisionBody(Strict):
    """A person's decision."""

    decision: Literal["approve", "reject", "edit"]
    args: dict[str, JsonValue] | None = None
    reason: str = Field(default="", max_length=2_000)


async def start_run(thread_id: str, body: NewRun, request: Request, caller: CallerHere) -> Response:
    """Ask a question; with `Accept: text/event-stream` the answer is streamed."""
    asked = Asked(
        text=await with_attachments(caller, body),
        images=tuple(body.images),
        message_id=body.id,
        release=body.policy,
        busy=body.busy,
    )
    job = await caller.start(thread_id, asked)
    begun = RunBegun(run_id=job.run.run_id, thread_id=thread_id, after=job.first_seq)
    headers = {"Location": f"/v1/runs/{begun.run_id}"}
    if "text/event-stream" in request.headers.get("accept", ""):
        stream = run_frames(caller, thread_id, begun.run_id, Start(after=job.first_seq))
        return event_stream(caller, stream, headers={**headers, "X-Run-Id": begun.run_id})
    return Response(begun.model_dump_json(), 202, headers, "application/json")


async def list_runs(thread_id: str, caller: CallerHere) -> list[RunView]:
    """List a thread's runs, newest first."""
    return [run_view(run) for run in await caller.runs(thread_id)]


async def get_run(run_id: str, caller: CallerHere) -> RunView:
    """Return a run, with its answer when it has one."""
    run = await caller.run(run_id)
    events = await caller.events(run.scope.thread_id, run_id=run_id)
    answers = [event.text for event in events if isinstance(event, AnswerCompleted)]
    return run_view(run, answer=answers[-1] if answers else None)


async def cancel_run(run_id: str, caller: CallerHere) -> RunView:
    """Stop a run."""
    await caller.cancel(run_id)
    return run_view(await caller.run(run_id))


async def decide(run_id: str, call_id: str, body: DecisionBody, caller: CallerHere) -> Response:
    """Approve, reject or edit a call that waits."""
    await caller.decide(run_id, call_id, body.decision, args=body.args, reason=body.reason)
    return Response(status_code=204)


async def list_events(
    thread_id: str,
    request: Request,
    caller: CallerHere,
    after: Annotated[int | None, Query(ge=0, lt=10**18)] = None,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 1_000,
) -> Response:
    """Return a thread's events behind a cursor; with `Accept: text/event-stream`, go on."""
    await caller.thread(thread_id)
    start = await start_at(caller, thread_id, cursor_of(request, after))
    if "text/event-stream" in request.headers.get("accept", ""):
        return event_stream(caller, thread_frames(caller, thread_id, start))
    log, key = caller.assistant.home.log, caller.key(thread_id)
    events = await log.read(key, after=start.after, limit=limit)
    page = EventPage(
        events=[event.model_dump(mode="json") for event in events],
        snapshot=start.snapshot,
        last_seq=log.last_seq(key),
    )
    return Response(page.model_dump_json(), media_type="application/json")


def run_view(run: Run, *, answer: str | None = None) -> RunView:
    """Return a run as clients see it."""
    return RunView(
        run_id=run.run_id,
        thread_id=run.scope.thread_id,
        status=run.status,
        text=run.text,
        created_at=run.created_at,
        message_id=run.message_id,
        answer=answer,
    )


async def with_attachments(caller: Caller, body: NewRun) -> str:
    """Return the question with the names of what it is about. Raises `InputError`."""
    if not body.attachments:
        return body.text
    rooms, tenant = caller.assistant.rooms, caller.principal.tenant
    documents, tables = rooms.documents(), rooms.tables(tenant)
    known = set(await documents.paths(tenant=tenant)) if documents is not None else set[str]()
    known |= {table.name for table in tables.tables()} if tables is not None else set[str]()
    for name in body.attachments:
        if name not in known:
            raise InputError(f"There is no document or table {name!r}; upload it first.")
    return f"{body.text}\n\nAttached: {', '.join(body.attachments)}"


def add_routes(router: APIRouter) -> None:
    """Serve runs and events."""
    router.get("/v1/threads/{thread_id}/runs")(list_runs)
    router.post("/v1/threads/{thread_id}/runs", status_code=202)(start_run)
    router.get("/v1/threads/{thread_id}/events")(list_events)
    router.get("/v1/runs/{run_id}")(get_run)
    router.post("/v1/runs/{run_id}/cancel")(cancel_run)
    router.post("/v1/runs/{run_id}/approvals/{call_id}", status_code=204)(decide)
