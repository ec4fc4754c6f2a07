"""Pressed: what the buttons in messages do, and who may press them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import JsonValue
from slack_bolt.async_app import AsyncAck, AsyncApp

from surefoot.errors import NotFound
from surefoot.events import ApprovalRequested

from .approvals import APPROVE, EDIT, EDITED, REJECT, edit_view, edited_args, pressed_call
from .blocks import FEEDBACK, SOURCES, STOP
from .evidence import evidence_view
from .inbox import Item
from .payloads import Json, Press, press_in, submission_in
from .story import Story
from .workspaces import Workspace

if TYPE_CHECKING:
    from .bot import SlackBot

_GONE = "That is not open any more."


class Pressed:
    """The buttons of one bot. Each is acknowledged at once and then does what it says."""

    def __init__(self, bot: SlackBot) -> None:
        self._bot = bot

    def add_to(self, app: AsyncApp) -> None:
        """Register the buttons and the modal."""
        app.action(APPROVE)(self._approve)
        app.action(REJECT)(self._reject)
        app.action(EDIT)(self._edit)
        app.action(STOP)(self._stop)
        app.action(SOURCES)(self._sources)
        app.action(FEEDBACK)(self._feedback)
        app.view(EDITED)(self._edited)

    async def _approve(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        await self._decide(press_in(body), "approve")

    async def _reject(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        await self._decide(press_in(body), "reject")

    async def _decide(self, press: Press, decision: Literal["approve", "reject"]) -> None:
        run_id, call_id = pressed_call(press.value)
        if await self._may_decide(press, run_id):
            try:
                await self._bot.assistant.approve(
                    run_id, call_id, decision, reason=f"by {press.user} in Slack"
                )
            except NotFound:
                await self._whisper(press, _GONE)

    async def _edit(self, ack: AsyncAck, body: Json) -> None:
        """Open the modal; a trigger is good for three seconds, so this goes first."""
        await ack()
        press = press_in(body)
        run_id, call_id = pressed_call(press.value)
        if not await self._may_decide(press, run_id):
            return
        request = await self._request(run_id, call_id)
        if request is None:
            await self._whisper(press, _GONE)
        else:
            await self._open_view(press, edit_view(request, channel=press.channel))

    async def _edited(self, ack: AsyncAck, body: Json) -> None:
        """Approve with what was typed, or say beside each input what is wrong with it."""
        press, values = submission_in(body)
        run_id, call_id = pressed_call(press.value)
        request = await self._request(run_id, call_id)
        if request is None or not await self._may_decide(press, run_id):
            await ack()
            return
        args, wrong = edited_args(request, values)
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        try:
            await self._bot.assistant.approve(run_id, call_id, "edit", args=args)
        except NotFound:
            await self._whisper(press, _GONE)

    async def _stop(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        press = press_in(body)
        if await self._item(press, press.value) is not None:
            await self._bot.assistant.cancel(press.value)

    async def _sources(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        press = press_in(body)
        if (item := await self._item(press, press.value)) is not None:
            story = await self._story(item)
            await self._open_view(press, evidence_view(story.cited))

    async def _feedback(self, ack: AsyncAck, body: Json) -> None:
        await ack()
        press = press_in(body)
        word, _, run_id = press.value.partition(" ")
        item = await self._item(press, run_id)
        if item is not None:
            await self._bot.people.note(
                "good" if word == "good" else "bad",
                run_id=run_id,
                thread_id=item.question.place.thread_id,
                team=press.team,
                user=press.user,
            )
            await self._whisper(press, "Thank you, that is noted.")

    async def _may_decide(self, press: Press, run_id: str) -> bool:
        """Return whether somebody may decide, and tell them where not."""
        item = await self._item(press, run_id)
        if item is None:
            return False
        approvers = self._bot.settings.approvers
        if approvers == "asker":
            allowed, who = press.user == item.question.user, f"<@{item.question.user}>"
        elif approvers == "anyone":
            allowed, who = True, ""
        else:
            allowed, who = press.user in approvers, ", ".join(f"<@{user}>" for user in approvers)
        if not allowed:
            await self._whisper(press, f"Only {who} may decide on this.")
        return allowed

    async def _item(self, press: Press, run_id: str) -> Item | None:
        """Return what a run answers, when it was asked in the workspace that the press is from."""
        item = await self._bot.inbox.of_run(run_id)
        return item if item is not None and item.question.place.team == press.team else None

    async def _request(self, run_id: str, call_id: str) -> ApprovalRequested | None:
        item = await self._bot.inbox.of_run(run_id)
        return None if item is None else (await self._story(item)).waiting.get(call_id)

    async def _story(self, item: Item) -> Story:
        place = item.question.place
        return Story(
            await self._bot.assistant.events(
                place.thread_id, tenant=self._bot.tenant(place.team), run_id=item.run_id
            )
        )

    async def _open_view(self, press: Press, view: dict[str, JsonValue]) -> None:
        if (workspace := await self._workspace(press)) is not None:
            arguments = {"trigger_id": press.trigger_id, "view": view}
            await self._bot.calls.perhaps(workspace, "views.open", arguments)

    async def _whisper(self, press: Press, text: str) -> None:
        """Say something that only the person who pressed sees."""
        workspace = await self._workspace(press)
        if workspace is None or not press.channel:
            return
        arguments = {"channel": press.channel, "user": press.user, "text": text}
        if press.thread_ts:
            arguments["thread_ts"] = press.thread_ts
        await self._bot.calls.perhaps(workspace, "chat.postEphemeral", arguments)

    async def _workspace(self, press: Press) -> Workspace | None:
        return await self._bot.workspaces.find(press.team)
