"""Wording: ways in which an English sentence is made false by changing a word or two."""

from __future__ import annotations

import random
import re

_WORDS = {
    "two": "four",
    "three": "five",
    "four": "six",
    "five": "nine",
    "six": "eight",
    "eight": "six",
    "ten": "twelve",
}
_UNITS = {
    "seconds": "minutes",
    "second": "hour",
    "minutes": "hours",
    "hours": "days",
    "days": "weeks",
    "day": "week",
    "ms": "s",
    "MB": "GB",
    "GB": "MB",
    "characters": "words",
    "miles": "kilometres",
    "millimetres": "centimetres",
    "grams": "kilograms",
    "tokens": "characters",
    "US dollars": "euros",
    "bytes": "kilobytes",
}
_UNIT = re.compile(rf"\b({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b")
_VERB = re.compile(
    r"\b(is|are|was|were|can|may|must|will|has|have|does|do|could|should)\b(?! not| no\b| never)"
)
_PLAIN_VERB = re.compile(
    r"(?<=[\w`] )(says|shows|holds|gives|takes|names|means|ends|answers|reads|writes|keeps|lists|"
    r"tells|releases|identifies|asks|makes|counts|begins|needs|goes|stands|stops|streams|chooses)"
    r"\b(?! not| no\b| nothing| never)"
)
_INFINITIVE = {"goes": "go", "streams": "stream", "releases": "release", "chooses": "choose"}
_NOT = re.compile(r"\b(?:not|never) ")
_RANKED = {
    "every": "no",
    "all": "none of the",
    "only": "never",
    "never": "always",
    "always": "never",
    "first": "last",
    "last": "first",
    "oldest": "newest",
    "longest": "shortest",
    "largest": "smallest",
    "smallest": "largest",
    "most": "fewest",
    "at least": "at most",
    "at most": "at least",
    "before": "after",
    "after": "before",
    "more": "fewer",
    "strictly": "never",
}
_RANK = re.compile(rf"\b({'|'.join(_RANKED)})\b")
_NAMES = ("ledger_key", "vault", "Meridian", "quorum", "Halcyon", "probe_limit")
_NAME = re.compile(r"`([^`]+)`|(?<=[a-z,] )([A-Z][A-Za-z]{2,})\b")
_BEFORE = re.compile(r"^(?:When|If|Without|Under|Unless|Inside|In|On|With|By default)\b[^,]*, (\S)")
_BEHIND = re.compile(
    r",? (?:only after|only when|when|if|unless|until|except|without|while) [^,;:]+$"
)


def renumbered(said: str, evidence: str, chance: random.Random) -> str | None:
    """Change a number to one that the evidence does not have."""
    for match in re.finditer(r"(?<![\w.`\-/:])\d+(?:\.\d+)?(?![\w.`\-/:]\S)", said):
        value = float(match[0])
        for _ in range(20):
            wrong = f"{value + chance.choice([-2, 1, 3, 7, 40]):g}"
            if not wrong.startswith("-") and not re.search(rf"(?<!\d){wrong}(?!\d)", evidence):
                return said[: match.start()] + wrong + said[match.end() :]
    for word, other in _WORDS.items():
        if re.search(rf"\b{word}\b", said) and not re.search(rf"\b{other}\b", evidence):
            return re.sub(rf"\b{word}\b", other, said, count=1)
    return None


def remeasured(said: str, chance: random.Random) -> str | None:
    """Change a unit."""
    if (match := re.search(rf"\d (?:{_UNIT.pattern})", said)) is None:
        match = re.search(rf"\bin (?:{_UNIT.pattern})", said)
    if match is None:
        return None
    return said[: match.start(1)] + _UNITS[match[1]] + said[match.end(1) :]


def named(said: str, chance: random.Random) -> str | None:
    """Change a name to one that is not there."""
    matches = list(_NAME.finditer(said))
    if not matches:
        return None
    match = chance.choice(matches)
    group = 1 if match[1] else 2
    return said[: match.start(group)] + chance.choice(_NAMES) + said[match.end(group) :]


def doubted(said: str) -> str | None:
    """Say the opposite by putting a `not` in or taking it out."""
    if (match := _NOT.search(said)) is not None and "not only" not in said:
        return said[: match.start()] + said[match.end() :]
    if (match := _VERB.search(said)) is not None:
        return f"{said[: match.end()]} not{said[match.end() :]}"
    if (match := _PLAIN_VERB.search(said)) is not None:
        stem = _INFINITIVE.get(match[0], match[0][:-1])
        return f"{said[: match.start()]}does not {stem}{said[match.end() :]}"
    return None


def ranked(said: str) -> str | None:
    """Turn a word that ranks or quantifies round."""
    if (match := _RANK.search(said)) is None:
        return None
    return said[: match.start()] + _RANKED[match[0]] + said[match.end() :]


def unconditioned(said: str) -> str | None:
    """Leave out under which condition it holds."""
    if (match := _BEFORE.match(said)) is not None:
        return match[1].upper() + said[match.end() :]
    if (match := _BEHIND.search(said)) is not None and match.start() > 20:
        return said[: match.start()]
    return None
