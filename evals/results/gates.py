"""Gates: what a continuous integration run must meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from surefoot.errors import InputError

from ..statistics import Comparison, Verdict
from .summary import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A grader's mean must reach a value."""

    grader: str
    least: float


def gate_of(text: str) -> Gate:
    """Read `GRADER=VALUE`. Raises `InputError`."""
    name, _, value = text.rpartition("=")
    try:
        return Gate(grader=name.strip(), least=float(value))
    except ValueError:
        raise InputError(f"{text!r} is no gate such as `groundedness=0.9`.") from None


def verdicts_of(texts: Sequence[str]) -> set[Verdict]:
    """Read the verdicts of `--fail-if`. Raises `InputError`."""
    known: dict[str, Verdict] = {verdict: verdict for verdict in get_args(Verdict)}
    if strange := [text for text in texts if text not in known]:
        raise InputError(f"{strange[0]!r} is no verdict; there are: {', '.join(known)}.")
    return {known[text] for text in texts}


def missed(
    gates: Iterable[Gate],
    lines: Sequence[Line],
    *,
    fail_if: Iterable[Verdict] = (),
    comparisons: Iterable[Comparison] = (),
) -> list[str]:
    """Return the gates that were not met, in words. A grader without scores meets none."""
    told: list[str] = []
    by_name = {line.grader: line for line in lines}
    for gate in gates:
        line = by_name.get(gate.grader)
        if line is None or not line.items:
            told.append(f"{gate.grader} has no scores, but must reach {gate.least:g}")
        elif line.mean.value < gate.least - 1e-12:
            told.append(f"{gate.grader} is {line.mean.value:.3f}, but must reach {gate.least:g}")
    unwanted = set(fail_if)
    told += [f"{one.grader} is {one.verdict}" for one in comparisons if one.verdict in unwanted]
    return told
