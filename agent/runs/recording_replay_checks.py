"""Replayed checks: those that are here look again, and for all others the recording speaks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from pydantic import JsonValue, TypeAdapter

from surefoot.errors import LimitReached, ModelError
from surefoot.events import CheckSkipped
from surefoot.graphs import (
    DEFAULT_CHECKS,
    AskModel,
    Check,
    Checks,
    Claim,
    Subject,
    Timekeeper,
)
from surefoot.messages import AssistantMessage, Message, SystemMessage, ToolMessage, UserMessage
from surefoot.model import ModelRequest, ToolSpec
from surefoot.verdicts import Verdict

from .recording import Entry
from .recording_callers import Callers
from .recording_cassette import PATIENCE_SECONDS, Cassette, ReplayMiss
from .recording_checks import STAGES, AroundReview, S, known, plain_subject, source_version

_KINDS: dict[str, type[Message]] = {
    kind.__name__: kind for kind in (SystemMessage, UserMessage, AssistantMessage, ToolMessage)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The checks that a replay asks, and how they differ from those of the run."""

    checks: Checks
    absent: tuple[str, ...] = ()
    """Checks and reviews that are not here; the recording says what they said."""
    changed: tuple[str, ...] = ()
    """Those that are here with another source than they had."""


def in_force(cassette: Cassette, given: Checks | None, callers: Callers) -> InForce:
    """Return the checks that were given, or else those the recording names.

    Where it names none, as old ones do not, Surefoot's own are asked.
    """
    listed = cassette.head.get("checks")
    if given is not None:
        paced = tuple(PacedReview(one, cassette, callers) for one in given.reviews)
        changed = tuple(_changed(given, listed)) if isinstance(listed, dict) else ()
        return InForce(checks=replace(given, reviews=paced), changed=changed)
    if not isinstance(listed, dict):
        return InForce(checks=DEFAULT_CHECKS)
    absent: list[str] = []
    stages: dict[str, list[Check[Subject]]] = {}
    for stage in STAGES:
        here = {one.name: one for one in known(stage)}
        stages[stage] = []
        for name, seconds in _listed(listed.get(stage)):
            if name not in here or seconds is not None:
                absent.append(name)
                here[name] = _replayed(stage, name, seconds or 0.0, cassette)
            stages[stage].append(here[name])
    reviews = [
        ReplayedReview(name, seconds or 0.0, cassette, callers)
        for name, seconds in _listed(listed.get("reviews"))
    ]
    absent += [review.name for review in reviews]
    checks = Checks(
        plan=tuple(stages["plan"]),
        call=tuple(stages["call"]),
        result=tuple(stages["result"]),
        answer=tuple(stages["answer"]),
        memory=tuple(stages["memory"]),
        reviews=tuple(reviews),
        required=tuple(name for name, _ in _listed(listed.get("required"))),
    )
    return InForce(checks=checks, absent=tuple(absent))


def _listed(listed: JsonValue) -> Iterator[tuple[str, float | None]]:
    """Yield the names of a stage's checks; those of the program's own with their time."""
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            seconds = one.get("seconds")
            yield str(one["name"]), float(seconds) if isinstance(seconds, int | float) else 0.0
        else:
            yield str(one), None


def _changed(given: Checks, listed: Mapping[str, JsonValue]) -> Iterator[str]:
    for stage in (*STAGES, "reviews"):
        were = {one["name"]: one["version"] for one in _own(listed.get(stage))}
        for check in getattr(given, stage):
            made: Callable[..., object] = check.look if isinstance(check, Check) else type(check)
            if were.get(check.name) not in (None, source_version(made)):
                yield check.name


def _own(listed: JsonValue) -> list[dict[str, JsonValue]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _replayed(stage: str, name: str, seconds: float, cassette: Cassette) -> Check[Subject]:
    def look(subject: Subject) -> Verdict | None:
        try:
            entry = cassette.found("check", f"{stage} {name}", plain_subject(subject)).entry
        except ReplayMiss:
            return _not_here(subject, name)
        if entry.error is not None:
            raise cassette.raised(entry)
        return _verdict(entry)

    return Check(look, name, seconds)


def _not_here(subject: Subject, name: str) -> Verdict:
    told = f"The check {name!r} is not here, and the recording has no verdict of it on this."
    return subject.not_checked("not_recorded", told)


def _verdict(entry: Entry) -> Verdict | None:
    return None if entry.back is None else Verdict.model_validate(entry.back)


@dataclass(frozen=True, slots=True)
class ReplayedReview:
    """A review that asks the model what it asked, and says what it said."""

    name: str
    seconds: float
    cassette: Cassette
    callers: Callers

    async def review(self, claim: Claim, ask: AskModel) -> Verdict | None:
        """Return the recorded verdict, when its turn has come."""
        called = self.callers.reviewing(self.name, claim.id)
        try:
            for entry in self.cassette.asked_by(called):
                await _asked_again(entry, ask)
            entry = await self.cassette.take("review", self.name, plain_subject(claim))
        except ReplayMiss:
            return _not_here(claim, self.name)
        if entry.error is None:
            return _verdict(entry)
        if (left_open := self.cassette.skipped(self.name, claim.id)) is not None:
            return _as_verdict(left_open)
        await asyncio.sleep(PATIENCE_SECONDS)
        self.cassette.miss(f"review {self.name}: it was stopped, and now it is not.")
        return _not_here(claim, self.name)


async def _asked_again(entry: Entry, ask: AskModel) -> None:
    try:
        await ask(_request(entry.given))
    except (ModelError, LimitReached):
        pass  # what came of it is in the verdict


@dataclass(frozen=True, slots=True)
class PacedReview(AroundReview):
    """A review that is here: it decides anew, and its verdict comes when the recorded one came."""

    cassette: Cassette
    callers: Callers

    async def review(self, claim: Claim, ask: AskModel) -> Verdict | None:
        """Return the verdict of the review."""
        self.callers.reviewing(self.name, claim.id)
        try:
            verdict = await self.inner.review(claim, ask)
        except Exception:
            await self._keep_pace(claim)
            raise
        await self._keep_pace(claim)
        return verdict

    async def _keep_pace(self, claim: Claim) -> None:
        await self.cassette.wait("review", self.name, plain_subject(claim))


class ReplayedTimekeeper(Timekeeper):
    """Takes a look to be too long when it was so in the run, however fast this machine is."""

    def __init__(self, cassette: Cassette) -> None:
        super().__init__()
        self._cassette = cassette
        self._looks: Counter[str] = Counter()

    def took(self, check: Check[S], seconds: float) -> bool:
        """Return whether the check took too long then."""
        self._looks[check.name] += 1
        look = self._looks[check.name]
        if not self._cassette.has("late", check.name, look):
            return False
        was = self._cassette.found("late", check.name, look).entry.back
        return super().took(check, float(was) if isinstance(was, int | float) else seconds)


def _as_verdict(event: CheckSkipped) -> Verdict:
    return Verdict.model_validate(event.model_dump(include=set(Verdict.model_fields)))


def _request(given: JsonValue) -> ModelRequest:
    body = given if isinstance(given, dict) else {}
    messages = body.get("messages")
    return ModelRequest(
        messages=tuple(_message(one) for one in messages) if isinstance(messages, list) else (),
        tools=_tools().validate_python(body.get("tools") or ()),
        output=_output().validate_python(body.get("output")),
    )


def _message(body: JsonValue) -> Message:
    fields = dict(body) if isinstance(body, dict) else {}
    return _message_type(str(fields.pop("kind"))).validate_python(fields)


@cache
def _message_type(kind: str) -> TypeAdapter[Message]:
    return TypeAdapter(_KINDS[kind])


@cache
def _tools() -> TypeAdapter[tuple[ToolSpec, ...]]:
    return TypeAdapter(tuple[ToolSpec, ...])


@cache
def _output() -> TypeAdapter[dict[str, JsonValue] | None]:
    return TypeAdapter(dict[str, JsonValue] | None)
