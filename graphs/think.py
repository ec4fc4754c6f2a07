"""The think node: one decision of the model, a plan or the answer."""

from __future__ import annotations

from langgraph.graph import END
from langgraph.runtime import Runtime
from langgraph.types import Command

from surefoot.errors import LimitReached
from surefoot.messages import Message

from .closing import conclude, partial_answer
from .context import RunContext
from .conversation import open_conversation
from .release import Release
from .round import Round
from .state import RunState


async def think(state: RunState, runtime: Runtime[RunContext]) -> Command[str]:
    """Ask the model what to do; route to `act` with a checked plan, or end with the answer."""
    context = runtime.context
    new: list[Message] = []
    if not state.get("messages"):
        new = await open_conversation(context, state["question"])
    visit = Round(context, state, new)
    while True:
        release = Release(context, state["question"])
        try:
            message = await visit.ask(release)
        except LimitReached as limit:
            if visit.closing:
                await partial_answer(context, state["question"], limit)
                return Command(update=visit.update(), goto=END)
            visit.close(str(limit))
            continue
        if not message.tool_calls:
            await conclude(context, state["question"], [*visit.messages, message], release)
            return Command(update=visit.update(), goto=END)
        release.abandon()
        if (plan := visit.plan(message)) is not None:
            return Command(update=plan, goto="act")
