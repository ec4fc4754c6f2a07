"""What Surefoot raises on purpose, sorted by who must act.

SurefootError
├── ConfigurationError   the programmer fixes the set-up; raised before any model call
├── InputError           the caller sends something else
│   └── NotFound         … names something that exists
├── ToolError            the model reads it as the tool's result and tries another way
├── ModelError           the provider failed; the operator decides
├── LimitReached         the run used up what the caller allowed
└── StorageError         the operator frees, repairs or unlocks what holds the data
    └── DataDirInUse     … another process owns the folder
"""

from __future__ import annotations


class SurefootError(Exception):
    """Anything this library raises on purpose."""


class ConfigurationError(SurefootError):
    """The programmer must fix the set-up. Raised before any model call."""


class InputError(SurefootError):
    """The caller must send something else: an empty question, a broken file, a bad id."""


class NotFound(InputError):
    """The caller named something that does not exist."""


class ToolError(SurefootError):
    """The model should read this as the tool's result and try another way."""

    def __init__(self, message: str, *, code: str = "tool_error") -> None:
        super().__init__(message)
        self.code = code


class ModelError(SurefootError):
    """The provider failed; the operator decides."""

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class LimitReached(SurefootError):
    """The run used up what the caller allowed."""

    def __init__(self, limit: str, *, used: float, allowed: float) -> None:
        super().__init__(f"The run reached its limit of {allowed:g} {limit} (used: {used:g}).")
        self.limit = limit
        self.used = used
        self.allowed = allowed


class StorageError(SurefootError):
    """What is kept on disk cannot be read or written."""


class DataDirInUse(StorageError):
    """Another process owns the data folder."""
