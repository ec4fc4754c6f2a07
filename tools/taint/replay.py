"""Replay: what a policy would have said to the calls of a run that is over."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from surefoot.events import ContextRecalled, Event, RunStarted, StepFinished, StepStarted
from surefoot.evidence import Evidence

from .origins import Origins
from .policy import Policy, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a policy says to one recorded call."""

    run_id: str
    call_id: str
    tool: str
    args: dict[str, JsonValue]
    ruling: Ruling


def replay(
    policy: Policy, events: Iterable[Event], *, tools: Collection[str] | None = None
) -> list[Replayed]:
    """Return what `policy` says to each recorded call, or to those of `tools`, in order."""
    origins = Origins()
    replayed: list[Replayed] = []
    for event in events:
        match event:
            case RunStarted():
                origins.say(event.text)
            case ContextRecalled() | StepFinished():
                for item in event.evidence:
                    note_evidence(origins, item)
            case StepStarted() if tools is None or event.tool in tools:
                ruling = policy.rule_on(event.tool, origins.trace(event.args))
                replayed.append(
                    Replayed(
                        run_id=event.run_id,
                        call_id=event.call_id,
                        tool=event.tool,
                        args=event.args,
                        ruling=ruling,
                    )
                )
            case _:
                pass
    return replayed


def note_evidence(origins: Origins, item: Evidence) -> None:
    """Tell `origins` of a piece of evidence."""
    text = item.content
    if item.data is not None and not isinstance(item.data, str):
        text = f"{text}\n{json.dumps(item.data, ensure_ascii=False)}"
    if item.trust == "trusted":
        origins.trust(text)
    else:
        origins.distrust(item.id, text)
