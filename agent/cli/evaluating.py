"""Evaluating: what `eval run`, `compare` and `report` do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from surefoot.evals import (
    Comparison,
    Line,
    Report,
    ResultStore,
    RunPlan,
    Suite,
    changes,
    compare_results,
    comparison_table,
    gate_of,
    junit,
    missed,
    page,
    read_suite,
    run_suite,
    summarise,
    summary_table,
    verdicts_of,
    write_lock,
)

from .host import Host
from .lines import safe

GATE_NOT_MET = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What is to be written, and what must be met."""

    cluster: str | None = None
    html: Path | None = None
    junit: Path | None = None
    parquet: Path | None = None
    least: Sequence[str] = ()


def run_and_grade(
    host: Host,
    path: Path,
    out: Path | None,
    outputs: Outputs,
    *,
    repeats: int | None,
    parallel: int,
    retry_errors: bool,
    update_lock: bool,
) -> int:
    """Run a suite, show what came of it, and return the exit code."""
    for text in outputs.least:
        gate_of(text)
    suite = read_suite(path)
    notes = _locked(suite, update_lock)
    settings = host.settings()
    folder = out or settings.data_dir / "evals" / suite.name
    plan = RunPlan(concurrency=parallel, repeats=repeats, retry_errors=retry_errors)
    with ResultStore(folder) as store:
        made = asyncio.run(_run(host, suite, store, plan))
        store.finish()
        told = f"{made} runs made, {len(store.traces()) - made} were there. Kept in {folder}."
        click.echo(told, err=True)
        return conclude(host, store, outputs, title=suite.name, notes=notes)


def _locked(suite: Suite, update: bool) -> list[str]:
    """Write or look at the lock; return what a reader of the report must know."""
    if update:
        click.echo(f"The hashes of {len(suite.items)} items are in {write_lock(suite)}.", err=True)
        return []
    if not (found := changes(suite)):
        return []
    note = f"The suite is not as locked: {found}. These items are not comparable with earlier runs."
    click.echo(f"{note} Use --update-lock when that is meant.", err=True)
    return [note]


async def _run(host: Host, suite: Suite, store: ResultStore, plan: RunPlan) -> int:
    settings = host.settings().model_copy(update={"data_dir": store.folder / "data"})
    assistant = host.make_assistant(settings=settings, model=host.model, release=None)
    async with assistant:
        marker = store.folder / "workspace-read-in"
        if suite.workspace and not marker.exists():
            await assistant.rooms.ingest(list(suite.workspace))
            marker.touch()
        with progress_bar(visible=host.has_reader) as told:
            return await run_suite(suite, assistant, store, plan=plan, progress=told)


@contextmanager
def progress_bar(*, visible: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """Show how far the runs are and how long they will take, on a terminal."""
    if not visible:
        yield None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(force_terminal=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def told(done: int, total: int, item: str) -> None:
            progress.update(task, completed=done, total=total, description=safe(item))

        yield told


def conclude(
    host: Host,
    store: ResultStore,
    outputs: Outputs,
    *,
    title: str,
    notes: Sequence[str] = (),
    lines: Sequence[Line] | None = None,
) -> int:
    """Show and write the results; return 3 when a gate was not met."""
    results = store.results()
    summary = summarise(results, cluster=outputs.cluster)
    show(host, summary_table(lines or summary))
    report = Report(
        title=title,
        results=results,
        traces=store.traces(),
        notes=notes,
        cluster=outputs.cluster,
    )
    _write(outputs, report, store)
    wanted = [gate_of(text) for text in outputs.least]
    return _gated(missed(wanted, summary))


def describe_folder(host: Host, folder: Path, outputs: Outputs) -> int:
    """Show one set of results and write its page."""
    with ResultStore(folder) as store:
        return conclude(host, store, outputs, title=folder.name)


def compare_folders(
    host: Host,
    before: Path,
    after: Path,
    outputs: Outputs,
    *,
    margin: float | None = None,
    fail_if: Sequence[str] = (),
) -> int:
    """Show whether one set of results is better than another; return 3 for a gate not met."""
    unwanted = verdicts_of(fail_if)
    gates = [gate_of(text) for text in outputs.least]
    with ResultStore(before) as old, ResultStore(after) as new:
        compared = compare_results(
            old.results(), new.results(), cluster=outputs.cluster, margin=margin
        )
        show(host, comparison_table(compared))
        _tell_loose(compared)
        report = Report(
            title=f"{after.name} against {before.name}",
            results=new.results(),
            traces=new.traces(),
            before=old.results(),
            traces_before=old.traces(),
            comparisons=compared,
            names=(f"A: {before.name}", f"B: {after.name}"),
            cluster=outputs.cluster,
        )
        _write(outputs, report, new)
        summary = summarise(new.results(), cluster=outputs.cluster)
        return _gated(missed(gates, summary, fail_if=unwanted, comparisons=compared))


def _tell_loose(compared: Sequence[Comparison]) -> None:
    """Name the items that only one side has, so that nothing is dropped silently."""
    for side, items in (
        ("before", {item for one in compared for item in one.only_before}),
        ("after", {item for one in compared for item in one.only_after}),
    ):
        if items:
            shown = ", ".join(sorted(items)[:10]) + (" …" if len(items) > 10 else "")
            click.echo(f"Not compared, only {side}: {safe(shown)}.", err=True)


def _write(outputs: Outputs, report: Report, store: ResultStore) -> None:
    if outputs.html is not None:
        outputs.html.write_text(page(report), encoding="utf-8")
        click.echo(f"The report is in {outputs.html}.", err=True)
    if outputs.junit is not None:
        text = junit(report.results, name=report.title)
        outputs.junit.write_text(text, encoding="utf-8")
    if outputs.parquet is not None:
        store.to_parquet(outputs.parquet)


def _gated(told: Sequence[str]) -> int:
    for one in told:
        click.echo(f"Gate not met: {one}.", err=True)
    return GATE_NOT_MET if told else 0


def show(host: Host, table: object) -> None:
    """Print a table, in colours for a person and plain and wide for a file."""
    if host.has_reader:
        Console(force_terminal=True).print(table)
    else:
        Console(width=160, no_color=True, highlight=False).print(table)
