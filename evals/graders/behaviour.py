"""Behaviour: repeated calls, what became of errors, and what a run used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from ..traces.canonical import canonical
from ..traces.trace import Call, Trace
from .grade import Grade, not_applicable, scored, unscorable
from .reference import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Loops:
    """Finds calls made twice with the same arguments, and cycles of calls that repeat.

    A repeat of a call that failed is a retry and allowed up to `retries` times.
    """

    version: ClassVar[int] = 1
    retries: int = 1
    cycle: int = 3
    """Rounds of the same calls that count as a loop."""
    name: str = "loops"

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade a trace: the share of its calls that were new."""
        calls = trace.calls
        if not calls:
            return not_applicable(self, "It made no call.")
        keys = [_key(call) for call in calls]
        repeated = list(_repeated(calls, keys, self.retries))
        cycle = _cycle(keys, self.cycle)
        score = 1 - len(repeated) / len(calls)
        told = [f"{tool} {count} times again" for tool, count in Counter(repeated).items()]
        if cycle:
            told.append(f"a loop of {cycle} calls")
        reason = f"{'; '.join(told)}." if told else ""
        return scored(
            self,
            score,
            passed=not repeated and not cycle,
            reason=reason,
            details={"repeated": len(repeated), "cycle": cycle},
        )


def _key(call: Call) -> str:
    return f"{call.tool} {canonical(call.args)}"


def _repeated(calls: tuple[Call, ...], keys: list[str], retries: int) -> Iterator[str]:
    seen: set[str] = set()
    failures: Counter[str] = Counter()
    for call, key in zip(calls, keys, strict=True):
        if key in seen and not 0 < failures[key] <= retries:
            yield call.tool
        seen.add(key)
        if call.result is not None and call.result.error is not None:
            failures[key] += 1
        else:
            failures[key] = 0


def _cycle(keys: list[str], rounds: int) -> int:
    """Return the length of a group of calls that is made `rounds` times in a row, or 0."""
    for length in range(1, len(keys) // rounds + 1):
        for start in range(len(keys) - length * rounds + 1):
            window = keys[start : start + length * rounds]
            if window == window[:length] * rounds:
                return length
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecovery:
    """Looks at what became of failed calls.

    One is recovered from when the same tool works later, or another does and the run ends with an
    answer. The same call again, unchanged and failing again, is no recovery.
    """

    version: ClassVar[int] = 1
    name: str = "error_recovery"

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade a trace: the share of its failed calls that were recovered from."""
        calls = trace.calls
        failed = [n for n, call in enumerate(calls) if _has_failed(call)]
        if not failed:
            return not_applicable(self, "No call failed.")
        answered = trace.answer is not None and trace.status not in ("failed", "cancelled")
        lost = [calls[n].tool for n in failed if not _recovered(calls, n, answered)]
        score = 1 - len(lost) / len(failed)
        reason = f"Not recovered from: {', '.join(sorted(set(lost)))}." if lost else ""
        return scored(
            self, score, reason=reason, details={"failed": len(failed), "lost": len(lost)}
        )


def _has_failed(call: Call) -> bool:
    return call.args_error is not None or (
        call.result is not None and call.result.error is not None
    )


def _recovered(calls: tuple[Call, ...], place: int, answered: bool) -> bool:
    later = [call for call in calls[place + 1 :] if call.result and not _has_failed(call)]
    if any(call.tool == calls[place].tool for call in later):
        return True
    return bool(later) and answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Checks what a run used against limits; only those given count."""

    version: ClassVar[int] = 1
    steps: int | None = None
    """Tool calls."""
    model_calls: int | None = None
    tokens: int | None = None
    """Input and output together."""
    cost_usd: float | None = None
    seconds: float | None = None
    name: str = "budget"

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade a trace: the share of the limits that it kept."""
        used = _used(trace)
        limits: dict[str, float | None] = {
            "steps": self.steps,
            "model_calls": self.model_calls,
            "tokens": self.tokens,
            "cost_usd": self.cost_usd,
            "seconds": self.seconds,
        }
        wanted = {name: limit for name, limit in limits.items() if limit is not None}
        if not wanted:
            return not_applicable(self, "No limit is given.")
        unknown = [name for name in wanted if used[name] is None]
        if len(unknown) == len(wanted):
            return unscorable(self, f"The recording does not tell {', '.join(unknown)}.")
        over = [
            f"{name} {value:g} of {limit:g}"
            for name, limit in wanted.items()
            if (value := used[name]) is not None and value > limit
        ]
        known = len(wanted) - len(unknown)
        reason = f"Over: {'; '.join(over)}." if over else ""
        if unknown:
            reason = f"{reason} Not told: {', '.join(unknown)}.".strip()
        return scored(self, 1 - len(over) / known, reason=reason, details=dict(used))


def _used(trace: Trace) -> dict[str, float | None]:
    spent = trace.spent
    sides = [n for n in (spent.input_tokens, spent.output_tokens) if n is not None]
    return {
        "steps": len(trace.calls),
        "model_calls": spent.model_calls,
        "tokens": sum(sides) if sides else None,
        "cost_usd": spent.cost_usd,
        "seconds": spent.seconds,
    }
