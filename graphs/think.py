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
    context, question = runtime.context, state["question"]
    new: list[Message] = []
    if not (before := state.get("messages", [])):
        new = await open_conversation(context, question)
    visit = Round(context, before, new, state.get("progress") or Progress())
    release = Release(context, question, earlier=visit.earlier())
    try:
        return await _decided(context, question, visit, release)
    finally:
        release.close()


async def _decided(
    context: RunContext, question: str, visit: Round, release: Release
) -> Command[str]:
    while True:
        try:
            message = await visit.ask(release)
        except LimitReached as limit:
            if not visit.closing and context.budget.seconds_left > 0:
                visit.close(str(limit), limited=True)
                continue
            await partial_answer(context, question, visit.stop(str(limit)), release)
            break
        if not message.tool_calls:
            said = [*visit.messages, message]
            await conclude(context, question, said, release, visit.stopped)
            break
        release.abandon()
        planned = visit.plan(message)
        if planned is not None and context.checkpointed:
            return Command(update={"messages": visit.new, "progress": planned}, goto="act")
        if planned is not None:
            visit.take(*await run_plan(context, planned))
        elif visit.is_stuck:
            await partial_answer(context, question, visit.stop(visit.closing), release)
            break
    return Command(goto=END)
