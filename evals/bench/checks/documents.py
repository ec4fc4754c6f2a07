"""Statements about documents: sentences of the documentation, said again and broken."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from surefoot.evidence import DocumentSource, Finding

from .paraphrases import PARAPHRASES
from .statements import HERE, Fault, Statement
from .wording import doubted, named, ranked, remeasured, renumbered, unconditioned

FROZEN_PAGES = ("server", "settings", "models", "telemetry", "embedding", "embedded-model")
"""Pages of the documentation that were set apart."""

_PLAIN = re.compile(r"[A-Z`“\"][^|…]*\.")
_LONGEST = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A section of a page, with the sentences in it that can be said on their own."""

    page: str
    finding: Finding
    sentences: tuple[str, ...]


def passages(workspace: Path) -> list[Passage]:
    """Return the sections of the workspace's pages."""
    found: list[Passage] = []
    for path in (workspace / "README.md", *sorted((workspace / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        for section in re.split(r"^#+ ", text, flags=re.MULTILINE)[1:]:
            heading, _, body = section.partition("\n")
            body = re.sub(r"^```.*?^```$", "", body, flags=re.MULTILINE | re.DOTALL).strip()
            if body:
                source = DocumentSource(path=path.name, heading=heading, start=0, end=len(body))
                finding = Finding(source=source, content=body[:_LONGEST])
                sentences = tuple(_sentences(body[:_LONGEST]))
                found.append(Passage(page=path.stem, finding=finding, sentences=sentences))
    return found


def _sentences(body: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n|\n(?=- )", body):
        if "|" in block:
            continue
        text = " ".join(block.removeprefix("- ").split())
        for one in re.split(r"(?<=[.:])\s+(?=[A-Z`])", text):
            if _PLAIN.fullmatch(one) and 8 <= len(one.split()) <= 30:
                yield one


def document_statements(workspace: Path, seed: int) -> Iterator[Statement]:
    """Yield statements about every page: verbatim, introduced, and in other words."""
    every = passages(workspace)
    for passage in every:
        for place, sentence in enumerate(passage.sentences):
            said = sentence[:-1]
            if place % 2:
                said = f"According to the documentation, {_lowered(said)}"
            others = [one for one in passage.sentences if one != sentence]
            chance = random.Random(f"{seed}{sentence}")
            yield _statement("verbatim", said, passage, others, chance)
    for paraphrase in PARAPHRASES:
        home = next((one for one in every if paraphrase.rests_on in _flat(one)), None)
        if home is not None:
            others = [one for one in home.sentences if paraphrase.rests_on not in one]
            chance = random.Random(f"{seed}{paraphrase.text}")
            yield _statement("paraphrase", paraphrase.text, home, others, chance)


def quote_statements(workspace: Path, seed: int) -> Iterator[Statement]:
    """Yield statements that quote a page word by word."""
    for passage in passages(workspace):
        for place, sentence in enumerate(passage.sentences):
            words = sentence.rstrip(".").split()
            if len(words) < 9 or '"' in sentence or "“" in sentence:
                continue
            chance = random.Random(f"{seed}{sentence}")
            begin = chance.randrange(0, len(words) - 7)
            quoted = words[begin : begin + chance.randint(6, 8)]
            opens, closes = ('"', '"') if place % 2 else ("“", "”")
            text = "The documentation says {}{}{} {}."
            wrong = _forged(quoted, passage.sentences, chance)
            yield Statement(
                kind="quote",
                text=text.format(opens, " ".join(quoted), closes, HERE),
                faults={"quote": text.format(opens, " ".join(wrong), closes, HERE)},
                finding=passage.finding,
                source=passage.page,
                frozen=passage.page in FROZEN_PAGES,
            )


def _statement(
    kind: str, said: str, passage: Passage, others: list[str], chance: random.Random
) -> Statement:
    evidence = f"{passage.finding.content}"
    made: dict[Fault, str | None] = {
        "number": renumbered(said, evidence, chance),
        "unit": remeasured(said, chance),
        "entity": named(said, chance),
        "negation": doubted(said),
        "superlative": ranked(said),
        "wrong_row": _other_subject(said, others, chance),
        "condition": unconditioned(said),
    }
    return Statement(
        kind=kind,
        text=f"{said} {HERE}.",
        faults={
            fault: f"{wrong} {HERE}."
            for fault, wrong in made.items()
            if wrong is not None and wrong != said
        },
        finding=passage.finding,
        source=passage.page,
        frozen=passage.page in FROZEN_PAGES,
    )


def _other_subject(said: str, others: list[str], chance: random.Random) -> str | None:
    """Say of one named thing what the page says of another."""
    if (mine := re.match(r"(?:The \w+ (?:\w+ )?)?`([^`]+)`(?= )", said)) is None:
        return None
    names = [
        match[1]
        for one in others
        if (match := re.match(r"(?:The \w+ (?:\w+ )?)?`([^`]+)`(?= )", one)) and match[1] != mine[1]
    ]
    names = [one for one in names if f"`{one}`" not in said]
    return said.replace(f"`{mine[1]}`", f"`{chance.choice(names)}`", 1) if names else None


def _forged(words: list[str], sentences: tuple[str, ...], chance: random.Random) -> list[str]:
    """Put another word of the page into a quotation."""
    pool = sorted({word for one in sentences for word in one.split() if word.isalpha()} - {*words})
    places = [place for place, word in enumerate(words) if len(word) > 3]
    place = chance.choice(places or [0])
    return [*words[:place], chance.choice(pool or ["nothing"]), *words[place + 1 :]]


def _lowered(text: str) -> str:
    first, _, rest = text.partition(" ")
    plain = first.isalpha() and first[1:].islower()
    return f"{first.lower()} {rest}" if plain or first == "A" else text


def _flat(passage: Passage) -> str:
    return " ".join(passage.finding.content.split())
