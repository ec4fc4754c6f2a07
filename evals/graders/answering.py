"""Answer match: is the answer the one that was expected?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from ..traces.trace import Trace
from .grade import Grade, not_applicable, scored
from .reference import AnswerSpec, Reference

_CITATION = re.compile(r"\s*\[S\d+(?:\s*[,;]\s*S\d+)*\]")
_NUMBER = re.compile(
    r"(?<![\w.])[-−]?(?:\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerMatch:
    """Checks everything that the reference says about the answer; citations do not count."""

    version: ClassVar[int] = 1
    name: str = "answer"

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade the answer of a trace: the share of what was expected that is met."""
        if (spec := reference.answer) is None:
            return not_applicable(self, "The reference says nothing about the answer.")
        if trace.answer is None:
            return scored(self, 0.0, reason="There is no answer.")
        said = _CITATION.sub("", trace.answer)
        told = list(_met(said, spec))
        if not told:
            return not_applicable(self, "The reference says nothing about the answer.")
        missed = [what for what, share in told if share < 1]
        score = math.fsum(share for _, share in told) / len(told)
        return scored(
            self,
            score,
            passed=not missed,
            reason=f"Not met: {'; '.join(missed)}." if missed else "",
        )


def _met(said: str, spec: AnswerSpec) -> Iterator[tuple[str, float]]:
    """Yield each expectation in words, with how far it is met."""
    folded = _folded(said)
    if spec.exact is not None:
        yield f"it is {spec.exact!r}", float(folded == _folded(spec.exact))
    for words in spec.contains:
        yield f"it has {words!r}", float(_has(folded, _folded(words)))
    for words in spec.absent:
        yield f"it does not have {words!r}", float(not _has(folded, _folded(words)))
    if spec.numbers:
        there = numbers_of(said)
        for wanted in spec.numbers:
            found = any(
                math.isclose(n, wanted, rel_tol=spec.tolerance, abs_tol=1e-12) for n in there
            )
            yield f"it has the number {wanted:g}", float(found)
    if spec.items:
        there_items = {_folded(one) for one in re.split(r"[,;\n]|\band\b", said) if one.strip()}
        wanted_items = {_folded(one) for one in spec.items}
        both = len(wanted_items & there_items)
        share = 2 * both / (len(wanted_items) + len(there_items))
        yield f"it is the set {', '.join(spec.items)}", share
    if spec.regex is not None:
        yield f"it matches {spec.regex!r}", float(re.search(spec.regex, said) is not None)


def numbers_of(text: str) -> list[float]:
    """Return the numbers that a text writes in digits."""
    plain = (re.sub(r"[,\u00a0\u202f]", "", m[0]).replace("−", "-") for m in _NUMBER.finditer(text))
    return [float(one) for one in plain]


def _has(text: str, words: str) -> bool:
    """Return whether words stand in a text as words, not as part of a longer one."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold().strip(" .")
