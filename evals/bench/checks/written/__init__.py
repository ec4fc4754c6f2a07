"""Sentences written by hand: true and false ones about tables and pages of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import yaml
from pydantic import JsonValue

from surefoot.errors import InputError
from surefoot.evidence import DocumentSource, Evidence, Finding, TableSource
from surefoot.graphs import DEFAULT_CHECKS, Claim, cited, judge

from ..statements import Fault, numbered

HOME = Path(__file__).parent
SETS = ("tables", "pages", "uncited", "later")
Kind = Fault | Literal["own_knowledge"]
KINDS: tuple[Kind, ...] = (*get_args(Fault), "own_knowledge")
_CITES = " [S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One sentence, the evidence it cites, and what was asked and said before it."""

    name: str
    """What it is about."""
    fault: Kind | None
    """None where it is true."""
    text: str
    evidence: tuple[Evidence, ...]
    question: str = ""
    before: tuple[str, ...] = ()


def written(sets: Sequence[str] = SETS) -> Iterator[Written]:
    """Yield every sentence of the sets."""
    for one in sets:
        with (HOME / f"{one}.yaml").open(encoding="utf-8") as file:
            for topic in yaml.safe_load(file):
                yield from _of(topic)


def claim_of(one: Written) -> Claim:
    """Return a sentence as the checks are given it."""
    known = {item.id: item for item in one.evidence}
    ids = cited(one.text)
    return Claim(
        id="c0",
        text=one.text,
        cited_ids=ids,
        cited=tuple(known[each] for each in ids if each in known),
        evidence=one.evidence,
        question=one.question,
        before=one.before,
    )


def refused(one: Written) -> bool:
    """Return whether a check refuses a sentence."""
    return any(verdict.failed for verdict in judge(DEFAULT_CHECKS.answer, claim_of(one)))


def _of(topic: Mapping[str, JsonValue]) -> Iterator[Written]:
    name = str(topic["name"])
    evidence = numbered(tuple(map(_finding, _listed(topic["evidence"]))))
    fails = topic["fails"]
    if not isinstance(fails, dict) or set(fails) - {*KINDS}:
        raise InputError(f"{name!r} has faults of unknown kinds; those known are {KINDS}.")
    for fault in (None, *KINDS):
        for said in _listed(topic["holds"] if fault is None else fails.get(fault, [])):
            given = said if isinstance(said, dict) else {"say": said}
            given = {"cites": topic.get("cites", True), **given}
            yield _written(name, fault, given, evidence)


def _written(
    name: str,
    fault: Kind | None,
    said: Mapping[str, JsonValue],
    evidence: tuple[Evidence, ...],
) -> Written:
    text = str(said["say"])
    cites = f"{text}." if _CITES in text or not said["cites"] else f"{text} [S1]."
    return Written(
        name=name,
        fault=fault,
        text=cites,
        evidence=evidence,
        question=str(said.get("question", "")),
        before=tuple(str(one) for one in _listed(said.get("before", []))),
    )


def _finding(given: JsonValue) -> Finding:
    if not isinstance(given, dict):
        raise InputError("A piece of evidence is a table with `sql` or a page with `text`.")
    if "sql" not in given:
        text = " ".join(str(given["text"]).split())
        source = DocumentSource(
            path=str(given["path"]), heading=str(given["heading"]), start=0, end=len(text)
        )
        return Finding(source=source, content=text)
    columns, rows = _listed(given["columns"]), _listed(given["rows"])
    lines: list[list[JsonValue]] = [columns, ["---"] * len(columns), *map(_listed, rows)]
    return Finding(
        source=TableSource(sql=str(given["sql"]), row_count=len(rows)),
        content="\n".join(f"| {' | '.join(map(str, line))} |" for line in lines),
        data={"columns": columns, "rows": rows},
    )


def _listed(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise InputError(f"A list is expected where {value!r} stands.")
    return value
