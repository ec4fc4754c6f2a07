"""Responses: a question in a conversation that the server keeps, told as items."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from surefoot.agent import Run
from surefoot.errors import InputError, NotFound

from ..guarded import CallerHere
from ..problems import Refusal
from ..service import Asked, Caller
from ..streams import HEARTBEAT, event_stream, run_batches
from .chat import safe_policy, seconds_of
from .content import GivenMessage, instructions_in
from .responding import Retelling, Told


class Approval(BaseModel):
    """A person's decision on a call that a response asked about."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["mcp_approval_response"]
    approval_request_id: str
    approve: bool
    reason: str | None = None


class ConversationRef(BaseModel):
    """A conversation by its id."""

    id: str


class ResponseRequest(BaseModel):
    """A question. What is not named here is taken and passed over."""

    model_config = ConfigDict(extra="ignore")

    input: str | list[Approval | GivenMessage]
    stream: bool | None = False
    user: str | None = Field(default=None, max_length=200)
    metadata: dict[str, str] | None = None
    previous_response_id: str | None = Field(default=None, max_length=300)
    conversation: str | ConversationRef | None = None
    instructions: str | None = None

    @property
    def messages(self) -> list[GivenMessage]:
        """The messages in its input."""
        if isinstance(self.input, str):
            return [GivenMessage(role="user", content=self.input)]
        return [item for item in self.input if isinstance(item, GivenMessage)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a response is a view of: a run's events behind a `seq`."""

    run: Run
    after: int
    previous: str | None = None

    @property
    def id(self) -> str:
        """The response's id."""
        return f"resp_{self.run.run_id}_{self.after}"

    def retelling(self) -> Retelling:
        """Return the response with nothing told yet."""
        run = self.run
        return Retelling(
            id=self.id,
            run_id=run.run_id,
            thread_id=run.scope.thread_id,
            created_at=seconds_of(run.created_at),
            previous=self.previous,
        )


async def create(body: ResponseRequest, caller: CallerHere) -> Response:
    """Answer a question, or go on after a decision."""
    caller = caller.acting_for(body.user)
    place = await _begun(caller, body)
    if body.stream:
        return event_stream(caller, _frames(caller, place, behind=-1))
    retelling = place.retelling()
    async with aclosing(_told(caller, place, retelling)) as told:
        async for _ in told:
            pass
    if retelling.error is not None:
        raise Refusal(502, str(retelling.error["message"]), code="run_failed")
    return JSONResponse(retelling.whole())


async def retrieve(
    response_id: str,
    caller: CallerHere,
    stream: bool = False,
    starting_after: Annotated[int, Query(ge=-1)] = -1,
) -> Response:
    """Return a response as far as it has come, or its events from behind a number on."""
    place = await _place_of(caller, response_id)
    if stream:
        return event_stream(caller, _frames(caller, place, behind=starting_after))
    return JSONResponse(await _so_far(caller, place))


async def cancel(response_id: str, caller: CallerHere) -> Response:
    """Stop a response."""
    place = await _place_of(caller, response_id)
    await caller.cancel(place.run.run_id)
    return JSONResponse(await _so_far(caller, place))


async def _begun(caller: Caller, body: ResponseRequest) -> Place:
    """Begin a run, or hand in the decision that lets one go on."""
    items = body.input if isinstance(body.input, list) else []
    if approvals := [item for item in items if isinstance(item, Approval)]:
        return await _decided(caller, body, approvals)
    said = [message for message in body.messages if message.role == "user"]
    if not said:
        raise InputError("The input holds no message of the user.")
    more = [body.instructions or "", instructions_in(body.messages)]
    asked = Asked(
        text=said[-1].text,
        images=said[-1].pictures,
        release=safe_policy(caller),
        instructions="\n\n".join(text for text in more if text),
    )
    job = await caller.start(await _thread_for(caller, body), asked)
    return Place(run=job.run, after=job.first_seq, previous=body.previous_response_id)


async def _decided(caller: Caller, body: ResponseRequest, approvals: list[Approval]) -> Place:
    if body.previous_response_id is None:
        raise InputError("A decision needs the `previous_response_id` that asked for it.")
    before = await _place_of(caller, body.previous_response_id)
    events = await caller.events(before.run.scope.thread_id, run_id=before.run.run_id)
    for approval in approvals:
        await caller.decide(
            before.run.run_id,
            approval.approval_request_id,
            "approve" if approval.approve else "reject",
            reason=approval.reason or "",
        )
    return Place(run=before.run, after=events[-1].seq, previous=body.previous_response_id)


async def _thread_for(caller: Caller, body: ResponseRequest) -> str:
    if body.previous_response_id is not None:
        return (await _place_of(caller, body.previous_response_id)).run.scope.thread_id
    match body.conversation:
        case str(named) | ConversationRef(id=named):
            return named
        case None:
            return (body.metadata or {}).get("thread_id") or f"resp-{uuid4().hex}"


async def _place_of(caller: Caller, response_id: str) -> Place:
    prefix, _, rest = response_id.partition("_")
    run_id, _, after = rest.rpartition("_")
    if prefix != "resp" or not after.isascii() or not after.isdigit() or len(after) > 18:
        raise NotFound(f"There is no response {response_id!r}.")
    return Place(run=await caller.run(run_id), after=int(after))


async def _so_far(caller: Caller, place: Place) -> Told:
    retelling = place.retelling()
    retelling.begin()
    thread_id, run_id = place.run.scope.thread_id, place.run.run_id
    for event in await caller.events(thread_id, after=place.after, run_id=run_id):
        if not retelling.is_over:
            retelling.hear(event)
    return retelling.whole()


async def _told(caller: Caller, place: Place, retelling: Retelling) -> AsyncGenerator[Told | None]:
    """Yield a response's events; None when nothing has come for a while."""
    for told in retelling.begin():
        yield told
    run = place.run
    batches = run_batches(caller, run.scope.thread_id, run.run_id, after=place.after)
    async with aclosing(batches):
        async for batch in batches:
            if not batch:
                yield None
            for event in batch:
                for told in retelling.hear(event):
                    yield told
                if retelling.is_over:
                    return


async def _frames(caller: Caller, place: Place, *, behind: int) -> AsyncIterator[bytes]:
    async with aclosing(_told(caller, place, place.retelling())) as events:
        async for told in events:
            if told is None:
                yield HEARTBEAT
            elif int(str(told["sequence_number"])) > behind:
                yield f"event: {told['type']}\ndata: {json.dumps(told)}\n\n".encode()


def add_routes(router: APIRouter) -> None:
    """Serve responses."""
    router.post("/v1/responses")(create)
    router.get("/v1/responses/{response_id}")(retrieve)
    router.post("/v1/responses/{response_id}/cancel")(cancel)
