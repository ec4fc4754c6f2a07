"""Asked: questions as the command line gets them, from arguments, standard input or a file."""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path
from typing import BinaryIO

import click
from pydantic import BaseModel, ConfigDict, ValidationError

from surefoot.errors import InputError

MOST_BYTES = 1_000_000
"""More than any question may have; standard input is read no further."""


class Question(BaseModel):
    """One line of a batch."""

    model_config = ConfigDict(frozen=True)

    text: str
    thread: str | None = None
    user: str | None = None
    id: str | None = None
    """The asker's own name of the question; it comes back as `message_id`."""


def question_text(given: str | None) -> str:
    """Return the question of the command line, or that of standard input. Raises `InputError`."""
    if given is None and sys.stdin.isatty():
        raise click.UsageError("There is no question. Write one, or pipe one in.")
    text = _piped(sys.stdin.buffer) if given in (None, "-") else str(given)
    return sound(text, "The question")


def sound(text: str, what: str) -> str:
    """Return the text when a person can have meant it. Raises `InputError`."""
    if not text.strip():
        raise InputError(f"{what} is empty.")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise InputError(f"{what} is not valid text; write it in UTF-8.")
    for char in text:
        if unicodedata.category(char) == "Cc" and char not in "\n\r\t":
            raise InputError(
                f"{what} holds the control character U+{ord(char):04X}, so it may be binary data. "
                "Remove it."
            )
    return text


def batch_of(path: Path) -> list[Question]:
    """Return the questions of a file, one JSON object a line. Raises `InputError`."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    found = [
        _question(line, f"Line {number} of {path}")
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    if not found:
        raise InputError(f"{path} holds no question. Write one JSON object a line.")
    return found


def _question(line: bytes, where: str) -> Question:
    try:
        question = Question.model_validate(json.loads(line))
    except UnicodeDecodeError:
        raise InputError(f"{where} is not UTF-8 text.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        problem = f"{name}: {first['msg']}" if name else "it is not a JSON object"
        raise InputError(f'{where} is no question such as {{"text": "…"}}: {problem}.') from None
    except ValueError as error:
        raise InputError(f"{where} is not JSON: {error}.") from None
    sound(question.text, f"The question in line {where.split()[1]}")
    return question


def _piped(stream: BinaryIO) -> str:
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError(
            f"The question has more than {MOST_BYTES:,} bytes. Put long texts into a file and "
            "ingest it."
        )
    if b"\0" in data:
        raise InputError("Standard input is binary data, not a question.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"Standard input is not UTF-8 text (byte {error.start}). Convert it first."
        ) from None
