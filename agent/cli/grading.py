"""Grading: what `eval grade` does with recorded runs."""

from __future__ import annotations

import fnmatch
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from surefoot.errors import InputError, SurefootError
from surefoot.evals import (
    Grader,
    Line,
    Reference,
    Result,
    ResultStore,
    Trace,
    breakdown,
    export,
    grade_traces,
    grader_of,
    pass_rates,
    read_labels,
    read_suite,
    read_traces,
    references_from,
    with_labels,
)

from .evaluating import Outputs, conclude
from .host import Host
from .lines import safe

DEFAULT_GRADERS = ("outcome", "groundedness", "loops", "error_recovery", "argument_schema")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which runs are graded, and how they are told apart."""

    where: Sequence[str] = ()
    by: str | None = None
    passes: int | None = None
    jobs: int = 1
    export: str | None = None


def grade_recorded(
    host: Host,
    paths: Sequence[Path],
    chosen: Selection,
    outputs: Outputs,
    *,
    graders: Sequence[str],
    suite: Path | None,
    against: Path | None,
    labels: Path | None,
    out: Path | None,
) -> int:
    """Grade the runs in files and folders, and return the exit code."""
    host.settings()
    used, references = _expected(graders, suite, against)
    conditions = [_condition(text) for text in chosen.where]
    said = {} if labels is None else read_labels(labels)
    with _store(out) as store:
        told: dict[str, int] = defaultdict(int)
        kept: dict[str, Trace] = {}

        def traces() -> Iterator[Trace]:
            for read in _read(paths, told):
                trace = with_labels(read, said)
                if all(value_fits(trace, name, value) for name, value in conditions):
                    kept[trace.trace_id] = trace
                    store.keep(trace)
                    yield trace

        with _executor(chosen.jobs) as executor:
            for result in grade_traces(
                traces(), used, references=references, known=store.keys(), executor=executor
            ):
                store.add(result)
        store.finish()
        _account(told)
        if chosen.export is not None:
            click.echo(export(kept.values(), chosen.export, results=_by_trace(store)), nl=False)
            return 0
        code = conclude(
            host, store, outputs, title=paths[0].name, lines=_lines(store, chosen, kept)
        )
        _tell_passes(store, chosen.passes)
        return code


def _expected(
    names: Sequence[str], suite: Path | None, against: Path | None
) -> tuple[list[Grader], Mapping[str, Reference]]:
    graders = [grader_of(name) for name in names]
    references: dict[str, Reference] = {}
    if against is not None:
        references |= references_from(t for one in read_traces([against]) for t in one.traces)
    if suite is not None:
        read = read_suite(suite)
        references |= {item.id: item.reference for item in read.items}
        graders = graders or list(read.graders)
    return graders or [grader_of(name) for name in DEFAULT_GRADERS], references


@contextmanager
def _store(out: Path | None) -> Iterator[ResultStore]:
    if out is not None:
        with ResultStore(out) as store:
            yield store
        return
    with TemporaryDirectory() as folder, ResultStore(Path(folder)) as store:
        yield store


@contextmanager
def _executor(jobs: int) -> Iterator[Executor | None]:
    if jobs == 1:
        yield None
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield pool


def _read(paths: Sequence[Path], told: dict[str, int]) -> Iterator[Trace]:
    """Yield the traces; count why files had none."""
    found = False
    for account in read_traces(paths):
        told[account.reason or "read"] += 1
        found = found or bool(account.traces)
        yield from account.traces
    if not found:
        why = "; ".join(f"{count} times {reason}" for reason, count in told.items())
        raise InputError(f"There are no traces in {', '.join(map(str, paths))}: {why}.")


def read_accounted(paths: Sequence[Path]) -> Iterator[Trace]:
    """Yield the runs in files and folders, then say which files had none and why."""
    told: dict[str, int] = defaultdict(int)
    yield from _read(paths, told)
    _account(told)


def _account(told: Mapping[str, int]) -> None:
    files = "file" if sum(told.values()) == 1 else "files"
    click.echo(f"{sum(told.values())} {files}, {told.get('read', 0)} read whole.", err=True)
    for reason, count in told.items():
        if reason != "read":
            click.echo(f"  {count}: {safe(reason)}", err=True)


def _condition(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise InputError(f"{text!r} is no condition such as `model=gpt-4o*`.")
    return name, value


def value_of(trace: Trace, name: str) -> str:
    """Return what a trace has under a name: a field, a cluster or a label."""
    if name in ("model", "item", "status"):
        return {"model": trace.model, "item": trace.item, "status": trace.status}[name]
    if name == "format":
        return trace.provenance.format
    if name in trace.clusters:
        return trace.clusters[name]
    value = trace.labels.get(name)
    return str(value).lower() if isinstance(value, bool) else str(value)


def value_fits(trace: Trace, name: str, pattern: str) -> bool:
    """Return whether a trace has a value; `*` stands for any characters."""
    return fnmatch.fnmatchcase(value_of(trace, name), pattern)


def _lines(store: ResultStore, chosen: Selection, kept: Mapping[str, Trace]) -> list[Line] | None:
    if (name := chosen.by) is None:
        return None

    def group(result: Result) -> str:
        trace = kept.get(result.trace_id)
        return value_of(trace, name) if trace is not None else result.model

    return breakdown(store.results(), group)


def _by_trace(store: ResultStore) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = defaultdict(list)
    for result in store.results():
        found[result.trace_id].append(result)
    return found


def _tell_passes(store: ResultStore, most: int | None) -> None:
    if most is None:
        return
    for grader, results in _by_grader(store.results()).items():
        for k in range(1, most + 1):
            try:
                at, hat = pass_rates(results, k)
            except SurefootError as error:
                click.echo(f"{grader}: {error}", err=True)
                break
            click.echo(
                f"{grader}  pass@{k} {at.value:.3f} [{at.low:.3f}, {at.high:.3f}]"
                f"  pass^{k} {hat.value:.3f} [{hat.low:.3f}, {hat.high:.3f}]"
            )


def _by_grader(results: Iterable[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        found[result.grader].append(result)
    return found
