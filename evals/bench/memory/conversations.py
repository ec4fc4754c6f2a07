"""Conversations: LoCoMo's file as utterances and questions with their evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, Field

ADVERSARIAL = 5
"""The category of questions that take something for granted which nobody said."""
_ID = re.compile(r"D\d+:\d+")
_SESSION = re.compile(r"session_\d+")
_TIME = "%I:%M %p on %d %B, %Y"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What one of the two said."""

    id: str
    speaker: str
    said: str
    """With the speaker's name before it and the caption of a picture behind it."""
    session: int
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about a conversation."""

    text: str
    evidence: frozenset[str]
    category: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A sentence about one of the two, drawn from what was said."""

    text: str
    evidence: frozenset[str]
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What two people said to each other over months, and what is asked about it."""

    name: str
    utterances: tuple[Utterance, ...]
    questions: tuple[Question, ...]
    observations: tuple[Observation, ...] = ()


class _Said(BaseModel):
    speaker: str
    dia_id: str
    text: str
    blip_caption: str | None = None


class _Asked(BaseModel):
    question: str
    category: int
    evidence: list[str] = Field(default_factory=list)


class _Sample(BaseModel):
    sample_id: str
    conversation: dict[str, str | list[_Said]]
    qa: list[_Asked]
    observation: dict[str, dict[str, list[tuple[str, str | list[str]]]]] = Field(
        default_factory=dict
    )


def read_conversations(path: Path) -> list[Conversation]:
    """Return the file's conversations, with the questions whose evidence it has."""
    samples = [_Sample.model_validate(each) for each in json.loads(path.read_text("utf-8"))]
    return [_conversation(each) for each in samples]


def _conversation(sample: _Sample) -> Conversation:
    utterances = tuple(_utterances(sample))
    known = {each.id for each in utterances}
    asked = (
        Question(
            text=each.question,
            evidence=frozenset(_ID.findall(" ".join(each.evidence))) & known,
            category=each.category,
        )
        for each in sample.qa
    )
    questions = tuple(question for question in asked if question.evidence)
    return Conversation(
        name=sample.sample_id,
        utterances=utterances,
        questions=questions,
        observations=tuple(_observations(sample)),
    )


def _observations(sample: _Sample) -> Iterator[Observation]:
    for session, told in sample.observation.items():
        time = sample.conversation[f"{session.removesuffix('_observation')}_date_time"]
        assert isinstance(time, str)
        for text, evidence in (each for sentences in told.values() for each in sentences):
            yield Observation(
                text=text,
                evidence=frozenset(_ID.findall(str(evidence))),
                time=_time(time),
            )


def _time(told: str) -> datetime:
    return datetime.strptime(told.upper(), _TIME)


def _utterances(sample: _Sample) -> Iterator[Utterance]:
    parts = sample.conversation
    sessions = [key for key in parts if _SESSION.fullmatch(key)]
    for number, key in enumerate(sorted(sessions, key=lambda key: int(key.split("_")[1]))):
        told, time = parts[key], parts[f"{key}_date_time"]
        assert isinstance(told, list) and isinstance(time, str)
        for each in told:
            caption = f" [photo: {each.blip_caption}]" if each.blip_caption else ""
            yield Utterance(
                id=each.dia_id,
                speaker=each.speaker,
                said=f"{each.speaker}: {each.text}{caption}",
                session=number,
                time=_time(time),
            )
