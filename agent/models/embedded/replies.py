"""Replies: the planner's next message, calls or an answer, from the conversation so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from .about import EMPTY
from .answers.figures import figure
from .answers.passages import passages_said
from .answers.restating import number_stated
from .answers.tables import table_said
from .blocks import Block, Result
from .classifier import Classifier
from .memories import said
from .outline import Outliner
from .parts import value_said
from .repairs import repaired
from .steps import Part, Step, filled
from .toolbox import Toolbox
from .transcript import Made, Transcript, fingerprint

if TYPE_CHECKING:
    from .steps import Embed


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call to be made."""

    tool: str
    args: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the planner says next: calls, or the answer."""

    text: str = ""
    calls: tuple[Call, ...] = ()


def reply(transcript: Transcript, toolbox: Toolbox, classifier: Classifier, embed: Embed) -> Reply:
    """Return the next message: the calls that are still to be made, else the answer."""
    if transcript.is_repair:
        return Reply("NONE")
    if not transcript.question:
        return Reply(EMPTY)
    if not toolbox.tools and transcript.made:
        return Reply(_plainly(transcript, embed))
    outliner = Outliner(toolbox, classifier, embed, transcript.context)
    parts = outliner.outline(transcript.question, transcript.earlier)
    found, spent = _found(parts, transcript.made)
    calls = () if transcript.is_closing else _next_calls(parts, found, transcript.made, toolbox)
    if calls:
        return Reply(calls=calls)
    if transcript.made and not spent:
        return Reply(_plainly(transcript, embed))
    return Reply(_answer(parts, found))


def _answer(parts: Sequence[Part], found: Mapping[str, Result]) -> str:
    said_once = dict.fromkeys(part.say(found) for part in parts)
    return "\n".join(text for text in said_once if text)


def _found(parts: Iterable[Part], made: Sequence[Made]) -> tuple[dict[str, Result], bool]:
    """Return the results by step id, and whether any call made was one of these steps."""
    found: dict[str, Result] = {}
    by_print = {call.fingerprint: call for call in made}
    for step in (step for part in parts for step in part.steps):
        whole = filled(step, found)
        for asked in (step, whole):
            if asked is None:
                continue
            call = by_print.get(fingerprint(asked.tool, asked.args))
            if call is not None:
                found[step.id] = _latest(call, asked, by_print)
                break
    return found, bool(found)


def _latest(call: Made, step: Step, by_print: Mapping[str, Made]) -> Result:
    """Return the result of a call, or that of its repaired form when it was tried again."""
    again = repaired(step, call.result)
    mended = by_print.get(fingerprint(again.tool, again.args)) if again is not None else None
    return mended.result if mended is not None else call.result


def _next_calls(
    parts: Sequence[Part], found: Mapping[str, Result], made: Sequence[Made], toolbox: Toolbox
) -> tuple[Call, ...]:
    steps = [step for part in parts for step in part.steps]
    done = {call.fingerprint for call in made}
    pending = _without_repeats([step for step in steps if step.id not in found], done)
    mending = [again for step in steps if (again := _mended(step, found, done)) is not None]
    if mending:
        return tuple(Call(step.tool, step.args) for step in mending)
    ready = [step for step in pending if all(_is_good(found.get(need)) for need in step.needs)]
    waiting = [step for step in pending if step not in ready]
    planned = _plan(pending, found, toolbox) if waiting else None
    if planned is not None:
        return (planned,)
    whole = [full for step in ready if (full := filled(step, found)) is not None]
    return tuple(Call(step.tool, step.args) for step in _without_repeats(whole, done))


def _plan(pending: Sequence[Step], found: Mapping[str, Result], toolbox: Toolbox) -> Call | None:
    """Return one call of `plan` for steps that build on each other, when it is bound."""
    ids = {step.id for step in pending}
    runnable = [
        step for step in pending if all(n in ids or _is_good(found.get(n)) for n in step.needs)
    ]
    if "plan" not in toolbox or not any(set(step.needs) & ids for step in runnable):
        return None
    steps: list[JsonValue] = [
        {"id": step.id, "tool": step.tool, "args": step.args} for step in runnable
    ]
    return Call("plan", {"steps": steps})


def _is_good(result: Result | None) -> bool:
    return result is not None and result.error is None and bool(result.blocks)


def _mended(step: Step, found: Mapping[str, Result], done: set[str]) -> Step | None:
    result = found.get(step.id)
    again = repaired(step, result) if result is not None else None
    return again if again is not None and fingerprint(again.tool, again.args) not in done else None


def _without_repeats(steps: Sequence[Step], done: set[str]) -> list[Step]:
    """Drop calls that were made before; the same call for two parts is made once."""
    kept: dict[str, Step] = {}
    for step in steps:
        kept.setdefault(fingerprint(step.tool, step.args), step)
    return [step for print_, step in kept.items() if print_ not in done]


def _plainly(transcript: Transcript, embed: Embed) -> str:
    """State what was found when the plan behind it cannot be told, as when no tools are bound."""
    sentences = []
    for call in transcript.made:
        if call.result.error is not None:
            sentences.append(
                f"The step {call.tool} failed: {' '.join(call.result.error.split())[:300]}"
            )
        sentences += _blocks_said(transcript.question, call, embed)
    return "\n".join(dict.fromkeys(sentences)) or "I found nothing that answers the question."


def _blocks_said(question: str, call: Made, embed: Embed) -> list[str]:
    documents = call.result.of_kind("document")
    found = passages_said(question, documents, embed) if documents else None
    sentences = [found] if found else []
    return sentences + [
        _block_said(question, call, block)
        for block in call.result.blocks
        if block.kind != "document"
    ]


def _block_said(question: str, call: Made, block: Block) -> str:
    match block.kind:
        case "table":
            return table_said(question, block)
        case "memory":
            return said(block)
        case "code":
            return f"{number_stated(question, figure(block.content.strip()))} {block.cite}."
        case _:
            return value_said(question, Step("s0", call.tool, dict(call.args)), block)
