"""Judging: what `eval judge` does with recorded runs and a provider's model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

import click

from surefoot.errors import InputError
from surefoot.evals import (
    Calibration,
    Interval,
    Judge,
    Judged,
    Labels,
    ResultStore,
    Trace,
    calibrate,
    corrected_share,
    grade_traces,
    read_labels,
    unjudged,
    with_labels,
)
from surefoot.memory import MiniLM
from surefoot.settings import Settings

from ..clock import Clock
from ..models.choose import chosen
from ..models.layer import make_layer
from .evaluating import Outputs, conclude, progress_bar
from .grading import read_accounted
from .host import Host

EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What is to be judged, and how."""

    prompt: str
    name: str
    parallel: int = 4
    most: int | None = None
    """How many runs are judged, of those that are not yet."""
    max_usd: float | None = None
    labels: Path | None = None
    truth: str | None = None
    """The label that is known to be right, to calibrate against."""


@dataclass(slots=True)
class Tally:
    """What judging has come to."""

    asked: int = 0
    known: int = 0
    left: int = 0
    """Runs that were not judged, because there was no more money for them."""
    usd: float = 0.0
    unpriced: int = 0
    done: list[Trace] = field(default_factory=list[Trace])

    def take(self, trace: Trace, name: str) -> None:
        """Count a run that has just been judged."""
        self.asked += 1
        self.done.append(trace)
        cost = trace.labels.get(f"judge.{name}.cost_usd")
        if isinstance(cost, int | float):
            self.usd += cost
        else:
            self.unpriced += 1


def judge_recorded(
    host: Host, paths: Sequence[Path], wanted: Judging, outputs: Outputs, out: Path | None
) -> int:
    """Judge the runs in files and folders, tell how far that is to be trusted, and grade them."""
    settings = host.settings()
    model = host.model or chosen(settings).name
    if model == EMBEDDED:
        raise InputError(
            "The embedded planner judges nothing. Name a model with --model, such as "
            "openai:gpt-5-mini, and set its key, or one that runs on this machine."
        )
    labels = {} if wanted.labels is None else read_labels(wanted.labels)
    traces = list(read_accounted(paths))
    folder = out or settings.data_dir / "evals" / f"judge-{wanted.name}"
    with ResultStore(folder) as store:
        tally = asyncio.run(_judged(host, settings, model, traces, labels, wanted, store))
        grader = Judged(judge=wanted.name, name=f"judge.{wanted.name}")
        for result in grade_traces(store.traces(), [grader], known=store.keys()):
            store.add(result)
        store.finish()
        code = conclude(host, store, outputs, title=f"Judged by {model}")
        _tell(tally, wanted, model, folder)
        if wanted.truth is not None:
            _calibrated(store.traces(), wanted.name, wanted.truth)
        return code


async def _judged(
    host: Host,
    settings: Settings,
    model: str,
    traces: Sequence[Trace],
    labels: Labels,
    wanted: Judging,
    store: ResultStore,
) -> Tally:
    """Have every run judged that is not yet, and keep each at once."""
    layer = make_layer(settings, MiniLM(), now=Clock().now, name=model)
    judge = Judge(model=layer.model, prompt=wanted.prompt, name=wanted.name)
    tally = Tally()
    before = {trace.trace_id: trace for trace in store.traces()}
    fresh = list(_fresh(traces, labels, judge, before, store, tally))[: wanted.most]

    def affordable() -> Iterator[Trace]:
        for place, trace in enumerate(fresh):
            if wanted.max_usd is not None and tally.usd >= wanted.max_usd:
                tally.left = len(fresh) - place
                return
            yield trace

    try:
        with progress_bar(visible=host.has_reader) as told:
            judging = judge.each(affordable(), concurrency=wanted.parallel)
            async with aclosing(judging):
                async for trace in judging:
                    store.keep(trace)
                    tally.take(trace, wanted.name)
                    if told is not None:
                        told(tally.asked, len(fresh), trace.item or trace.trace_id)
    finally:
        await layer.close()
    return tally


def _fresh(
    traces: Sequence[Trace],
    labels: Labels,
    judge: Judge,
    before: dict[str, Trace],
    store: ResultStore,
    tally: Tally,
) -> Iterator[Trace]:
    """Yield the runs that have no verdict yet; of the others, keep the verdict that there is."""
    for trace in traces:
        one = with_labels(trace, labels)
        kept = before.get(trace.trace_id, one)
        if not judge.knows(kept) or unjudged(kept, judge.name).steps != one.steps:
            yield unjudged(one, judge.name)
            continue
        tally.known += 1
        store.keep(with_labels(kept, labels))


def _tell(tally: Tally, wanted: Judging, model: str, folder: Path) -> None:
    verdicts = [trace.labels.get(f"judge.{wanted.name}") for trace in tally.done]
    passed, failed = verdicts.count(True), verdicts.count(False)
    none = len(verdicts) - passed - failed
    click.echo(
        f"{model} judged {tally.asked} runs: {passed} pass, {failed} fail, {none} without a "
        f"verdict. {tally.known} were judged before. Kept in {folder}.",
        err=True,
    )
    unknown = f"; the price of {tally.unpriced} is not known" if tally.unpriced else ""
    click.echo(f"It cost ${tally.usd:.4f}{unknown}.", err=True)
    if tally.left:
        told = f"{tally.left} runs are left: the limit of ${wanted.max_usd:g} is reached."
        click.echo(told, err=True)


def _calibrated(traces: Sequence[Trace], name: str, truth: str) -> None:
    """Say how far the judge agrees with what is known to be right."""
    found = [
        (verdict if isinstance(verdict, bool) else None, value >= 1)
        for trace in traces
        if f"judge.{name}" in trace.labels
        for verdict in [trace.labels[f"judge.{name}"]]
        for value in [trace.labels.get(truth)]
        if isinstance(value, bool | int | float)
    ]
    if not found:
        raise InputError(
            f"No judged run has the label {truth!r} to compare with. Give labels with --labels."
        )
    calibration = calibrate([verdict for verdict, _ in found], [right for _, right in found])
    for line in _lines(calibration, truth):
        click.echo(line)
    passes = [v for v, _ in found if v is not None]
    if passes:
        share = sum(passes) / len(passes)
        corrected = corrected_share(share, calibration)
        click.echo(f"pass rate    {share:.3f}, corrected for its mistakes {corrected:.3f}")


def _lines(calibration: Calibration, truth: str) -> Iterator[str]:
    errors = f", {calibration.errors} without a verdict" if calibration.errors else ""
    yield f"Against {truth!r} of {calibration.judged} runs{errors}:"
    yield f"agreement    {_interval(calibration.agreement)}"
    yield f"kappa        {calibration.kappa:.3f}"
    yield f"sensitivity  {_interval(calibration.sensitivity)} of the good runs pass"
    yield f"specificity  {_interval(calibration.specificity)} of the bad runs fail"


def _interval(value: Interval) -> str:
    return f"{value.value:.3f} [{value.low:.3f}, {value.high:.3f}]"
