"""Grading many traces: once each, in this process or in any `concurrent.futures.Executor`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue

from ..graders import ExpectedCall, Grader, Reference, config_of, grade
from ..graders.reference import NOTHING
from ..traces.canonical import content_hash, digest
from ..traces.reading import Account, read_file
from ..traces.trace import Trace
from .result import Result, key_of, result_of

CHUNK = 64
"""Traces that are sent to a worker at once."""
_WAITING = 64
"""Chunks that are on their way at once, so that a million traces need no room for a million."""

T = TypeVar("T")
R = TypeVar("R")

References = Mapping[str, Reference]
"""What is expected, by item."""


def graded(
    trace: Trace,
    reference: Reference,
    graders: Sequence[Grader],
    *,
    known: Collection[str] = frozenset(),
) -> Iterator[Result]:
    """Yield the grades of a trace that are not yet known by their keys."""
    trace_hash, wanted = content_hash(trace), _reference_hash(reference)
    for grader in graders:
        config = config_of(grader)
        key = key_of(trace_hash, wanted, config)
        if key not in known:
            found = grade(grader, trace, reference)
            yield result_of(trace, trace_hash, found, key=key, config=config)


def _reference_hash(reference: Reference) -> str:
    if reference == NOTHING:
        return ""
    return digest(_plain(asdict(reference)))


def _plain(value: object) -> JsonValue:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def reference_of(trace: Trace, references: References) -> Reference:
    """Return what is expected of a trace: by its item, or by the gold that it brings along."""
    if (found := references.get(trace.item)) is not None:
        return found
    gold = trace.labels.get("gold")
    if not isinstance(gold, list):
        return NOTHING
    calls = tuple(
        ExpectedCall(tool=str(one.get("tool")), args=args)
        for one in gold
        if isinstance(one, dict) and isinstance(args := one.get("args"), dict)
    )
    return Reference(calls=calls)


def references_from(traces: Iterable[Trace]) -> dict[str, Reference]:
    """Take other runs as what is expected: their calls, by item."""
    return {
        trace.item: Reference(
            calls=tuple(ExpectedCall(tool=call.tool, args=call.args) for call in trace.calls)
        )
        for trace in traces
        if trace.item and trace.unscorable is None
    }


def grade_traces(
    traces: Iterable[Trace],
    graders: Sequence[Grader],
    *,
    references: References | None = None,
    known: Collection[str] = frozenset(),
    executor: Executor | None = None,
) -> Iterator[Result]:
    """Yield the grades of traces, in their order, that are not yet known."""
    expected = references or {}
    pairs = ((trace, reference_of(trace, expected)) for trace in traces)
    if executor is None:
        for trace, reference in pairs:
            yield from graded(trace, reference, graders, known=known)
        return
    for results in _in_order(executor, _grade_chunk, pairs, tuple(graders)):
        yield from (result for result in results if result.key not in known)


def _grade_chunk(pairs: list[tuple[Trace, Reference]], graders: tuple[Grader, ...]) -> list[Result]:
    return [r for trace, reference in pairs for r in graded(trace, reference, graders)]


def grade_files(
    files: Iterable[Path], graders: Sequence[Grader], executor: Executor
) -> Iterator[tuple[Account, list[Result]]]:
    """Read and grade files in the workers, which sends least around; yield them in order.

    What is expected can only be what the traces bring along. The accounts come without traces.
    """
    for told in _in_order(executor, _grade_files, files, tuple(graders)):
        yield from told


def _grade_files(
    files: list[Path], graders: tuple[Grader, ...]
) -> list[tuple[Account, list[Result]]]:
    told: list[tuple[Account, list[Result]]] = []
    for file in files:
        account = read_file(file)
        results = [r for t in account.traces for r in graded(t, reference_of(t, {}), graders)]
        kept = Account(path=str(file), format=account.format, reason=account.reason)
        told.append((kept, results))
    return told


def _in_order(
    executor: Executor,
    work: Callable[[list[T], tuple[Grader, ...]], list[R]],
    things: Iterable[T],
    graders: tuple[Grader, ...],
) -> Iterator[list[R]]:
    waiting: list[Future[list[R]]] = []
    source = iter(things)
    while chunk := list(islice(source, CHUNK)):
        waiting.append(executor.submit(work, chunk, graders))
        if len(waiting) >= _WAITING:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()
