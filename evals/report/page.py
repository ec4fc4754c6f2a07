"""The page: one self-contained HTML file that needs no script to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import resources

from ..results.result import Result
from ..results.summary import breakdown, cluster_of, summarise
from ..statistics import Comparison
from ..traces.trace import Trace
from .pieces import (
    comparisons_html,
    failures_html,
    flips_html,
    lines_html,
    spent_html,
    tools_html,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a page is made of. With `before`, it compares; without, it describes."""

    title: str
    results: Sequence[Result]
    traces: Sequence[Trace]
    before: Sequence[Result] = ()
    traces_before: Sequence[Trace] = ()
    comparisons: Sequence[Comparison] = ()
    names: tuple[str, str] = ("A", "B")
    notes: Sequence[str] = field(default_factory=tuple)
    """What the reader must know, such as files that were left out."""
    cluster: str | None = None


def page(report: Report) -> str:
    """Return the whole page."""
    lines = summarise(report.results, cluster=report.cluster)
    parts = [_head(report)]
    if report.comparisons:
        parts.append(_section("Comparison", comparisons_html(report.comparisons, report.names)))
    parts.append(_section("Summary", lines_html(lines)))
    if report.comparisons:
        flips = flips_html(
            report.comparisons,
            (report.before, report.results),
            (report.traces_before, report.traces),
            report.names,
        )
        parts.append(_section("Flips", flips))
    clusters = breakdown(report.results, lambda r: cluster_of(r, report.cluster))
    names = {cluster_of(r, report.cluster) for r in report.results}
    if 1 < len(names) < 200 and len(names) < len({r.item for r in report.results}):
        parts.append(_section("By cluster", lines_html(clusters)))
    models = {result.model for result in report.results}
    if len(models) > 1:
        parts.append(_section("By model", lines_html(breakdown(report.results, lambda r: r.model))))
    parts.append(_section("By tool", tools_html(report.traces)))
    parts.append(_section("Slowest and dearest", spent_html(report.traces)))
    parts.append(_section("What did not pass", failures_html(report.results, report.traces)))
    return _document(report.title, "".join(part for part in parts if part))


def _head(report: Report) -> str:
    runs, items = len(report.traces), len({r.item for r in report.results})
    told = f"{runs} runs of {items} items, {len(report.results)} grades"
    notes = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
    listed = f"<ul class='notes'>{notes}</ul>" if notes else ""
    return f"<header><h1>{escape(report.title)}</h1><p>{told}</p>{listed}</header>"


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _document(title: str, body: str) -> str:
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )
