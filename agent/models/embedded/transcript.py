"""Transcript: a conversation as the planner reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from pydantic import JsonValue

from .blocks import Block, Result, blocks_of, result_of, sections_of

RUN_NOTE = "Note from the run:"
_CONTEXT = re.compile(r"\n*^<context>[ \t]*\n(?P<inside>.*?)^</context>[ \t]*$", re.M | re.S)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made, with what came of it."""

    tool: str
    args: Mapping[str, JsonValue]
    result: Result

    @property
    def fingerprint(self) -> str:
        """What makes two calls the same call."""
        return fingerprint(self.tool, self.args)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The question, what came before it, and what was done about it so far."""

    question: str = ""
    context: tuple[Block, ...] = ()
    """What memory brought to the question."""
    earlier: tuple[str, ...] = ()
    """The earlier questions of the thread, oldest first."""
    made: tuple[Made, ...] = ()
    is_closing: bool = False
    """True when the run said that no more tools can be called."""
    is_repair: bool = False
    """True when the run asks for sentences of the answer again."""


def fingerprint(tool: str, args: Mapping[str, JsonValue]) -> str:
    """Return what makes two calls the same call."""
    return f"{tool} {json.dumps(args, sort_keys=True, ensure_ascii=False)}"


def read_transcript(messages: Sequence[BaseMessage]) -> Transcript:
    """Read a conversation. Notes of the run are no questions."""
    people = [
        (i, _text(m))
        for i, m in enumerate(messages)
        if isinstance(m, HumanMessage) and not _text(m).startswith(RUN_NOTE)
    ]
    if not people:
        return Transcript()
    at, text = people[-1]
    tail = messages[at + 1 :]
    notes = [_text(m) for m in tail if not isinstance(m, AIMessage | ToolMessage)]
    question, context = _split(text)
    return Transcript(
        question=question,
        context=context,
        earlier=tuple(_split(earlier)[0] for _, earlier in people[:-1]),
        made=tuple(_made(tail)),
        is_closing=any("no more tools" in note.lower() for note in notes),
        is_repair=any("did not pass" in note.lower() for note in notes),
    )


def _text(message: BaseMessage) -> str:
    return str(message.text)


def _split(text: str) -> tuple[str, tuple[Block, ...]]:
    matches = list(_CONTEXT.finditer(text))
    question = _CONTROL.sub(" ", _CONTEXT.sub("", text) if matches else text).strip()
    return question, tuple(block for m in matches for block in blocks_of(m["inside"]))


def _made(messages: Sequence[BaseMessage]) -> Iterator[Made]:
    results = {m.tool_call_id: m for m in messages if isinstance(m, ToolMessage)}
    for message in messages:
        if not isinstance(message, AIMessage):
            continue
        for call in message.tool_calls:
            answer = results.get(call["id"] or "")
            if answer is None:
                continue
            is_error = answer.status == "error"
            if call["name"] == "plan":
                yield from _planned(call["args"], _text(answer), is_error=is_error)
            else:
                result = result_of(call["name"], _text(answer), is_error=is_error)
                yield Made(call["name"], call["args"], result)


def _planned(args: Mapping[str, JsonValue], text: str, *, is_error: bool) -> Iterator[Made]:
    steps = args.get("steps")
    sections = sections_of(text)
    for place, step in enumerate(steps if isinstance(steps, list) else []):
        if not isinstance(step, dict):
            continue
        tool, inner = str(step.get("tool", "")), step.get("args")
        if place < len(sections) and sections[place][1].tool == tool:
            result = sections[place][1]
        else:
            result = result_of(tool, text if is_error else "", is_error=True)
        yield Made(tool, inner if isinstance(inner, dict) else {}, result)
