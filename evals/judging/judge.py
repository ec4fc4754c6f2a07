"""A judge: a model that is shown a run and answers with one of a few words.

Judging is apart from grading: the model's verdicts are kept with the traces, and the grader reads
them, so that grading again needs no model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from surefoot.errors import ModelError
from surefoot.messages import SystemMessage, UserMessage
from surefoot.model import ChatModel, Finished, ModelRequest, Restarted, TextDelta

from ..graders import Grade, Reference
from ..graders.grade import scored, unscorable
from ..traces import Trace

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


async def judge_traces(
    model: ChatModel, prompt: str, traces: Sequence[Trace], *, name: str, concurrency: int = 4
) -> list[Trace]:
    """Return the traces with a judge's verdicts among their labels, for the grader `Judged`."""
    gate = asyncio.Semaphore(concurrency)

    async def one(trace: Trace) -> Trace:
        async with gate:
            told = await judged(model, prompt, trace)
        labels = {
            **trace.labels,
            f"judge.{name}": told.verdict,
            f"judge.{name}.text": told.text,
            f"judge.{name}.error": told.error,
            f"judge.{name}.model": model.name,
        }
        return replace(trace, labels=labels)

    return list(await asyncio.gather(*(one(trace) for trace in traces)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Reads the recorded verdict of a judge."""

    version: ClassVar[int] = 1
    judge: str
    name: str = field(default="judge")

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade a trace as the judge did; a verdict off the vocabulary is an error."""
        label = f"judge.{self.judge}"
        if label not in trace.labels:
            return unscorable(self, f"The recording has no verdict of the judge {self.judge!r}.")
        verdict = trace.labels[label]
        if not isinstance(verdict, bool):
            reason = f"The judge gave no verdict: {trace.labels.get(f'{label}.error')}."
            return Grade(grader=self.name, outcome="error", reason=reason)
        return scored(self, float(verdict))
