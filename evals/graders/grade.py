"""A grade: what one grader found in one trace, and how every grader is called."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Literal, Protocol

from pydantic import JsonValue

from ..traces.canonical import digest
from ..traces.trace import Trace
from .reference import Reference

logger = logging.getLogger(__name__)

Found = Literal["scored", "unscorable", "invalid_arguments", "not_applicable", "error"]
"""`unscorable`: the trace does not hold what is needed. `not_applicable`: nothing was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What a grader says about a trace."""

    grader: str
    outcome: Found = "scored"
    score: float | None = None
    """From 0 to 1; None unless it is scored, or the arguments were invalid (then 0)."""
    passed: bool | None = None
    reason: str = ""
    details: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])


class Grader(Protocol):
    """A pure function of a trace and a reference. Make them frozen dataclasses."""

    @property
    def name(self) -> str:
        """How results call it."""
        ...

    @property
    def version(self) -> int:
        """Raised whenever the same trace may get another grade."""
        ...

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade one trace."""
        ...


def scored(
    grader: Grader,
    score: float,
    *,
    passed: bool | None = None,
    reason: str = "",
    details: Mapping[str, JsonValue] | None = None,
) -> Grade:
    """Make a grade; without `passed`, only a full score passes."""
    return Grade(
        grader=grader.name,
        score=score,
        passed=score >= 1.0 if passed is None else passed,
        reason=reason,
        details=dict(details or {}),
    )


def unscorable(grader: Grader, reason: str) -> Grade:
    """Make the grade of a trace that cannot be graded."""
    return Grade(grader=grader.name, outcome="unscorable", reason=reason)


def not_applicable(grader: Grader, reason: str) -> Grade:
    """Make the grade of an item that expects nothing of this grader."""
    return Grade(grader=grader.name, outcome="not_applicable", reason=reason)


def grade(grader: Grader, trace: Trace, reference: Reference) -> Grade:
    """Grade one trace. A trace without content is unscorable; a grader that fails is an error."""
    if trace.unscorable is not None:
        return unscorable(grader, trace.unscorable)
    try:
        return grader.grade(trace, reference)
    except Exception as error:
        logger.exception("grader %r failed on trace %r", grader.name, trace.trace_id)
        reason = f"The grader failed ({type(error).__name__}: {error})."
        return Grade(grader=grader.name, outcome="error", reason=reason)


def config_of(grader: Grader) -> str:
    """Return the hash of a grader's version and configuration."""
    body: JsonValue = {"grader": type(grader).__name__, "version": grader.version}
    if is_dataclass(grader):
        body = {**body, "config": _plain(asdict(grader))}
    return digest(body)


def _plain(value: object) -> JsonValue:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return [*sorted(str(inner) for inner in value)]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
