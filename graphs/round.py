"""A round: from one thought of the model to a plan that may run."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.events import PlanCreated, PlanRevised
from surefoot.messages import AssistantMessage, Message, ToolMessage, UserMessage
from surefoot.model import ModelRequest, ToolSpec
from surefoot.plan import Plan
from surefoot.verdicts import Verdict

from .checks import as_event
from .context import RunContext
from .conversation import RUN_NOTE, call_model
from .planning import PLAN_SPEC, CallGroup, Draft, draft, fingerprint, problems, share
from .release import Release
from .state import RunState


class Round:
    """One visit to the node: the messages it adds and the plan it comes to."""

    def __init__(self, context: RunContext, state: RunState, new: list[Message]) -> None:
        self._context = context
        self._state = state
        self._new = new
        self._seen = dict(state.get("seen", {}))
        self._numbered = state.get("numbered", 0)
        self._stalls = state.get("stalls", 0)
        self.closing = state.get("closing", "")
        self._told_closing = False

    @property
    def messages(self) -> list[Message]:
        """All that the model has been given and has said."""
        return [*self._state.get("messages", []), *self._new]

    def close(self, reason: str) -> None:
        """Make the next model call the answer."""
        self.closing = reason

    async def ask(self, release: Release) -> AssistantMessage:
        """Make one model call; its text goes to `release` as it streams."""
        context = self._context
        context.budget.reserve_model_call(last=bool(self.closing))
        tools: tuple[ToolSpec, ...] = ()
        if self.closing:
            self._tell_closing()
        elif specs := context.toolbox.specs():
            tools = (*specs, PLAN_SPEC)
        request = ModelRequest(messages=tuple(self.messages), tools=tools)
        message, finished = await call_model(context, request, release.feed)
        release.was_cut = finished.reason == "length"
        return message

    def _tell_closing(self) -> None:
        if not self._told_closing:
            self._told_closing = True
            self._new.append(
                UserMessage(
                    f"{RUN_NOTE}no more tools can be called, because {self.closing} "
                    "Answer now from the evidence above, and say plainly what could not be done."
                )
            )

    def plan(self, message: AssistantMessage) -> RunState | None:
        """Return the update with a checked plan, or None when the model must think again."""
        self._new.append(message)
        if self.closing:
            self._answer(message, "No tools can be called any more.")
            return None
        asked = draft(message, run_id=self._context.run_id, taken=self._numbered)
        self._numbered += len(asked.steps)
        plan, alias = share(asked.steps)
        groups = _renamed(asked, alias)
        if wrong := self._wrong(plan, groups):
            self._refuse(message, wrong)
            return None
        fresh, groups = self._without_repeats(plan, groups)
        if not fresh.steps:
            self._refuse_repeats(groups)
            return None
        return self._accept(fresh, groups)

    def _wrong(self, plan: Plan, groups: Sequence[CallGroup]) -> dict[str, str]:
        """Return what keeps the plan from running, by step or call."""
        context = self._context
        wrong = problems(plan, context.toolbox, known=context.values.keys())
        if not plan.steps:
            wrong |= {group.name: group.error for group in groups if group.error}
        if len(plan.steps) > context.budget.steps_left and len(plan.steps) > 1:
            left = context.budget.steps_left
            wrong["plan"] = f"It has {len(plan.steps)} steps, but only {left} may still be made."
        verdict = Verdict(
            stage="plan",
            check="plan",
            outcome="unsupported" if wrong else "supported",
            code="plan_not_runnable" if wrong else "",
            reason=" ".join(f"{name}: {told}" for name, told in wrong.items()),
            repair="Mend the steps named and plan again." if wrong else None,
        )
        if verdict.failed:
            context.verdicts.append(verdict)
        context.emit(as_event(verdict))
        return wrong

    def _refuse(self, message: AssistantMessage, wrong: dict[str, str]) -> None:
        told = " ".join(f"{name}: {reason}" for name, reason in wrong.items())
        self._answer(message, f"Nothing was run, because the plan has a fault. {told}")
        if not self._context.budget.reserve_repair():
            self.close("the plan could not be mended.")

    def _refuse_repeats(self, groups: Sequence[CallGroup]) -> None:
        for group in groups:
            text = f"Error (not_run): {group.error}"
            self._new.append(
                ToolMessage(call_id=group.call_id, name=group.name, text=text, is_error=True)
            )
        self._stalls += 1
        if self._stalls >= 2:
            self.close("the same calls were asked for again.")

    def _answer(self, message: AssistantMessage, told: str) -> None:
        text = f"Error (not_run): {told}"
        self._new += [
            ToolMessage(call_id=call.call_id, name=call.name, text=text, is_error=True)
            for call in message.tool_calls
        ]

    def _without_repeats(
        self, plan: Plan, groups: Sequence[CallGroup]
    ) -> tuple[Plan, list[CallGroup]]:
        """Drop the calls this run has already made; what is left can only bring something new."""
        again = {
            step.id: earlier
            for step in plan.steps
            if (earlier := self._seen.get(fingerprint(step.tool, step.args))) is not None
        }
        needed = {name for step in plan.steps if step.id not in again for name in step.depends_on}
        again = {step_id: earlier for step_id, earlier in again.items() if step_id not in needed}
        if not again:
            return plan, list(groups)
        kept = tuple(step for step in plan.steps if step.id not in again)
        told: list[CallGroup] = []
        for group in groups:
            left = tuple(one for one in group.steps if one not in again)
            error = group.error
            if group.steps and not left:
                earlier = ", ".join(again[one] for one in group.steps)
                error = f"This call was already made as {earlier}; its result is above."
            told.append(CallGroup(call_id=group.call_id, name=group.name, steps=left, error=error))
        return Plan(steps=kept), told

    def _accept(self, plan: Plan, groups: list[CallGroup]) -> RunState:
        context, state = self._context, self._state
        revision = state.get("revision", -1) + 1
        plan = plan.model_copy(update={"revision": revision})
        if context.first(f"plan {revision}"):
            context.emit(_plan_event(plan, state.get("plan")))
        update = self.update()
        update["plan"] = plan
        update["groups"] = tuple(groups)
        update["revision"] = revision
        update["seen"] = {fingerprint(step.tool, step.args): step.id for step in plan.steps}
        return update

    def update(self) -> RunState:
        """Return what this visit adds to the state."""
        return {
            "messages": self._new,
            "numbered": self._numbered,
            "stalls": self._stalls,
            "closing": self.closing,
            "used": self._context.budget.used(),
        }


def _renamed(asked: Draft, alias: dict[str, str]) -> list[CallGroup]:
    if not alias:
        return list(asked.groups)
    return [
        CallGroup(
            call_id=group.call_id,
            name=group.name,
            steps=tuple(dict.fromkeys(alias.get(one, one) for one in group.steps)),
            error=group.error,
        )
        for group in asked.groups
    ]


def _plan_event(plan: Plan, earlier: Plan | None) -> PlanCreated | PlanRevised:
    if earlier is None:
        return PlanCreated(plan=plan)
    return PlanRevised(plan=plan, added=tuple(step.id for step in plan.steps))
