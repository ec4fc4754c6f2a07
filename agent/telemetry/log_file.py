"""The log file: troubles in the data folder, for the person who runs the program alone.

It tells what went wrong and where in the code, and repeats nothing that was asked, found or
written: of an exception it has the type, and the words only of those that speak to the operator.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from surefoot.errors import ConfigurationError, StorageError

NAME = "surefoot.log"
MOST_BYTES = 1_000_000
"""How large the file gets before it becomes `surefoot.log.1`, in the place of the one before."""

_FOR_THE_OPERATOR = (ConfigurationError, StorageError)


class LogFile(logging.Handler):
    """Writes warnings and worse to a file that nobody else can read.

    Each line is a write of its own at the file's end, so that processes may share it. A folder that
    is not there, or a full disk, costs the line and nothing else.
    """

    def __init__(self, folder: Path, *, hide: Callable[[str], str]) -> None:
        super().__init__(logging.WARNING)
        self.path = folder / NAME
        self._hide = hide

    def emit(self, record: logging.LogRecord) -> None:
        """Append what was logged."""
        line = self._hide(_line(record)).encode("utf-8", "replace")
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(file, line)
                size = os.fstat(file).st_size
            finally:
                os.close(file)
            if size > MOST_BYTES:
                self.path.replace(self.path.with_name(f"{NAME}.1"))
        except OSError:
            pass


def _line(record: logging.LogRecord) -> str:
    time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    head = f"{time} {record.process} {record.levelname.lower()} {record.name}: {_message(record)}\n"
    error = record.exc_info[1] if record.exc_info else None
    return head if error is None else head + _where(error)


def _message(record: logging.LogRecord) -> str:
    """Return the message, with the types of exceptions in it and without line breaks."""
    args = record.args
    if isinstance(args, tuple):
        args = tuple(_named(one) for one in args)
    text = str(record.msg) % args if args else str(record.msg)
    return " ".join(text.split())


def _named(one: object) -> object:
    if isinstance(one, BaseException) and not isinstance(one, _FOR_THE_OPERATOR):
        return type(one).__name__
    return one


def _where(error: BaseException) -> str:
    """Return where an exception came from, and what led to it, without what they say."""
    told: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        for frame in traceback.extract_tb(seen.__traceback__):
            told.append(f"  {frame.filename}:{frame.lineno} {frame.name}")
        words = f": {seen}" if isinstance(seen, _FOR_THE_OPERATOR) else ""
        told.append(f"  {type(seen).__name__}{' '.join(words.split(chr(10)))}")
        seen = seen.__cause__
    return "\n".join(told) + "\n"
