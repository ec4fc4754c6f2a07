"""Chat completions: a question with what came before it, answered in one or many pieces."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from surefoot.agent import Job
from surefoot.answer import Usage
from surefoot.events import (
    AnswerCompleted,
    AnswerDelta,
    ApprovalRequested,
    Event,
    RunCancelled,
    RunCompleted,
    RunFailed,
    evidence_of,
)
from surefoot.evidence import Evidence
from surefoot.limits import ReleasePolicy

from ..guarded import CallerHere
from ..problems import Refusal
from ..service import Asked, Caller
from ..streams import HEARTBEAT, event_stream, run_batches
from .content import GivenMessage, citations_in, instructions_in
from .history import Threads
from .models import NAME


class StreamOptions(BaseModel):
    """What a stream tells beside the answer."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A conversation to be continued. What is not named here is taken and passed over."""

    model_config = ConfigDict(extra="ignore")

    model: str = NAME
    messages: list[GivenMessage] = Field(min_length=1, max_length=2_000)
    stream: bool = False
    stream_options: StreamOptions | None = None
    user: str | None = Field(default=None, max_length=200)
    metadata: dict[str, str] | None = None


@dataclass(slots=True)
class Said:
    """What has come of a run so far."""

    text: str = ""
    finish: str | None = None
    error: str | None = None
    usage: Usage = field(default_factory=Usage)
    evidence: list[Evidence] = field(default_factory=list[Evidence])

    def hear(self, event: Event) -> str:
        """Take an event in and return the piece of the answer it brings."""
        piece = ""
        self.evidence += evidence_of(event)
        match event:
            case AnswerDelta(text=text):
                piece = text
            case AnswerCompleted(text=text) if not self.text:
                piece = text
            case ApprovalRequested():
                piece = f"{' ' if self.text else ''}{_waits(event)}"
                self.finish = "stop"
            case RunCompleted():
                self.usage = event.usage
                self.finish = "length" if event.reason == "limit" else "stop"
            case RunFailed(error=error):
                self.error = error
            case RunCancelled():
                self.finish = "stop"
            case _:
                pass
        self.text += piece
        return piece

    @property
    def is_over(self) -> bool:
        """True when nothing more comes."""
        return self.finish is not None or self.error is not None


async def complete(body: ChatRequest, caller: Caller, threads: Threads) -> Response:
    """Continue a conversation."""
    caller = caller.acting_for(body.user)
    question, thread_id = await threads.of(caller, body.messages)
    if body.metadata and (named := body.metadata.get("thread_id")):
        thread_id = named
    asked = Asked(
        text=question.text,
        images=question.pictures,
        release=safe_policy(caller),
        instructions=instructions_in(body.messages),
    )
    job = await caller.start(thread_id, asked)
    chat = _Chat(caller, job, body, threads)
    if body.stream:
        return event_stream(caller, chat.chunks())
    return JSONResponse(await chat.whole())


def safe_policy(caller: Caller) -> ReleasePolicy | None:
    """Return a policy under which no sentence has to be taken back, which cannot be told here."""
    return "hold" if caller.assistant.release == "retract" else None


@dataclass(frozen=True, slots=True)
class _Chat:
    caller: Caller
    job: Job
    body: ChatRequest
    threads: Threads

    async def whole(self) -> dict[str, JsonValue]:
        said = Said()
        async for _ in self._pieces(said):
            pass
        if said.error is not None:
            raise Refusal(502, said.error, code="run_failed")
        self._note(said)
        message: dict[str, JsonValue] = {
            "role": "assistant",
            "content": said.text.strip(),
            "refusal": None,
            "annotations": self._annotations(said.text.strip(), said),
        }
        return {
            **self._head("chat.completion"),
            "choices": [
                {"index": 0, "message": message, "finish_reason": said.finish, "logprobs": None}
            ],
            "usage": _usage(said.usage),
        }

    async def chunks(self) -> AsyncIterator[bytes]:
        said = Said()
        yield self._chunk({"role": "assistant", "content": ""})
        async for piece in self._pieces(said):
            yield self._chunk({"content": piece}) if piece else HEARTBEAT
        if said.error is not None:
            yield _data({"error": {"message": said.error, "type": "run_failed", "code": None}})
            return
        self._note(said)
        if cited := self._annotations(said.text, said):
            yield self._chunk({"annotations": cited})
        yield self._chunk({}, finish=said.finish)
        if self.body.stream_options is not None and self.body.stream_options.include_usage:
            yield _data({**self._head(), "choices": [], "usage": _usage(said.usage)})
        yield b"data: [DONE]\n\n"

    async def _pieces(self, said: Said) -> AsyncIterator[str]:
        """Yield the pieces of the answer; an empty one when nothing has come for a while."""
        run = self.job.run
        batches = run_batches(
            self.caller, run.scope.thread_id, run.run_id, after=self.job.first_seq
        )
        async with aclosing(batches):
            async for batch in batches:
                if not batch:
                    yield ""
                for event in batch:
                    if piece := said.hear(event):
                        yield piece
                    if said.is_over:
                        return
        said.error = "The server stops; ask again."

    def _note(self, said: Said) -> None:
        thread_id = self.job.run.scope.thread_id
        self.threads.note(self.caller, self.body.messages, said.text, thread_id)

    def _annotations(self, text: str, said: Said) -> list[JsonValue]:
        thread_id = self.job.run.scope.thread_id
        cited: list[JsonValue] = []
        for found in citations_in(text, said.evidence, thread_id=thread_id):
            kind = found.pop("type")
            cited.append({"type": kind, "url_citation": found})
        return cited

    def _chunk(self, delta: dict[str, JsonValue], *, finish: str | None = None) -> bytes:
        choice: JsonValue = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _data({**self._head(), "choices": [choice]})

    def _head(self, kind: str = "chat.completion.chunk") -> dict[str, JsonValue]:
        run = self.job.run
        return {
            "id": f"chatcmpl-{run.run_id}",
            "object": kind,
            "created": seconds_of(run.created_at),
            "model": NAME,
            "surefoot": {"run_id": run.run_id, "thread_id": run.scope.thread_id},
        }


def seconds_of(ts: str) -> int:
    """Return a time as OpenAI writes it."""
    return int(datetime.fromisoformat(ts).timestamp())


def _usage(usage: Usage) -> dict[str, JsonValue]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def _waits(event: ApprovalRequested) -> str:
    return (
        f"The call `{event.tool}` waits for a person: decide at "
        f"/v1/runs/{event.run_id}/approvals/{event.call_id}."
    )


def _data(body: dict[str, JsonValue]) -> bytes:
    return f"data: {json.dumps(body)}\n\n".encode()


def add_routes(router: APIRouter) -> None:
    """Serve chat completions."""
    threads = Threads()

    @router.post("/v1/chat/completions")
    async def chat_completions(body: ChatRequest, caller: CallerHere) -> Response:
        """Continue a conversation, in one piece or many."""
        return await complete(body, caller, threads)
