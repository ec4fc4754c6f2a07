"""Result checks: what a step gave back, before anything builds on it."""

from __future__ import annotations

import re

from pydantic import JsonValue

from surefoot.evidence import DocumentSource, Finding, MemorySource, TableSource
from surefoot.verdicts import Outcome, Verdict

from .subjects import ResultSubject

_HEAD = 400
_MOST_ROWS = 10_000
"""Rows that are looked through for a column without values."""
_ERROR = re.compile(
    r"\s*(?:(?:fatal |internal |http )?error\b\s*[:(\d]|traceback \(most recent call last\)"
    r"|[a-z.]*(?:exception|error): |[45]\d\d (?:not found|"
    r"unauthori[sz]ed|forbidden|bad request|too many requests|internal server error|bad gateway|"
    r"service unavailable|gateway timeout)\b)",
    re.IGNORECASE,
)
_OF_ERRORS = {"error", "code", "message", "status", "detail", "details", "type", "ok", "success"}

_RANK: tuple[Outcome, ...] = (
    "contradicted",
    "unsupported",
    "not_checked",
    "not_checkable",
    "supported",
)


def not_empty(subject: ResultSubject) -> Verdict | None:
    """Find a result that holds nothing: no rows, no passage, only nulls."""
    findings = subject.findings
    if not findings:
        return subject.unsupported(
            "empty",
            f"{subject.step.tool} found nothing.",
            repair="Try other words or wider conditions, or say that nothing was found.",
        )
    for finding in findings:
        if not isinstance(finding.source, TableSource):
            continue
        if finding.source.row_count == 0:
            return subject.not_checkable(
                "no_rows",
                "The query returned no rows: either there are none, or a condition is too narrow.",
            )
        if _only_nulls(finding.data):
            return subject.unsupported(
                "only_nulls",
                "Every value of the result is null.",
                repair="Check the column and the conditions: nothing in the data matches them.",
            )
    return subject.supported()


def _only_nulls(data: JsonValue) -> bool:
    rows = _rows(data)
    return bool(rows) and all(value is None for row in rows for value in row)


def _rows(data: JsonValue) -> list[list[JsonValue]]:
    rows = data.get("rows") if isinstance(data, dict) else None
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def not_an_error(subject: ResultSubject) -> Verdict | None:
    """Find a result that only says that something went wrong."""
    if not any(map(_says_error, subject.findings)):
        return None
    return subject.unsupported(
        "error_in_result",
        f"{subject.step.tool} gave back an error instead of a result.",
        repair="Read what it says, mend the call, or take another way.",
    )


def _says_error(finding: Finding) -> bool:
    if isinstance(finding.source, DocumentSource | TableSource | MemorySource):
        return False
    data = finding.data
    if isinstance(data, dict) and data.get("error") and not data.keys() - _OF_ERRORS:
        return True
    return _ERROR.match(finding.content[:_HEAD]) is not None


def not_cut(subject: ResultSubject) -> Verdict | None:
    """Find a table of which only the first rows are here."""
    for finding in subject.findings:
        if not isinstance(finding.source, TableSource):
            continue
        shown, count = len(_rows(finding.data)), finding.source.row_count
        if 0 < shown < count:
            return subject.not_checkable(
                "rows_cut",
                f"Only the first {shown} of {count} rows are here.",
                repair="Count and sum in SQL and not over these rows.",
            )
    return None


def no_empty_column(subject: ResultSubject) -> Verdict | None:
    """Find a column that is null in every one of several rows, though others are not."""
    for finding in subject.findings:
        rows, data = _rows(finding.data), finding.data
        names = data.get("columns") if isinstance(data, dict) else None
        if len(rows) < 2 or not isinstance(names, list) or _only_nulls(data):
            continue
        if len(rows) > _MOST_ROWS:
            return subject.not_checked(
                "too_large", f"Of the {len(rows)} rows no column was looked through."
            )
        for place, name in enumerate(names):
            if all(place < len(row) and row[place] is None for row in rows):
                return subject.not_checkable(
                    "column_of_nulls",
                    f"{name} is null in every row.",
                    repair="Check that it is the right column, and the condition of the join.",
                )
    return None


def not_doubted(subject: ResultSubject) -> Verdict | None:
    """Pass on what the tool itself finds wrong with its result, the worst first."""
    if not (doubts := sorted(subject.output.doubts, key=lambda one: _RANK.index(one.outcome))):
        return None
    worst = doubts[0]
    told = " ".join(doubt.reason for doubt in doubts)
    repair = " ".join(dict.fromkeys(doubt.repair for doubt in doubts if doubt.repair)) or None
    return subject.verdict(worst.outcome, worst.code, told, repair=repair)
