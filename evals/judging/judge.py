"""A judge: a model that is shown a run and answers with one of a few words.

Judging is apart from grading: the model's verdicts are kept with the traces, and the grader reads
them, so that grading again needs no model.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pydantic import JsonValue

from surefoot.errors import ModelError
from surefoot.messages import SystemMessage, UserMessage
from surefoot.model import ChatModel, Finished, ModelRequest, Restarted, TextDelta

from ..traces import Trace, digest

VOCABULARY = {"pass": True, "fail": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a judge said about a run."""

    text: str
    """Its answer, whole."""
    verdict: bool | None
    """None when its last line is no word of the vocabulary, or there was no answer."""
    error: str = ""
    cost_usd: float | None = None


async def judged(
    model: ChatModel,
    prompt: str,
    trace: Trace,
    *,
    vocabulary: Mapping[str, bool] = VOCABULARY,
) -> Judgement:
    """Show a run to a model, and read its verdict from the last line of what it says."""
    words = " or ".join(word.upper() for word in vocabulary)
    system = f"{prompt}\n\nEnd with a line that holds nothing but {words}."
    request = ModelRequest(messages=(SystemMessage(system), UserMessage(shown(trace))))
    text: list[str] = []
    cost: float | None = None
    try:
        async for part in model.stream(request):
            if isinstance(part, TextDelta):
                text.append(part.text)
            elif isinstance(part, Restarted):
                text.clear()
            elif isinstance(part, Finished):
                cost = part.cost_usd
    except ModelError as error:
        return Judgement(text="".join(text), verdict=None, error=str(error))
    said = "".join(text).strip()
    last = said.splitlines()[-1].strip(" .*_`").casefold() if said else ""
    if last not in vocabulary:
        told = f"{last[:60]!r} is not one of {', '.join(vocabulary)}"
        return Judgement(text=said, verdict=None, error=told, cost_usd=cost)
    return Judgement(text=said, verdict=vocabulary[last], cost_usd=cost)


def shown(trace: Trace) -> str:
    """Return a run as a judge reads it."""
    lines: list[str] = []
    for step in trace.steps:
        if step.text:
            lines.append(f"[{step.source}] {step.text}")
        for call in step.calls:
            back = call.result.text if call.result is not None else "(no result)"
            lines.append(f"[call] {call.tool}({call.args})\n[result] {back}")
    return "\n\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A model with a prompt, and the name that its verdicts are kept under."""

    model: ChatModel
    prompt: str
    name: str

    def knows(self, trace: Trace) -> bool:
        """Return whether this judge, asked by this prompt, has left a verdict on a trace."""
        labels, own = trace.labels, self._label()
        return (
            isinstance(labels.get(own), bool)
            and labels.get(f"{own}.model") == self.model.name
            and labels.get(f"{own}.prompt") == digest(self.prompt)
        )

    async def label(self, trace: Trace) -> Trace:
        """Return the trace with a verdict among its labels, for the grader `Judged`."""
        told, own = await judged(self.model, self.prompt, trace), self._label()
        kept: dict[str, JsonValue] = {
            own: told.verdict,
            f"{own}.text": told.text,
            f"{own}.error": told.error,
            f"{own}.model": self.model.name,
            f"{own}.prompt": digest(self.prompt),
            f"{own}.cost_usd": told.cost_usd,
        }
        return replace(trace, labels={**trace.labels, **kept})

    async def each(self, traces: Iterable[Trace], *, concurrency: int = 4) -> AsyncGenerator[Trace]:
        """Yield the traces with verdicts, each as soon as it is judged."""
        left, under_way = iter(traces), set[asyncio.Task[Trace]]()
        try:
            while True:
                for trace in islice(left, concurrency - len(under_way)):
                    under_way.add(asyncio.ensure_future(self.label(trace)))
                if not under_way:
                    return
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    yield one.result()
        finally:
            for task in under_way:
                task.cancel()

    def _label(self) -> str:
        return f"judge.{self.name}"


def unjudged(trace: Trace, name: str) -> Trace:
    """Return the trace as it was before a judge left anything on it."""
    own = f"judge.{name}"
    kept = {
        key: value
        for key, value in trace.labels.items()
        if key != own and not key.startswith(f"{own}.")
    }
    return replace(trace, labels=kept)


async def judge_traces(
    model: ChatModel, prompt: str, traces: Sequence[Trace], *, name: str, concurrency: int = 4
) -> list[Trace]:
    """Return the traces, in their order, with a judge's verdicts among their labels."""
    judge, gate = Judge(model=model, prompt=prompt, name=name), asyncio.Semaphore(concurrency)

    async def one(trace: Trace) -> Trace:
        async with gate:
            return await judge.label(trace)

    return list(await asyncio.gather(*map(one, traces)))
