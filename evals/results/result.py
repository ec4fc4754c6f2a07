"""A result: one grade of one trace, addressed by what it was made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cache

from pydantic import JsonValue, TypeAdapter

from ..graders.grade import Found, Grade
from ..traces.canonical import digest
from ..traces.trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A grade with the trace it belongs to."""

    key: str
    """Hash of the trace, of what was expected, and of the grader with its configuration."""
    trace: str
    """Content hash of the trace."""
    trace_id: str
    item: str
    item_hash: str = ""
    repeat: int = 0
    model: str = ""
    clusters: dict[str, str] = field(default_factory=dict[str, str])
    grader: str
    config: str
    """Hash of the grader's version and configuration."""
    outcome: Found
    score: float | None = None
    passed: bool | None = None
    reason: str = ""
    details: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    @property
    def order(self) -> tuple[str, int, str, str]:
        """Where the result stands in a finished file."""
        return self.item, self.repeat, self.grader, self.key


def key_of(trace: str, reference: str, config: str) -> str:
    """Return the address of a result."""
    return digest([trace, reference, config])


def result_of(trace: Trace, trace_hash: str, grade: Grade, *, key: str, config: str) -> Result:
    """Put a grade and its trace together."""
    return Result(
        key=key,
        trace=trace_hash,
        trace_id=trace.trace_id,
        item=trace.item or trace.trace_id,
        item_hash=trace.item_hash,
        repeat=trace.repeat,
        model=trace.model,
        clusters=trace.clusters,
        grader=grade.grader,
        config=config,
        outcome=grade.outcome,
        score=grade.score,
        passed=grade.passed,
        reason=grade.reason,
        details=grade.details,
    )


@cache
def _adapter() -> TypeAdapter[Result]:
    return TypeAdapter(Result)


def written(result: Result) -> dict[str, object]:
    """Return a result as JSON."""
    return asdict(result)


def read(line: str | bytes) -> Result:
    """Read a result from a line of JSON. Raises `ValueError`."""
    return _adapter().validate_json(line)
