"""The think node: one decision of the model, a plan or the answer."""

from __future__ import annotations

from langgraph.graph import END
from langgraph.runtime import Runtime
from langgraph.types import Command

from surefoot.errors import LimitReached
from surefoot.messages import Message

from .act import run_plan
from .closing import conclude, partial_answer
from .context import RunContext
from .conversation import open_conversation
from .release import Release
from .round import Round
from .state import Progress, RunState


async def think(state: RunState, runtime: Runtime[RunContext]) -> Command[str]:
    """Ask the model what to do; route to `act` with a checked plan, or end with the answer.

    A run without checkpoints acts right here: supersteps are for resuming between them, and each
    costs as much as several model calls' worth of our own work.
    """
    context = runtime.context
    new: list[Message] = []
    if not (before := state.get("messages", [])):
        new = await open_conversation(context, state["question"])
    visit = Round(context, before, new, state.get("progress") or Progress())
    while True:
        release = Release(context, state["question"])
        try:
            message = await visit.ask(release)
        except LimitReached as limit:
            if visit.closing:
                await partial_answer(context, state["question"], limit)
                return Command(goto=END)
            visit.close(str(limit))
            continue
        if not message.tool_calls:
            await conclude(context, state["question"], [*visit.messages, message], release)
            return Command(goto=END)
        release.abandon()
        if (planned := visit.plan(message)) is None:
            continue
        if context.checkpointed:
            return Command(update={"messages": visit.new, "progress": planned}, goto="act")
        visit.take(*await run_plan(context, planned))
