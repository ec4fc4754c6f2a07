"""The commands `eval run`, `grade`, `judge`, `compare` and `report`: how good runs are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from .host import Host, with_model, with_settings

Command = TypeVar("Command", bound=Callable[..., object])

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_LINES = click.Path(path_type=Path, exists=True, dir_okay=False)
_THERE = click.Path(path_type=Path, exists=True)


def with_outputs(command: Command) -> Command:
    """Give a command the options that say what to write and what must be met."""
    for option in (
        click.option("--cluster", metavar="NAME", help="What items have in common; see the docs."),
        click.option("--html", type=_FILE, help="Write a report to look at, as one file."),
        click.option("--junit", type=_FILE, help="Write the results as a JUnit test report."),
        click.option("--parquet", type=_FILE, help="Write the results as Parquet, for DuckDB."),
        click.option(
            "--min",
            "least",
            multiple=True,
            metavar="GRADER=VALUE",
            help="A gate: exit with 3 unless the grader's mean reaches the value.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def eval() -> None:
    """Run suites, grade recorded runs, and compare two sets of results."""


@eval.command()
@click.argument("suite", type=_THERE)
@click.option("--out", type=_FOLDER, help="Where traces and results are kept.")
@click.option("--repeats", type=click.IntRange(1), help="Instead of the suite's own.")
@click.option("--parallel", type=click.IntRange(1, 64), default=4, show_default=True)
@click.option("--retry-errors", is_flag=True, help="Run again what failed, and nothing else.")
@click.option("--update-lock", is_flag=True, help="Write the hashes of the items anew.")
@with_outputs
@with_model
@with_settings
@click.pass_obj
def run(
    host: Host,
    suite: Path,
    out: Path | None,
    repeats: int | None,
    parallel: int,
    retry_errors: bool,
    update_lock: bool,
    cluster: str | None,
    html: Path | None,
    junit: Path | None,
    parquet: Path | None,
    least: Sequence[str],
) -> int:
    """Ask the questions of SUITE and grade the runs. Stopped, it goes on where it was."""
    from .evaluating import Outputs, run_and_grade

    outputs = Outputs(cluster=cluster, html=html, junit=junit, parquet=parquet, least=least)
    return run_and_grade(
        host,
        suite,
        out,
        outputs,
        repeats=repeats,
        parallel=parallel,
        retry_errors=retry_errors,
        update_lock=update_lock,
    )


@eval.command()
@click.argument("traces", type=_THERE, nargs=-1, required=True)
@click.option("--grader", "graders", multiple=True, metavar="NAME", help="May be given often.")
@click.option("--suite", type=_THERE, help="Take graders and what is expected from a suite.")
@click.option("--against", type=_THERE, help="Expect the calls of these runs, by item.")
@click.option("--labels", type=_LINES, help="What people said of the runs, a JSON object a line.")
@click.option("--where", multiple=True, metavar="NAME=VALUE", help="Only runs with this value.")
@click.option("--by", metavar="NAME", help="Tell each value apart, such as `model`.")
@click.option("--passes", type=click.IntRange(1), help="Tell pass@k and pass^k up to this k.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True)
@click.option("--out", type=_FOLDER, help="Keep traces and results; what is known is not redone.")
@click.option("--export", type=click.Choice(["surefoot", "otlp", "atif"]), help="To stdout.")
@with_outputs
@with_settings
@click.pass_obj
def grade(
    host: Host,
    traces: Sequence[Path],
    graders: Sequence[str],
    suite: Path | None,
    against: Path | None,
    labels: Path | None,
    where: Sequence[str],
    by: str | None,
    passes: int | None,
    jobs: int,
    out: Path | None,
    export: str | None,
    cluster: str | None,
    html: Path | None,
    junit: Path | None,
    parquet: Path | None,
    least: Sequence[str],
) -> int:
    """Grade recorded runs, of Surefoot or another agent. No model is needed."""
    from .evaluating import Outputs
    from .grading import Selection, grade_recorded

    outputs = Outputs(cluster=cluster, html=html, junit=junit, parquet=parquet, least=least)
    chosen = Selection(where=where, by=by, passes=passes, jobs=jobs, export=export)
    return grade_recorded(
        host,
        traces,
        chosen,
        outputs,
        graders=graders,
        suite=suite,
        against=against,
        labels=labels,
        out=out,
    )


@eval.command()
@click.argument("traces", type=_THERE, nargs=-1, required=True)
@click.option("--prompt", help="What a good run is, in words.")
@click.option("--prompt-file", type=_LINES, help="The same, from a file.")
@click.option("--name", default="judge", show_default=True, help="What verdicts are kept under.")
@click.option("--labels", type=_LINES, help="What people said of the runs, a JSON object a line.")
@click.option("--truth", metavar="LABEL", help="Say how far the judge agrees with this label.")
@click.option("--parallel", type=click.IntRange(1, 64), default=4, show_default=True)
@click.option("--limit", type=click.IntRange(1), help="Judge so many runs at most.")
@click.option("--max-usd", type=click.FloatRange(0), help="Begin no run once so much is spent.")
@click.option("--out", type=_FOLDER, help="Where verdicts are kept; what is judged is not redone.")
@with_outputs
@with_model
@with_settings
@click.pass_obj
def judge(
    host: Host,
    traces: Sequence[Path],
    prompt: str | None,
    prompt_file: Path | None,
    name: str,
    labels: Path | None,
    truth: str | None,
    parallel: int,
    limit: int | None,
    max_usd: float | None,
    out: Path | None,
    cluster: str | None,
    html: Path | None,
    junit: Path | None,
    parquet: Path | None,
    least: Sequence[str],
) -> int:
    """Have a model judge recorded runs, and tell how far it is to be trusted."""
    from .evaluating import Outputs
    from .judging import Judging, judge_recorded

    if (prompt is None) == (prompt_file is None):
        raise click.UsageError("Say with --prompt or --prompt-file what a good run is.")
    wanted = Judging(
        prompt=prompt or (prompt_file.read_text(encoding="utf-8") if prompt_file else ""),
        name=name,
        parallel=parallel,
        most=limit,
        max_usd=max_usd,
        labels=labels,
        truth=truth,
    )
    outputs = Outputs(cluster=cluster, html=html, junit=junit, parquet=parquet, least=least)
    return judge_recorded(host, traces, wanted, outputs, out)


@eval.command()
@click.argument("before", type=_THERE)
@click.argument("after", type=_THERE)
@click.option("--margin", type=click.FloatRange(0, 1), help="How much worse is not worse yet.")
@click.option(
    "--fail-if",
    multiple=True,
    metavar="VERDICT",
    help="A gate: exit with 3 when a grader is `worse`, `inconclusive` or another verdict.",
)
@with_outputs
@with_settings
@click.pass_obj
def compare(
    host: Host,
    before: Path,
    after: Path,
    margin: float | None,
    fail_if: Sequence[str],
    cluster: str | None,
    html: Path | None,
    junit: Path | None,
    parquet: Path | None,
    least: Sequence[str],
) -> int:
    """Tell whether the results in AFTER are better than those in BEFORE, and how sure that is."""
    from .evaluating import Outputs, compare_folders

    outputs = Outputs(cluster=cluster, html=html, junit=junit, parquet=parquet, least=least)
    return compare_folders(host, before, after, outputs, margin=margin, fail_if=fail_if)


@eval.command()
@click.argument("results", type=_THERE, nargs=-1, required=True)
@click.option("--html", type=_FILE, default=Path("report.html"), show_default=True)
@click.option("--cluster", metavar="NAME", help="What items have in common; see the docs.")
@with_settings
@click.pass_obj
def report(host: Host, results: Sequence[Path], html: Path, cluster: str | None) -> int:
    """Write a page about one set of RESULTS, or about two and what differs."""
    from .evaluating import Outputs, compare_folders, describe_folder

    outputs = Outputs(cluster=cluster, html=html)
    if len(results) > 2:
        raise click.UsageError("Name one folder with results, or two to compare.")
    if len(results) == 2:
        return compare_folders(host, results[0], results[1], outputs)
    return describe_folder(host, results[0], outputs)
