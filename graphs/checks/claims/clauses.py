"""Clauses: the statements that a sentence is made of, each with what it denies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ..figures import Figures, figures_in
from .words import Word, stem, words

_CUT = re.compile(
    r"(?P<stop>[;()]|:(?!\d)|\s[–—-]\s)|(?P<comma>,(?!\d))"
    r"|\b(?P<joint>and|but|or|nor|so|while|whereas|because|although|though|(?<=, )(?:which|who))\b"
    r"|(?<=\w )(?P<kept>that|unlike)\b"
    r"|\b(?P<bound>only (?:after|when|if|for|with|where|once)|if|when|whenever|unless|until|except"
    r"(?: for| on| in)?|as long as|provided that|in case|once|without|after|before)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^\W*(?:by default|(?:in|on|with|without|under|for|at|during|inside|outside|within|among|from)"
    r"\b[^,;:.]{2,60}),\s",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:not|never|no|none|nothing|nobody|neither|nor|cannot|unless|without|unlike|except)\b|"
    r"n['’]t\b|\bno longer\b|\b(?:fail(?:s|ed)?|refus(?:es?|ed)|ceas(?:es?|ed)|unable) to\b|"
    r"\b(?:avoid|lack|prevent)(?:s|ed|ing)?\b",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(r"\s+(?:only|just|merely|until|more than|less than|later than)\b", re.I)
_MODAL = re.compile(r"\b(?:can|may|could|might|must|should)(?=\W|not\b|$)", re.IGNORECASE)
_ALLOW = stem("allow")
SIDES: Mapping[str, tuple[str, bool]] = {
    stem(word): (stem(base), denies)
    for base, denies, said in (
        ("allow", False, "allowed permit permitted"),
        ("allow", True, "forbid forbidden prohibit prohibited ban banned disallowed"),
        ("accept", True, "refuse refused reject rejected deny denied"),
        ("enable", True, "disable disabled"),
        ("open", True, "closed"),
        ("include", True, "exclude excluded omit omitted"),
    )
    for word in said.split()
}
"""Words that deny another, or say the same, by what they stand for."""
_NEGATED = re.compile(r"(?:un|in|im|ir|dis|non)(?=\w{4})")
_TAKES_OVER = frozenset(
    """it its they them their this that these those he she is are was were be has have had do does
    did can cannot could will would must may should never not no to in on at of from for with by
    unlike which who also then instead""".split()
)
"""What a statement begins with that takes its subject from the one before."""
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|did|can|cannot|could|will|would|must|may|should|"
    r"\w{2,}ed|rose|fell|grew|went|came|took|ran|lost|got|won|made|kept|led)\b|n['’]t\b"
)
_MOST_BARE = 2
_PARTICIPLE = re.compile(r"\w{3,}(?:ed|en|ing)", re.IGNORECASE)
_SCALES = frozenset(map(stem, "hundred thousand million billion percent".split()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One statement of a sentence."""

    stems: frozenset[str]
    """What its words of meaning stand for; those that only deny are left out."""
    denies: bool
    """True when it says that something is not so, and not twice."""
    focus: frozenset[str]
    """The stems of what its negations stand right before."""
    inherits: frozenset[str] = frozenset()
    """What it may take over: the heading, and its subject from the clause before it."""
    bounds: bool = False
    """True when it says under which condition the others hold."""
    subject: tuple[str, ...] = ()
    """The stems of its first words of meaning."""
    names: frozenset[str] = frozenset()
    """The stems that begin with a capital letter inside of it."""
    text: str = ""
    figures: Figures = field(default_factory=Figures)

    @property
    def whole(self) -> frozenset[str]:
        """Its stems and those it takes over."""
        return self.stems | self.inherits


@lru_cache(maxsize=2_000)
def clauses_of(
    text: str,
    heading: frozenset[str] = frozenset(),
    before: frozenset[str] = frozenset(),
) -> tuple[Clause, ...]:
    """Return the clauses of a sentence; a pronoun may stand for what was said `before`."""
    found: list[Clause] = []
    for piece, bounds in _pieces(text):
        said = words(piece)
        content = [one for one in said if not one.is_grammar]
        if not content:
            continue
        earlier = found[-1].whole if found else before
        begins = said[0].text.lower()
        takes_over = begins in _TAKES_OVER or (bool(found) and _lacks_verb(piece, content))
        bounds |= bool(found) and begins.endswith("ing")
        found.append(_clause(piece, said, heading | (earlier if takes_over else heading), bounds))
    return tuple(found)


def _lacks_verb(text: str, content: Sequence[Word]) -> bool:
    """Return whether a clause leaves out what the one before it has, as in `films for a week`."""
    said = [one for one in content if not one.text.isdigit()]
    if len(said) < 2 or _PARTICIPLE.fullmatch(said[0].text):
        return True
    return len(said) <= _MOST_BARE and _VERB.search(text) is None


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a sentence, and whether each says under which condition others hold."""
    start, bounds = 0, False
    if leading := _LEADING.match(text):
        yield text[: leading.end()], True
        start = leading.end()
    for match in _CUT.finditer(text, start):
        if match.start() > start:
            yield text[start : match.start()], bounds
        start = match.start() if match["bound"] or match["kept"] else match.end()
        bounds = match["bound"] is not None or (bounds and match["joint"] is not None)
    if text[start:].strip():
        yield text[start:], bounds


def _clause(text: str, said: list[Word], inherits: frozenset[str], bounds: bool) -> Clause:
    denials = [one for one in _DENIES.finditer(text) if not _NOT_ONLY.match(text, one.end())]
    content = [
        one
        for one in said
        if not one.is_grammar
        and not one.text.isdigit()
        and one.stem not in _SCALES
        and not any(match.start() <= one.start < match.end() for match in denials)
    ]
    sides = {one.start: SIDES.get(one.stem, (one.stem, False)) for one in content}
    stems = frozenset(base for base, _ in sides.values())
    focus = {base for base, denies in sides.values() if denies}
    for match in denials:
        behind = (sides[one.start][0] for one in content if one.start >= match.end())
        first = next(behind, None)
        focus |= inherits if first is None else {first}
    return Clause(
        stems=stems | ({_ALLOW} if _MODAL.search(text) else set[str]()),
        denies=(len(denials) + sum(denies for _, denies in sides.values())) % 2 == 1,
        focus=frozenset(focus),
        inherits=inherits,
        bounds=bounds,
        subject=tuple(one.stem for one in content[:2]),
        names=frozenset(one.stem for one in content[1:] if one.is_capitalised),
        text=text,
        figures=figures_in(text),
    )


def plain(stem_: str, others: frozenset[str]) -> str | None:
    """Return the stem of which a word is the denial, as `safe` of `unsafe`, if others have it."""
    match = _NEGATED.match(stem_)
    rest = stem_[match.end() :] if match else ""
    return rest if rest in others else None
