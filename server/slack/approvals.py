"""Approvals: calls that wait for a person, as messages with buttons."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import JsonValue

from surefoot.events import ApprovalRequested, ApprovalResolved

from .blocks import Block, actions, button, context, section
from .calls import Refused
from .mrkdwn import escaped
from .outbox import Outbox, Post
from .story import Story

APPROVE, EDIT, REJECT, EDITED = (
    "surefoot_approve",
    "surefoot_edit",
    "surefoot_reject",
    "surefoot_edited",
)
_SHOWN_CHARS = 2_500
_MOST_CHARS, _MOST_INPUTS = 3_000, 50


class Approvals:
    """The messages that ask for one run's decisions."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._asked: dict[str, str] = {}
        """The message of each call that has been asked about, by call id."""
        self._settled: set[str] = set()

    async def show(self, story: Story) -> None:
        """Ask what is to be asked, and take the buttons from what is settled."""
        for call_id, request in story.asked.items():
            is_open = call_id in story.waiting
            if call_id not in self._asked:
                known = await self._outbox.earlier(_part(call_id))
                if known is None and not is_open:
                    self._settled.add(call_id)
                self._asked[call_id] = known or (await self._ask(request) if is_open else "")
            if not is_open and call_id not in self._settled:
                self._settled.add(call_id)
                await self._settle(request, story.decided.get(call_id))

    async def _ask(self, request: ApprovalRequested) -> str:
        return await self._outbox.post(_part(request.call_id), asking(request))

    async def _settle(self, request: ApprovalRequested, decision: ApprovalResolved | None) -> None:
        if not (ts := self._asked[request.call_id]):
            return
        try:
            await self._outbox.update(
                ts, part=_part(request.call_id), content=settled(request, decision)
            )
        except Refused:
            return  # Somebody has deleted the message; the decision stands without it.


def _part(call_id: str) -> str:
    return f"ask:{call_id}"


def asking(request: ApprovalRequested) -> Post:
    """Return the message that asks for a decision."""
    value = json.dumps({"run_id": request.run_id, "call_id": request.call_id})
    buttons = [
        button("Approve", APPROVE, value, style="primary"),
        *([button("Edit", EDIT, value)] if request.args else []),
        button("Reject", REJECT, value, style="danger"),
    ]
    title = f"May I use `{escaped(request.tool)}`?"
    reason = [context(escaped(request.reason))] if request.reason else []
    blocks = [section(f"*{title}*\n{_shown(request.args)}"), *reason, actions(*buttons)]
    return Post(text=title, blocks=blocks)


def settled(request: ApprovalRequested, decision: ApprovalResolved | None) -> Post:
    """Return the message once there is nothing to decide any more."""
    how = {"approve": "Approved", "edit": "Approved with changes", "reject": "Rejected"}
    word = "No longer needed" if decision is None else how[decision.decision]
    text = f"{word}: `{escaped(request.tool)}`"
    args = request.args
    if decision is not None and decision.args is not None:
        args = decision.args
    return Post(text=text, blocks=[section(f"*{text}*\n{_shown(args)}")])


def pressed_call(value: str) -> tuple[str, str]:
    """Return the run and the call that a button or modal stands for."""
    call = json.loads(value)
    return str(call["run_id"]), str(call["call_id"])


def edit_view(request: ApprovalRequested, *, channel: str) -> Block:
    """Return the modal in which arguments are changed, one input for each that fits into one."""
    private = {"run_id": request.run_id, "call_id": request.call_id, "channel": channel}
    return {
        "type": "modal",
        "callback_id": EDITED,
        "private_metadata": json.dumps(private),
        "title": {"type": "plain_text", "text": "Change and approve"},
        "submit": {"type": "plain_text", "text": "Approve"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            _input(name, text)
            for name, value in list(request.args.items())[:_MOST_INPUTS]
            if len(text := _one(value)) <= _MOST_CHARS
        ],
    }


def edited_args(
    request: ApprovalRequested, values: Mapping[str, JsonValue]
) -> tuple[dict[str, JsonValue], dict[str, str]]:
    """Return the arguments in a submitted modal, and what is wrong with them by input."""
    args, wrong = dict(request.args), dict[str, str]()
    for name, old in request.args.items():
        if (typed := _typed(values, name)) is None:
            continue
        if isinstance(old, str):
            args[name] = typed
            continue
        try:
            args[name] = json.loads(typed)
        except ValueError:
            wrong[name] = f"This must be JSON, such as {json.dumps(old)[:60]}."
    return args, wrong


def _input(name: str, text: str) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": {"type": "plain_text", "text": name[:2_000]},
        "element": {
            "type": "plain_text_input",
            "action_id": "value",
            "multiline": len(text) > 60 or "\n" in text,
            "initial_value": text,
        },
    }


def _typed(values: Mapping[str, JsonValue], name: str) -> str | None:
    block = values.get(name)
    entry = block.get("value") if isinstance(block, dict) else None
    if not isinstance(entry, dict):
        return None
    return str(entry.get("value") or "")


def _shown(args: Mapping[str, JsonValue]) -> str:
    if not args:
        return "_No arguments._"
    lines = (f"{name}: {_one(value)}" for name, value in args.items())
    return f"```{escaped(chr(10).join(lines))[:_SHOWN_CHARS]}```"


def _one(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
