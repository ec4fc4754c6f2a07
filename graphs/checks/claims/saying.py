"""Saying: what one sentence of an answer says, taken apart once for all checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..figures import Figures, figures_in
from .lexicon import NEGATION, UNITS
from .passages import denials_in
from .words import GRAMMAR, Word, words

CITATION = re.compile(r"\[(S\d+(?:\s*[,;]\s*S\d+)*)\]")
LIST_MARK = re.compile(r"^[\s*_]*(?:\d{1,3}[.)][*_]*\s|Step \d{1,3}\b)", re.MULTILINE)
PROGRAM = re.compile(
    r"^\s*```(?!(?:text|txt|plain|csv|tsv|json|yaml|markdown|md|table|output|console|log)\b)"
    r"[A-Za-z].*",
    re.DOTALL,
)
"""A program shows how something is done and claims nothing; data in a fence does."""
_QUERY = re.compile(r"`+\s*(?:SELECT|WITH)\b[^`\n]*\bFROM\b[^`\n]*`+")
"""A query shows how something is asked, as a program does."""
_SOURCE = (
    r"(?:documentation|docs?|page|readme|document|table|data|evidence|sources?|results?|query|file|"
    r"passage|text|tool|record)"
)
_OPENING = re.compile(
    rf"^\W*(?:(?:according to|as (?:stated|shown|described) in|based on|per|in) (?:the |its |my )?"
    rf"(?:\S+ )?{_SOURCE}\b[^,]{{0,30}},\s*|the (?:\S+ )?{_SOURCE} (?:says?|states?|shows?|tells?|"
    rf"mentions?)(?: that)?\s+(?=[^\s\"“]))",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"“([^”\n]{2,400})”|(?<![\w\"])\"([^\"\n]{2,400})\"(?![\w\"])|«([^»\n]{2,400})»"
)
FEWEST_QUOTED = 2
"""Words from which on quotation marks quote; around one word they may only set it apart."""
_TICKED = re.compile(r"`+([^`\n]{1,120})`+")
_CODE = re.compile(
    r"(?<![\w`/.-])(?:--[a-z][\w-]+|[A-Za-z_]\w*\(\)|[A-Za-z]\w*_\w+|[a-z]+[A-Z]\w+|[A-Z][a-z]+[A-Z]\w+|"
    r"(?:[\w.-]+/)+[\w.-]*\w|\w[\w-]*\.(?:md|py|csv|json|toml|txt|ya?ml|html|pdf|js|ts|sql|db|parquet))"
    r"(?![\w`/])"
)
_CALENDAR = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december i""".split()
)
_OPENERS = frozenset(
    """additionally although among altogether average based because besides both by combined
    compared currently during each finally first for further furthermore given here hence
    however if in indeed instead it its last lastly many meanwhile moreover most next no
    none note notably of on once only otherwise overall second several similarly since so
    some still such summary that the then there therefore these they third this those thus
    to together total two three unfortunately unlike what when where while yes sum answer
    result results found roughly approximately nearly about almost exactly zero one four
    five six seven eight nine ten eleven twelve""".split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name or an identifier that a sentence uses."""

    text: str
    start: int
    is_code: bool
    opens: bool = False
    """True when it begins the sentence, where every word has a capital letter."""


@dataclass(frozen=True)
class Saying:
    """One sentence without its citations and marks."""

    text: str

    @classmethod
    def of(cls, sentence: str) -> Saying:
        """Take a sentence of an answer as it was written."""
        plain = LIST_MARK.sub("", CITATION.sub("", _QUERY.sub("", PROGRAM.sub("", sentence))))
        return cls(" ".join(plain.split()).replace(" .", "."))

    @cached_property
    def core(self) -> str:
        """Its own words: no quotations, and no opening such as `According to the page,`."""
        return _OPENING.sub("", _QUOTED.sub(_blank, self.text))

    @cached_property
    def plain(self) -> str:
        """Its own words without identifiers, whose parts mean nothing by themselves."""
        return _TICKED.sub(_blank, self.core)

    @property
    def plain_names(self) -> str:
        """Its own words, identifiers among them."""
        return self.core.replace("`", " ")

    @cached_property
    def words(self) -> list[Word]:
        """Its words in order."""
        return words(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the words that carry meaning."""
        return frozenset(
            one.stem for one in words(self.core) if not one.is_grammar and not one.text.isdigit()
        )

    @cached_property
    def lower(self) -> frozenset[str]:
        """Its words in small letters."""
        return frozenset(one.text.lower() for one in self.words)

    @cached_property
    def figures(self) -> Figures:
        """Its numbers, dates, times and versions."""
        return figures_in(_QUOTED.sub(_held, self.text))

    @cached_property
    def quotes(self) -> tuple[str, ...]:
        """What stands in quotation marks."""
        return tuple(next(filter(None, match.groups())) for match in _QUOTED.finditer(self.text))

    @cached_property
    def negates(self) -> bool:
        """True when it says that something is not so."""
        return bool(NEGATION.search(self.plain))

    @cached_property
    def denials(self) -> tuple[tuple[str, ...], ...]:
        """The stems behind each of its negations, nearest first."""
        return denials_in(self.plain)

    @property
    def is_title(self) -> bool:
        """True for a heading or a label, which claims nothing by itself."""
        bare = self.text.strip("*_# ")
        return self.text.lstrip().startswith("#") or bare.endswith(":")

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The names and identifiers in it, in order."""
        return tuple(sorted([*self._code(), *self._proper()], key=lambda one: one.start))

    def _code(self) -> Iterator[Name]:
        ticked = [match.span() for match in _TICKED.finditer(self.text)]
        for match in _TICKED.finditer(self.text):
            yield Name(match[1].strip(), match.start(), is_code=True)
        for match in _CODE.finditer(_QUOTED.sub(_blank, self.text)):
            if not any(start <= match.start() < end for start, end in ticked):
                yield Name(match[0], match.start(), is_code=True)

    def _proper(self) -> Iterator[Name]:
        text = _CODE.sub(_blank, _QUOTED.sub(_blank, _TICKED.sub(_blank, self.text)))
        run: list[Word] = []
        for word in words(text):
            joins = bool(run) and text[run[-1].end : word.start] in (" ", "-", ". ", " & ", ".")
            if _is_name(word):
                if not joins and run:
                    yield from self._name(text, run)
                    run = []
                run.append(word)
            elif run:
                yield from self._name(text, run)
                run = []
        if run:
            yield from self._name(text, run)

    def _name(self, text: str, run: list[Word]) -> Iterator[Name]:
        opens = not re.search(r"[^\W_]", text[: run[0].start]) or bool(
            re.search(r"[.:!?–—-]\s*[\"'(*]*$", text[: run[0].start])
        )
        if opens and len(run) == 1 and run[0].text.lower() in GRAMMAR | _OPENERS:
            return
        if opens and len(run) > 1 and run[0].text.lower() in GRAMMAR | _OPENERS:
            run, opens = run[1:], False
        yield Name(text[run[0].start : run[-1].end], run[0].start, is_code=False, opens=opens)


def _is_name(word: Word) -> bool:
    lowered = word.text.lower()
    return (
        word.is_capitalised
        and lowered not in _CALENDAR
        and not (len(word.text) == 1 and lowered in ("a", "i"))
        and lowered not in UNITS
    )


def _held(match: re.Match[str]) -> str:
    """Leave out what the check of quotations holds to the evidence word by word."""
    return _blank(match) if len(match[0].split()) >= FEWEST_QUOTED else match[0]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def cited(text: str) -> tuple[str, ...]:
    """Return the evidence ids that `text` cites, in order, each once."""
    ids = (one.strip() for match in CITATION.finditer(text) for one in re.split("[,;]", match[1]))
    return tuple(dict.fromkeys(ids))
