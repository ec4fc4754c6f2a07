"""Passages: the sentences of documents that answer a question, or the honest lack of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..blocks import Block
from ..lexicon import lexicon
from ..words import content_words, root

if TYPE_CHECKING:
    from ..steps import Embed

_NUMBER = (
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|hundred|"
    r"never|always|daily|weekly|monthly|yearly|once|twice|every|no limit|unlimited)\b"
)
_NAME = (
    r"(?<!^)\b[A-Z][a-z]+|\b(?:director|manager|lead|office|team|officer|engineer|people"
    r"|person|user|owner)s?\b"
)
_TIME = (
    r"\d|\b(?:when|after|before|while|during|until|once|as soon as|monday|tuesday"
    r"|wednesday|thursday|friday)\b"
)
_ASKING = frozenset(
    "mean means meaning say says explain explained describe described documented documentation docs"
    " documents according search look please".split()
)
"""Words that speak of the answer, not of what is asked about."""
_COMPARING = frozenset("most least fewest average median total percentage share".split())
_LONGEST = 420
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|approx|no|fig|dr|mr|mrs)\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage, and where it stands."""

    text: str
    block: Block
    place: int
    heading: str = ""


@dataclass(frozen=True, slots=True)
class _Scored:
    sentence: Sentence
    cover: float
    """The part of the question's content words it covers, its heading's included."""
    own: float
    """… its own words alone."""
    cosine: float
    fits: bool
    """Whether it holds the kind of thing that is asked for."""

    @property
    def score(self) -> float:
        return (
            0.5 * self.cosine + 0.4 * self.cover + 0.15 * self.own + (0.1 if self.fits else -0.15)
        )

    def answers(self, *, strict: bool) -> bool:
        """Whether it may be given as the answer; `strict` asks for nearly every word."""
        if not self.fits:
            return False
        if strict:
            return self.own >= 0.8 and self.cosine >= 0.4
        return (self.cover >= 0.6 and self.own >= 0.4 and self.cosine >= 0.3) or (
            self.cover >= 0.45 and self.own > 0 and self.cosine >= 0.55
        )


def expected(question: str) -> str:
    """Return a pattern of what an answer must hold."""
    low = question.lower()
    if re.search(
        r"\bhow (?:many|much|long|often|tall|old|far|big|large)\b|\bwhat (?:port|number|size"
        r"|percentage|version)\b",
        low,
    ):
        return _NUMBER
    if re.search(r"^when\b|\bwhat (?:time|date|year)\b", low):
        return _TIME
    if re.search(r"^who\b|\bwhich (?:team|person|company)\b", low):
        return _NAME
    return r"\w"


def passages_said(
    question: str, blocks: Sequence[Block], embed: Embed, *, strict: bool = False
) -> str | None:
    """Answer `question` with one or two cited sentences, None when the passages do not."""
    scored = _scored(question, blocks, embed)
    if not scored or not scored[0].answers(strict=strict):
        return None
    best = scored[0]
    chosen = [best.sentence]
    second = _second(question, best, scored)
    if second is not None:
        chosen.append(second)
    chosen.sort(key=lambda s: (s.block.id != best.sentence.block.id, s.place))
    return " ".join(_quoted(sentence) for sentence in chosen)


def closest(blocks: Sequence[Block]) -> str:
    """Name the passage that came closest."""
    first = blocks[0]
    return " > ".join(
        part for part in first.where.split(" · ")[:2] if part and not part.startswith("characters")
    )


def not_spoken_of(question: str, blocks: Sequence[Block]) -> list[str]:
    """Return the words of the question that no passage has."""
    have = {word for block in blocks for word in _roots(f"{block.where} {block.content}")}
    words = content_words(question, lexicon().stop | _ASKING)
    return [word for word in words if not _has(root(word), have)]


def _scored(question: str, blocks: Sequence[Block], embed: Embed) -> list[_Scored]:
    sentences = [s for block in blocks for s in sentences_of(block)]
    if not sentences:
        return []
    vectors = embed(
        [question, *(f"{s.heading}: {s.text}" if s.heading else s.text for s in sentences)]
    )
    cosines = (vectors[1:] @ vectors[0]).tolist()
    known = lexicon()
    wanted = {root(w) for w in content_words(question, known.stop | _ASKING)} or {question.lower()}
    pattern, demanded = expected(question), _demanded(question)
    found = []
    for sentence, cosine in zip(sentences, cosines, strict=True):
        own = _roots(sentence.text)
        around = own | _roots(sentence.heading)
        found.append(
            _Scored(
                sentence,
                cover=_covered(wanted, around),
                own=_covered(wanted, own),
                cosine=float(cosine),
                fits=demanded <= own and re.search(pattern, sentence.text) is not None,
            )
        )
    return sorted(found, key=lambda one: -one.score)


def _demanded(question: str) -> set[str]:
    """Return what no answer can do without: the numbers, and words such as `most` and `average`."""
    comparing = _COMPARING | set(lexicon().superlatives)
    words = [word for word in content_words(question, ()) if word in comparing]
    return {root(word) for word in words} | set(re.findall(r"\d+", question))


def _roots(text: str) -> set[str]:
    return {root(word) for word in content_words(text, ())} | set(re.findall(r"\d+", text))


def _covered(wanted: set[str], have: set[str]) -> float:
    return sum(_has(word, have) for word in wanted) / len(wanted)


def _has(word: str, have: set[str]) -> bool:
    return word in have or (len(word) > 4 and any(other[:5] == word[:5] for other in have))


def _second(question: str, best: _Scored, scored: list[_Scored]) -> Sentence | None:
    """Return the sentence that goes with the best one, when the question asks for an"
    " explanation."""
    if not re.match(
        r"\W*(?:how (?!many|much|long|often)|why|explain|describe|what happens)",
        question,
        re.I,
    ):
        return None
    for other in scored[1:4]:
        same = other.sentence.block.id == best.sentence.block.id
        near = same and abs(other.sentence.place - best.sentence.place) == 1
        if (
            near
            and other.cosine >= 0.35
            and len(other.sentence.text) + len(best.sentence.text) < _LONGEST
        ):
            return other.sentence
    return None


def sentences_of(block: Block) -> Iterator[Sentence]:
    """Cut a passage into sentences; a table's row and a list's item are sentences too."""
    heading = next(
        (p for p in block.where.split(" · ")[1:] if not p.startswith(("characters", "page"))), ""
    )
    place, fenced = 0, False
    for paragraph in _paragraphs(block.content):
        if paragraph.startswith("```"):
            fenced = not fenced
            continue
        if fenced or not re.search(r"\w", paragraph):
            continue
        if paragraph.startswith("#"):
            heading = paragraph.strip("# ")
            continue
        for text in _cut(paragraph):
            if len(text) > 2:
                yield Sentence(text, block, place, heading)
                place += 1


def _paragraphs(text: str) -> Iterator[str]:
    """Join the lines that were only wrapped."""
    held = ""
    for line in text.splitlines():
        plain = line.strip()
        starts = not plain or re.match(r"[-*+|#>]|\d+[.)]\s|```", plain) is not None
        if starts and held:
            yield held
            held = ""
        if plain.startswith(("|", "#", "```")):
            yield plain
        elif plain:
            held = f"{held} {plain}" if held else plain
    if held:
        yield held


def _cut(paragraph: str) -> Iterator[str]:
    if paragraph.startswith("|"):
        cells = [cell.strip() for cell in paragraph.strip("|").split("|")]
        if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            filled = [cell for cell in cells if cell]
            yield f"{filled[0]}: {', '.join(filled[1:])}" if len(filled) > 1 else filled[0]
        return
    text = re.sub(r"^(?:[-*+>]|\d+[.)])\s+", "", paragraph)
    start = 0
    for match in re.finditer(r"[.!?][\"”’)]*\s+(?=[^a-z\s])", text):
        if not _ABBREVIATION.search(text[start : match.start() + 1]):
            yield text[start : match.end()].strip()
            start = match.end()
    if text[start:].strip():
        yield text[start:].strip()


def _quoted(sentence: Sentence) -> str:
    """Return the sentence with its citation before its full stop."""
    text = re.sub(r"\[S\d+\]", "", re.sub(r"\*\*|__", "", sentence.text)).strip()
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rsplit(" ", 1)[0] + " …"
    body, mark = (text[:-1], text[-1]) if text[-1] in ".!?:;" else (text, ".")
    return f"{body} {sentence.block.cite}{'.' if mark in ':;' else mark}"
