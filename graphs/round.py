"""A round: from one thought of the model to a plan that may run."""

from __future__ import annotations

from collections.abc import Container, Sequence

from surefoot.events import PlanCreated, PlanRevised
from surefoot.messages import AssistantMessage, Message, ToolMessage, UserMessage
from surefoot.model import ModelRequest
from surefoot.plan import Plan
from surefoot.verdicts import Verdict

from .checks import PlanSubject, judge
from .checks.plan import STRUCTURE
from .closing import Stopped
from .context import RunContext
from .conversation import call_model, occasion
from .planning import CallGroup, draft, offered
from .prompt_parts import RUN_NOTE, place_of_question
from .release import Release
from .revising import in_short
from .sharing import Shared, fingerprint, regroup, share
from .state import Progress


class Round:
    """From one visit to the node to the next: what the model says, until a plan may run."""

    def __init__(
        self, context: RunContext, before: Sequence[Message], new: list[Message], progress: Progress
    ) -> None:
        self._context = context
        self._before = before
        self._numbered = progress.numbered
        self._stalls = progress.stalls
        self._progress = progress
        self._told_closing = False
        self._ignored = 0
        self._fault = ""
        self.new = new
        """The messages that this visit adds."""
        self.closing = progress.closing
        self.limited = progress.limited

    @property
    def stopped(self) -> Stopped | None:
        """What the answer must say of a limit that was reached."""
        return Stopped(why=self.closing, undone=self._progress.undone) if self.limited else None

    def stop(self, why: str) -> Stopped:
        """Return what an answer without the model must say; a limit reached before comes first."""
        return self.stopped or Stopped(why=why, undone=self._progress.undone)

    @property
    def is_stuck(self) -> bool:
        """True when the model does not answer, though it has been told to."""
        return self._ignored >= 2

    @property
    def messages(self) -> list[Message]:
        """All that the model has been given and has said."""
        return [*self._before, *self.new]

    def earlier(self) -> str:
        """Return what was said in the thread before the run's question."""
        messages = self._before or self.new
        place = place_of_question(messages)
        return "\n".join(message.text for message in messages[1:place]) if place > 1 else ""

    def close(self, reason: str, *, limited: bool = False) -> None:
        """Make the next model call the answer."""
        self.closing = reason
        self.limited = limited

    async def ask(self, release: Release) -> AssistantMessage:
        """Make one model call; its text goes to `release` as it streams."""
        context = self._context
        context.budget.reserve_model_call(last=bool(self.closing))
        if self.closing:
            self._tell_closing()
        tools = offered(context.toolbox)
        request = ModelRequest(
            messages=tuple(self.messages),
            tools=() if self.closing else tools,
            past_tools=tools if self.closing else (),
            occasion=occasion(context, "answer" if self.closing else "think", self._stalls),
        )
        message, finished = await call_model(context, request, release.feed, release.abandon)
        release.was_cut = finished.reason in ("length", "content_filter")
        return message

    def _tell_closing(self) -> None:
        if not self._told_closing:
            self._told_closing = True
            self.new.append(
                UserMessage(
                    f"{RUN_NOTE}no more tools can be called. {self.closing} "
                    "Answer now from the evidence above, and say plainly what could not be done."
                )
            )

    def plan(self, message: AssistantMessage) -> Progress | None:
        """Return how far the run is, with a checked plan, or None to make the model think again."""
        self.new.append(message)
        if self.closing:
            self._ignored += 1
            self._answer(message, "No tools can be called any more.")
            return None
        asked = draft(message, run_id=self._context.run_id, taken=self._numbered)
        self._numbered += len(asked.steps)
        changing = {tool.name for tool in self._context.toolbox if tool.side_effects}
        shared = share(asked.steps, self._progress.seen, changing=changing)
        groups = regroup(asked.groups, shared)
        if not shared.plan.steps and shared.alias:
            self._refuse_repeats(groups)
            return None
        verdicts = self._examine(shared.plan, groups)
        if failed := [verdict for verdict in verdicts if verdict.failed]:
            self._refuse(message, failed)
            return None
        hints = tuple(verdict.advice for verdict in verdicts if verdict.repair)
        return self._accept(shared, groups, hints)

    def _examine(self, plan: Plan, groups: Sequence[CallGroup]) -> list[Verdict]:
        """Tell what the checks find in the plan, and return it."""
        context = self._context
        subject = PlanSubject(
            plan=plan,
            toolbox=context.toolbox,
            known=context.values.keys(),
            unreadable={group.name: group.error for group in groups if group.error},
            steps_left=context.budget.steps_left,
            question=context.question,
            evidence=context.ledger.all(),
        )
        verdicts = judge(STRUCTURE, subject)
        if not any(verdict.failed for verdict in verdicts):
            verdicts += judge(context.checks.plan, subject, context.timekeeper)
        for verdict in verdicts:
            context.note(verdict)
        return verdicts

    def _refuse(self, message: AssistantMessage, failed: Sequence[Verdict]) -> None:
        self._fault = told = " ".join(verdict.reason for verdict in failed)
        self._answer(message, f"Nothing was run, because the plan has a fault. {told}")
        if not self._context.budget.reserve_repair():
            self.close("The plan could not be mended.")

    def _refuse_repeats(self, groups: Sequence[CallGroup]) -> None:
        for group in groups:
            text = f"Error (not_run): {group.error}"
            self.new.append(
                ToolMessage(call_id=group.call_id, name=group.name, text=text, is_error=True)
            )
        self._stalls += 1
        if self._stalls >= 2:
            self.close("The same calls were asked for again.")

    def _answer(self, message: AssistantMessage, told: str) -> None:
        text = f"Error (not_run): {told}"
        self.new += [
            ToolMessage(call_id=call.call_id, name=call.name, text=text, is_error=True)
            for call in message.tool_calls
        ]

    def _accept(self, shared: Shared, groups: list[CallGroup], hints: tuple[str, ...]) -> Progress:
        plan = shared.plan
        earlier = self._progress.plan
        revision = earlier.revision + 1 if earlier.steps else 0
        while not self._context.first(f"plan {revision}"):
            revision += 1  # An attempt that ended before its checkpoint told of that one.
        if revision:
            plan = plan.model_copy(update={"revision": revision})
        self._context.emit(self._plan_event(plan, shared.made))
        self._progress = Progress(
            plan=plan,
            groups=tuple(groups),
            hints=hints,
            seen=self._progress.seen | shared.made,
            numbered=self._numbered,
            stalls=self._stalls,
            closing=self.closing,
            limited=self.limited,
            used=self._context.budget.used(),
        )
        return self._progress

    def _plan_event(self, plan: Plan, made: Container[str]) -> PlanCreated | PlanRevised:
        """Return what tells of the plan; a step before it without a result is dropped with it."""
        if plan.revision == 0:
            return PlanCreated(plan=plan)
        return PlanRevised(
            plan=plan,
            added=tuple(step.id for step in plan.steps),
            dropped=tuple(
                step.id
                for step in self._progress.plan.steps
                if step.id not in self._context.values
                and fingerprint(step.tool, step.args) not in made
            ),
            reason=self._reason(),
        )

    def _reason(self) -> str:
        """Return why there is another plan: what the last had wrong, or what it brought."""
        if self._fault:
            return in_short(f"the plan had a fault: {self._fault}")
        return self._progress.brought or "the run was taken up again"

    def take(self, told: list[Message], progress: Progress) -> None:
        """Go on from what running the plan brought."""
        self.new += told
        self._fault = ""
        self._progress = progress
        self._stalls = progress.stalls
        self.closing = progress.closing
        self.limited = progress.limited
