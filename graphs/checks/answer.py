"""Answer checks: one sentence against the evidence it stands on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pydantic import JsonValue

from surefoot.evidence import CodeSource, DocumentSource, Evidence, TableSource, ToolSource
from surefoot.verdicts import Outcome, Verdict

from .check import Claim
from .numbers import Number, numbers_in, states

CITATION = re.compile(r"\[(S\d+(?:\s*[,;]\s*S\d+)*)\]")
_LIST_MARK = re.compile(r"^\s*(?:\d{1,3}[.)]\s|#+\s)", re.MULTILINE)


def cited(text: str) -> tuple[str, ...]:
    """Return the evidence ids that `text` cites, in order, each once."""
    ids = (one.strip() for match in CITATION.finditer(text) for one in re.split("[,;]", match[1]))
    return tuple(dict.fromkeys(ids))


def citations_exist(claim: Claim) -> Verdict | None:
    """Find citations of evidence that this run does not have."""
    if not claim.cited_ids:
        return None
    have = {item.id for item in claim.cited}
    missing = [one for one in claim.cited_ids if one not in have]
    if missing:
        return _verdict(
            claim,
            "citations_exist",
            "unsupported",
            "no_such_evidence",
            f"It cites {', '.join(missing)}, which this run does not have.",
            repair=f"Cite only {', '.join(item.id for item in claim.evidence) or 'nothing'}.",
        )
    return _verdict(claim, "citations_exist", "supported", "", "")


def numbers_in_evidence(claim: Claim) -> Verdict | None:
    """Find numbers and dates that stand neither in the evidence nor in the question.

    A sentence that cites is held to what it cites, one that does not to the whole ledger. Rounding,
    separators, percent signs and number words are allowed for.
    """
    text = _LIST_MARK.sub("", CITATION.sub("", claim.text))
    wanted = numbers_in(text)
    if not wanted:
        return None
    against = claim.cited or claim.evidence
    loose = [one for one in wanted if not _found(one, claim.question, against)]
    if not loose:
        return _verdict(claim, "numbers_in_evidence", "supported", "", "")
    one = "One number" if len(loose) == 1 else f"{len(loose)} numbers"
    return _verdict(
        claim,
        "numbers_in_evidence",
        "unsupported",
        "number_not_in_evidence",
        f"{one} of the sentence cannot be found in the evidence it stands on.",
        repair="Use only numbers that the cited evidence shows; compute others with a tool.",
    )


def _found(number: Number, question: str, evidence: Iterable[Evidence]) -> bool:
    if number.word and number.value <= 2:
        return True  # "one", "two" are words of English more often than figures
    if number.date:
        return number.text in question or any(number.text in _text(item) for item in evidence)
    if any(states(number, fact.value) for fact in numbers_in(question) if not fact.date):
        return True
    return any(states(number, fact) for item in evidence for fact in facts_of(item))


@lru_cache(maxsize=512)
def _text_facts(text: str) -> frozenset[float]:
    return frozenset(one.value for one in numbers_in(text) if not one.date)


def facts_of(item: Evidence) -> Iterator[float]:
    """Yield the numbers that a piece of evidence holds, its values before its text."""
    yield from _values(item.data)
    yield from _text_facts(_text(item))
    if isinstance(item.source, TableSource):
        yield float(item.source.row_count)


def _values(data: JsonValue) -> Iterator[float]:
    if isinstance(data, bool) or data is None:
        return
    if isinstance(data, int | float):
        if math.isfinite(data):
            yield float(data)
    elif isinstance(data, dict):
        for value in data.values():
            yield from _values(value)
    elif isinstance(data, list):
        for value in data:
            yield from _values(value)


def _text(item: Evidence) -> str:
    """Return all that a reader of the evidence sees: its content and where it comes from."""
    match item.source:
        case TableSource() as source:
            return f"{item.content}\n{source.sql}"
        case CodeSource() as source:
            return f"{item.content}\n{source.code}"
        case DocumentSource() as source:
            return f"{item.content}\n{source.heading}"
        case ToolSource() as source:
            return f"{item.content}\n{' '.join(map(str, source.args.values()))}"
        case _:
            return item.content


def _verdict(
    claim: Claim,
    check: str,
    outcome: Outcome,
    code: str,
    reason: str,
    *,
    repair: str | None = None,
) -> Verdict:
    return Verdict(
        stage="answer",
        check=check,
        outcome=outcome,
        code=code,
        reason=reason,
        claim_id=claim.id,
        evidence_ids=tuple(item.id for item in claim.cited),
        repair=repair,
    )
