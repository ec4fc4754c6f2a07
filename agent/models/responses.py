"""OpenAI's Responses API, which tells in summary what a model thinks, through OpenAI's own SDK."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING

from surefoot.model import (
    Finished,
    FinishReason,
    ModelPart,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
    ToolSpec,
)

from .diagnosis import by_words, without_secret
from .drafts import CallDrafts, ending
from .faults import ProviderFault
from .hosted import HostedModel, Manner, Written
from .responses_wire import (
    BETWEEN_PARTS,
    Body,
    thought_of,
    written_input,
    written_instructions,
    written_text,
    written_tool,
)

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream, BadRequestError
    from openai.types.responses import FunctionToolParam, Response, ResponseStreamEvent


class ResponsesModel(HostedModel["AsyncOpenAI"]):
    """One model of OpenAI that thinks before it speaks.

    Nothing is stored with OpenAI: what it thought is sealed, kept here and sent back with the
    conversation. An account that may not see summaries is asked for none.
    """

    def __init__(self, client: AsyncOpenAI, manner: Manner) -> None:
        super().__init__(client, manner)
        self._written: Written[FunctionToolParam] = Written()
        self._has_summaries = True

    def body(self, request: ModelRequest) -> Body:
        """Return the request as the protocol writes it."""
        body: Body = {
            "model": self._manner.model,
            "input": list(written_input(request.messages)),
            "store": False,
            "include": ["reasoning.encrypted_content"],
        }
        if instructions := written_instructions(request.messages):
            body["instructions"] = instructions
        if tools := request.tools or request.past_tools:
            body["tools"] = self._tools(tools)
        if tools and not request.tools:
            body["tool_choice"] = "none"
        if request.output is not None:
            body["text"] = written_text(request.output)
        if self._manner.max_output_tokens is not None:
            body["max_output_tokens"] = self._manner.max_output_tokens
        if self._manner.effort is not None:
            body["reasoning"] = {"effort": self._manner.effort}
            if self._has_summaries:
                body["reasoning"]["summary"] = "auto"
        return body

    def read(self, answer: Response) -> Iterator[ModelPart]:
        """Yield the parts of a message that came whole. Raises a `ProviderFault`."""
        said = _Said()
        for item in answer.output:
            if item.type == "reasoning":
                if words := BETWEEN_PARTS.join(part.text for part in item.summary):
                    yield ReasoningDelta(words)
                if not said.has_begun and (thought := thought_of(item)) is not None:
                    yield thought
            elif item.type == "message":
                for part in item.content:
                    if part.type == "refusal":
                        said.is_refused = True
                    elif part.text:
                        said.has_text = True
                        yield TextDelta(part.text)
            elif item.type == "function_call":
                said.calls.add(item.id, call_id=item.call_id, name=item.name, json=item.arguments)
        yield from self._end(said, answer)

    async def _streamed(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        said, is_between = _Said(), False
        opened = await self._opened(request)
        async with opened as stream:
            async for event in stream:
                if event.type == "response.reasoning_summary_text.delta":
                    yield ReasoningDelta(BETWEEN_PARTS * is_between + event.delta)
                    is_between = False
                elif event.type == "response.reasoning_summary_text.done":
                    is_between = True
                elif event.type == "response.output_text.delta":
                    said.has_text = said.has_text or bool(event.delta)
                    yield TextDelta(event.delta)
                elif event.type == "response.refusal.delta":
                    said.is_refused = True
                elif event.type == "response.output_item.done":
                    item = event.item
                    if item.type == "reasoning" and not said.has_begun:
                        if (thought := thought_of(item)) is not None:
                            yield thought
                    elif item.type == "function_call":
                        said.calls.add(
                            item.id, call_id=item.call_id, name=item.name, json=item.arguments
                        )
                elif event.type == "error":
                    raise self._fault(event.code, event.message)
                elif (
                    event.type == "response.completed"
                    or event.type == "response.incomplete"
                    or event.type == "response.failed"
                ):
                    said.last = event.response
        for part in self._end(said, said.last):
            yield part

    async def _whole(self, request: ModelRequest) -> AsyncGenerator[ModelPart]:
        from openai import BadRequestError

        create = self.client.responses.create
        try:
            answer = await create(**self.body(request))
        except BadRequestError as refused:
            self._give_up_summaries(refused)
            answer = await create(**self.body(request))
        for part in self.read(answer):
            yield part

    async def _opened(self, request: ModelRequest) -> AsyncStream[ResponseStreamEvent]:
        from openai import BadRequestError

        create = self.client.responses.create
        try:
            return await create(**self.body(request), stream=True)
        except BadRequestError as refused:
            self._give_up_summaries(refused)
            return await create(**self.body(request), stream=True)

    def _tools(self, tools: tuple[ToolSpec, ...]) -> list[FunctionToolParam]:
        return self._written.known(tools) or self._written.keep(
            tools, [written_tool(tool) for tool in tools]
        )

    def _end(self, said: _Said, answer: Response | None) -> Iterator[ModelPart]:
        if answer is not None and answer.error is not None:
            raise self._fault(answer.error.code, answer.error.message)
        reason = None if answer is None else _reason(answer, said)
        calls = said.calls.calls(prefix="call", is_cut=reason == "length")
        yield from ending(self.name, reason, said.has_text, calls)
        assert answer is not None and reason is not None, "one without an end is a fault"
        usage = answer.usage
        finished = Finished(reason="tool_calls" if calls and reason == "stop" else reason)
        if usage is not None:
            finished = Finished(
                reason=finished.reason,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                cached_tokens=usage.input_tokens_details.cached_tokens,
            )
        yield self._priced(finished)

    def _fault(self, code: str | None, message: str) -> ProviderFault:
        """Return the fault that an error means which came after the answer had begun."""
        return by_words(self.name, without_secret(f"{code} · {message}", self.secret))

    def _give_up_summaries(self, refused: BadRequestError) -> None:
        """Ask for summaries no more, when that is what was refused; else raise the refusal."""
        if not self._has_summaries or refused.param != "reasoning.summary":
            raise refused
        self._has_summaries = False


class _Said:
    """What a message has held so far."""

    def __init__(self) -> None:
        self.calls = CallDrafts()
        self.has_text = False
        self.is_refused = False
        self.last: Response | None = None

    @property
    def has_begun(self) -> bool:
        """True when words or calls have come.

        A thought between them cannot be put back in its place, and OpenAI takes none elsewhere.
        """
        return self.has_text or len(self.calls) > 0


def _reason(answer: Response, said: _Said) -> FinishReason | None:
    why = answer.incomplete_details.reason if answer.incomplete_details else None
    if said.is_refused or why == "content_filter":
        return "content_filter"
    if why == "max_output_tokens":
        return "length"
    return "stop" if answer.status == "completed" else None
