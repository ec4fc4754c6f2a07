"""Conversations: threads, their runs and their events, over REST."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from surefoot.agent import Run, Thread, ThreadSearch
from surefoot.errors import InputError, NotFound
from surefoot.events import (
    AnswerCompleted,
    ContextRecalled,
    Event,
    StepFinished,
)
from surefoot.evidence import Evidence
from surefoot.limits import ReleasePolicy, ThreadPolicy
from surefoot.messages import Image

from .guarded import CallerHere
from .markdown import html_of
from .service import Asked, Caller
from .streams import Start, cursor_of, event_stream, run_frames, start_at, thread_frames


class Strict(BaseModel):
    """A body in which nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid")


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


class ThreadView(BaseModel):
    """A thread as clients see it."""

    thread_id: str
    title: str
    created_at: str
    updated_at: str
    user: str | None = None
    metadata: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])


class ThreadPage(BaseModel):
    """Some of the threads, the one last used first."""

    threads: list[ThreadView]
    total: int


class ThreadChange(Strict):
    """A new name."""

    title: str = Field(min_length=1, max_length=500)


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


class EvidenceView(BaseModel):
    """Evidence with its content as safe HTML."""

    evidence: Evidence
    html: str


class Texts(Strict):
    """Markdown to be shown."""

    text: str = Field(max_length=500_000)


class Html(BaseModel):
    """Safe HTML."""

    html: str


async def list_threads(
    caller: CallerHere,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> ThreadPage:
    """List or search the threads that the caller may see."""
    caller.require("runs")
    await caller.assistant.open()
    principal = caller.principal
    wanted = ThreadSearch(
        tenant=principal.tenant,
        user=None if principal.is_service else principal.user,
        words=q,
        named=True,
        limit=limit,
        offset=offset,
    )
    book = caller.assistant.home.threads
    found = await book.search(wanted)
    return ThreadPage(
        threads=[thread_view(thread) for thread in found], total=await book.count(wanted)
    )


async def get_thread(thread_id: str, caller: CallerHere) -> ThreadView:
    """Return a thread."""
    return thread_view(await caller.thread(thread_id))


async def rename_thread(thread_id: str, change: ThreadChange, caller: CallerHere) -> ThreadView:
    """Give a thread another name."""
    thread = await caller.thread(thread_id)
    changed = await caller.assistant.home.threads.change(thread.key, title=change.title)
    return thread_view(changed)


async def delete_thread(thread_id: str, caller: CallerHere) -> Response:
    """Erase a thread with its runs, events and remembered turns."""
    await caller.delete(thread_id)
    return Response(status_code=204)


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


async def list_evidence(thread_id: str, caller: CallerHere) -> list[Evidence]:
    """List what a thread has found so far."""
    return evidence_in(await caller.events(thread_id))


async def get_evidence(thread_id: str, evidence_id: str, caller: CallerHere) -> EvidenceView:
    """Return one piece of evidence."""
    for item in evidence_in(await caller.events(thread_id)):
        if item.id == evidence_id:
            return EvidenceView(evidence=item, html=html_of(item.content))
    raise NotFound(f"There is no evidence {evidence_id!r} in thread {thread_id!r}.")


async def render(body: Texts) -> Html:
    """Turn Markdown into HTML that can do no harm; citations become links."""
    return Html(html=html_of(body.text))


def evidence_in(events: list[Event]) -> list[Evidence]:
    """Return the evidence that events tell of, in order."""
    found: dict[str, Evidence] = {}
    for event in events:
        if isinstance(event, StepFinished | ContextRecalled):
            found |= {item.id: item for item in event.evidence}
    return list(found.values())


def thread_view(thread: Thread) -> ThreadView:
    """Return a thread as clients see it."""
    return ThreadView(
        thread_id=thread.key.thread_id,
        title=thread.title,
        created_at=thread.created_at,
        updated_at=thread.updated_at,
        user=thread.user,
        metadata=dict(thread.metadata),
    )


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
    """Serve threads, runs and events."""
    router.get("/v1/threads")(list_threads)
    router.get("/v1/threads/{thread_id}")(get_thread)
    router.patch("/v1/threads/{thread_id}")(rename_thread)
    router.delete("/v1/threads/{thread_id}", status_code=204)(delete_thread)
    router.get("/v1/threads/{thread_id}/runs")(list_runs)
    router.post("/v1/threads/{thread_id}/runs", status_code=202)(start_run)
    router.get("/v1/threads/{thread_id}/events")(list_events)
    router.get("/v1/threads/{thread_id}/evidence")(list_evidence)
    router.get("/v1/threads/{thread_id}/evidence/{evidence_id}")(get_evidence)
    router.get("/v1/runs/{run_id}")(get_run)
    router.post("/v1/runs/{run_id}/cancel")(cancel_run)
    router.post("/v1/runs/{run_id}/approvals/{call_id}", status_code=204)(decide)
    router.post("/v1/render")(render)
