"""Pieces: the parts of the page, each from results and traces to HTML."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape

from ..results.result import Result
from ..results.summary import Line
from ..statistics import Comparison
from ..traces.trace import Trace
from .drawings import dot_and_interval
from .steps import divergence, steps_html
from .terminal import share, signed, verdict_words, without_score

MOST_FLIPS = 40
MOST_FAILURES = 60
MOST_SPENT = 10


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are HTML already."""
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return ""
    return (
        f"<div class='wide'><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def lines_html(lines: Sequence[Line]) -> str:
    """Return a row per grader, or per group and grader."""
    grouped = any(line.group for line in lines)
    heads = [*(["Group"] if grouped else []), "Grader", "Mean", "95 % interval", "", "Items"]
    rows = [
        [
            *([escape(line.group)] if grouped else []),
            escape(line.grader),
            f"<b>{share(line.mean.value)}</b>",
            f"{share(line.mean.low)} to {share(line.mean.high)}",
            dot_and_interval(line.mean, 0.0, 1.0),
            f"{line.items}",
            escape(without_score(line)),
        ]
        for line in lines
    ]
    return table([*heads, "Without a score"], rows)


def comparisons_html(comparisons: Sequence[Comparison], names: tuple[str, str]) -> str:
    """Return a row per grader with its verdict, then what could not be compared."""
    reach = max(
        (abs(v) for c in comparisons for v in (c.difference.low, c.difference.high) if v == v),
        default=0.0,
    )
    widest = max(0.05, min(1.0, reach * 1.1))
    rows = [
        [
            escape(one.grader),
            share(one.before),
            share(one.after),
            f"<b>{signed(one.difference.value)}</b>",
            f"{signed(one.difference.low)} to {signed(one.difference.high)}",
            dot_and_interval(one.difference, -widest, widest, style=_class(one)),
            f"{one.corrected_p:.4f}",
            f"<span class='tag {_class(one)}'>{escape(verdict_words(one))}</span>",
        ]
        for one in comparisons
    ]
    before, after = (escape(name) for name in names)
    heads = ["Grader", names[0], names[1], "Difference", "95 % interval", "", "p (Holm)", "Verdict"]
    loose = _unmatched(comparisons, before, after)
    return table(heads, rows) + loose


def _class(one: Comparison) -> str:
    return one.verdict.replace(" ", "-")


def _unmatched(comparisons: Sequence[Comparison], before: str, after: str) -> str:
    only = {name: sorted({i for c in comparisons for i in c.only_before}) for name in [before]}
    only[after] = sorted({i for c in comparisons for i in c.only_after})
    told = [
        f"<p class='notes'>Only in {name}, and not compared: {escape(', '.join(items[:30]))}"
        f"{f' and {len(items) - 30} more' if len(items) > 30 else ''}.</p>"
        for name, items in only.items()
        if items
    ]
    return "".join(told)


def flips_html(
    comparisons: Sequence[Comparison],
    results: tuple[Sequence[Result], Sequence[Result]],
    traces: tuple[Sequence[Trace], Sequence[Trace]],
    names: tuple[str, str],
) -> str:
    """Return the items that changed sides, with both runs beside each other."""
    old = {(trace.item or trace.trace_id, trace.repeat): trace for trace in traces[0]}
    new = {(trace.item or trace.trace_id, trace.repeat): trace for trace in traces[1]}
    reasons = {(r.item, r.grader, side): r for side in (0, 1) for r in results[side]}
    parts: list[str] = []
    for one in comparisons:
        flipped = [*((item, "lost") for item in one.lost), *((item, "won") for item in one.won)]
        for item, how in flipped[:MOST_FLIPS]:
            left, right = old.get((item, 0)), new.get((item, 0))
            head = f"<b class='{how}'>{how}</b> {escape(one.grader)}: {escape(item)}"
            why = _why(reasons.get((item, one.grader, 0)), reasons.get((item, one.grader, 1)))
            body = _side_by_side(left, right, names) if left and right else ""
            parts.append(f"<details><summary>{head}{why}</summary>{body}</details>")
        if len(flipped) > MOST_FLIPS:
            parts.append(f"<p>and {len(flipped) - MOST_FLIPS} more for {escape(one.grader)}.</p>")
    return "".join(parts) or "<p>No item changed sides.</p>"


def _why(before: Result | None, after: Result | None) -> str:
    told = " → ".join(
        f"{'-' if one.score is None else format(one.score, '.2f')}"
        + (f" ({escape(one.reason[:160])})" if one.reason else "")
        for one in (before, after)
        if one is not None
    )
    return f" <small>{told}</small>"


def _side_by_side(left: Trace, right: Trace, names: tuple[str, str]) -> str:
    at = divergence(left, right)
    columns = "".join(
        f"<div><h4>{escape(name)}</h4>{steps_html(trace, mark=at)}</div>"
        for name, trace in zip(names, (left, right), strict=True)
    )
    same = "<p>Both runs say and do the same.</p>" if at is None else ""
    return f"{same}<div class='pair'>{columns}</div>"


def tools_html(traces: Sequence[Trace]) -> str:
    """Return how often each tool was called, and how that went."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    times: dict[str, list[float]] = defaultdict(list)
    for trace in traces:
        for call in trace.calls:
            row = counts[call.tool]
            row[0] += 1
            row[1] += call.args_error is not None
            row[2] += call.result is not None and call.result.error is not None
            row[3] += call.approval is not None
            if call.result is not None and call.result.ms is not None:
                times[call.tool].append(call.result.ms)
    rows = [
        [escape(tool or "(no name)"), *map(str, row), _median(times[tool])]
        for tool, row in sorted(counts.items(), key=lambda pair: -pair[1][0])
    ]
    heads = ["Tool", "Calls", "Unreadable arguments", "Errors", "Asked a person", "Median ms"]
    return table(heads, rows)


def _median(values: list[float]) -> str:
    return f"{sorted(values)[len(values) // 2]:.1f}" if values else "-"


def spent_html(traces: Sequence[Trace]) -> str:
    """Return the runs that took longest and those that cost most."""
    slow = sorted((t for t in traces if t.spent.seconds), key=lambda t: -(t.spent.seconds or 0))
    dear = sorted((t for t in traces if _cost(t)), key=lambda t: -_cost(t))
    chosen = {id(trace): trace for trace in [*slow[:MOST_SPENT], *dear[:MOST_SPENT]]}
    rows = [
        [
            escape(trace.item or trace.trace_id),
            "-" if trace.spent.seconds is None else f"{trace.spent.seconds:.2f}",
            "-" if trace.spent.cost_usd is None else f"{trace.spent.cost_usd:.4f}",
            str((trace.spent.input_tokens or 0) + (trace.spent.output_tokens or 0) or "-"),
            str(len(trace.calls)),
        ]
        for trace in chosen.values()
    ]
    return table(["Item", "Seconds", "US dollars", "Tokens", "Tool calls"], rows)


def _cost(trace: Trace) -> float:
    if trace.spent.cost_usd:
        return trace.spent.cost_usd * 1e9
    tokens = (trace.spent.input_tokens or 0) + (trace.spent.output_tokens or 0)
    return tokens if math.isfinite(tokens) else 0


def failures_html(results: Sequence[Result], traces: Sequence[Trace]) -> str:
    """Return what did not pass, with the run, its evidence and its verdicts."""
    by_place = {(trace.item or trace.trace_id, trace.repeat): trace for trace in traces}
    failed: dict[tuple[str, int], list[Result]] = defaultdict(list)
    for result in results:
        if result.passed is False or result.outcome in ("error", "invalid_arguments"):
            failed[result.item, result.repeat].append(result)
    parts: list[str] = []
    for (item, repeat), found in list(failed.items())[:MOST_FAILURES]:
        tags = " ".join(f"<span class='tag worse'>{escape(r.grader)}</span>" for r in found)
        reasons = "".join(
            f"<li><b>{escape(r.grader)}</b> {escape(r.outcome)}: {escape(r.reason)}</li>"
            for r in found
        )
        trace = by_place.get((item, repeat))
        again = f" (repeat {repeat + 1})" if repeat else ""
        body = steps_html(trace) if trace else ""
        parts.append(
            f"<details><summary>{escape(item)}{again} {tags}</summary>"
            f"<ul>{reasons}</ul>{body}</details>"
        )
    if len(failed) > MOST_FAILURES:
        parts.append(f"<p>and {len(failed) - MOST_FAILURES} more.</p>")
    return "".join(parts) or "<p>Everything passed.</p>"
