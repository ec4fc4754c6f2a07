"""Asking: what a client wants a run to do, from LangGraph's words into ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from surefoot.errors import InputError
from surefoot.limits import ThreadPolicy
from surefoot.messages import Image

from ..parts import pictures_in, text_in

Decision = Literal["approve", "reject", "edit"]


class Command(BaseModel):
    """How an interrupted run goes on."""

    model_config = ConfigDict(extra="ignore")

    resume: JsonValue = None


class NewRun(BaseModel):
    """A run to be begun. What is not named here is taken and passed over."""

    model_config = ConfigDict(extra="ignore")

    assistant_id: str
    input: JsonValue = None
    command: Command | None = None
    stream_mode: str | list[str] = "values"
    multitask_strategy: ThreadPolicy | None = None
    if_not_exists: Literal["create", "reject"] = "reject"
    on_disconnect: Literal["cancel", "continue"] = "continue"
    on_completion: Literal["delete", "keep"] = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A person's decision."""

    decision: Decision
    args: dict[str, JsonValue] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person asks and shows."""

    text: str
    pictures: tuple[Image, ...] = ()
    message_id: str | None = None
    """The client's id of it."""


def question_in(given: JsonValue) -> Question:
    """Return the question in a run's input. Raises `InputError`."""
    match given:
        case str(text):
            return Question(text=text)
        case {"messages": [*_, last]}:
            return _message(last)
        case {"messages": dict() | str() as last}:
            return _message(last)
        case {"question": str(text)} | {"input": str(text)} | {"text": str(text)}:
            return Question(text=text)
        case _:
            raise InputError("The input holds no question: send {'messages': [{...}]}.")


def decision_in(resume: JsonValue, call_id: str) -> Decided:
    """Return the decision on a call, in any of the ways in which clients say it."""
    match resume:
        case {"decisions": [first, *_]}:
            return decision_in(first, call_id)
        case dict() if call_id in resume:
            return decision_in(resume[call_id], call_id)
        case {"action": {"args": dict(args)}} | {"edited_action": {"args": dict(args)}}:
            return Decided(decision="edit", args=args)
        case {"decision": str(word), **more} | {"type": str(word), **more}:
            given = more.get("args")
            reason = more.get("reason") or more.get("message") or ""
            return Decided(
                decision=_word(word),
                args=given if isinstance(given, dict) else None,
                reason=str(reason),
            )
        case [first, *_]:
            return decision_in(first, call_id)
        case bool():
            return Decided(decision="approve" if resume else "reject")
        case str():
            return Decided(decision=_word(resume))
        case _:
            raise InputError("Resume with 'approve', 'reject' or {'decision': …, 'args': …}.")


def _word(word: str) -> Decision:
    match word.casefold():
        case "approve" | "accept" | "yes" | "ok":
            return "approve"
        case "edit":
            return "edit"
        case "reject" | "ignore" | "no" | "deny":
            return "reject"
        case _:
            raise InputError(f"{word[:40]!r} is no decision: say approve, reject or edit.")


def _message(message: JsonValue) -> Question:
    match message:
        case str(text) | ["user" | "human", str(text)]:
            return Question(text=text)
        case dict() if message.get("role", message.get("type")) in ("user", "human"):
            content, name = message.get("content"), message.get("id")
            return Question(
                text=text_in(content),
                pictures=pictures_in(content),
                message_id=name if isinstance(name, str) else None,
            )
        case _:
            raise InputError("The last message must be the user's.")
