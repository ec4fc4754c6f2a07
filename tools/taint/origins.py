"""Origins: where each argument of a call comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from .words import COMMON, Words, words_of

From = Literal["user", "trusted", "untrusted", "model"]
"""Whose words a value repeats; `model` when it is found nowhere."""

_TELLING = re.compile(r"[^\s\"'<>(),;]*(?:[@/]|\w\.\w|\d)[^\s\"'<>(),;]*")
_PHRASE = 5
_TELLING_LETTERS = 5
_SHORTEST_NUMBER = 3
_MOST_SHARE = 0.5
"""Of the telling words that the user did not say, so many may come from untrusted content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one value inside the arguments comes from."""

    path: str
    """Such as `recipients[0]`."""
    value: JsonValue
    source: From
    evidence: str = ""
    """The untrusted content it is found in, by evidence id."""
    part: str = ""
    """The words that are found there, where it is not the whole value."""


class Origins:
    """What the user said, and what a run has read since."""

    def __init__(self, said: Iterable[str] = ()) -> None:
        self._said = [Words(text) for text in said]
        self._trusted: list[Words] = []
        self._untrusted: dict[str, Words] = {}

    def say(self, text: str) -> None:
        """Note what the user said."""
        self._said.append(Words(text))

    def trust(self, text: str) -> None:
        """Note content that may be taken at its word."""
        self._trusted.append(Words(text))

    def distrust(self, name: str, text: str) -> None:
        """Note content that nobody vouches for, under the id of its evidence."""
        self._untrusted[name] = Words(text)

    def known(self, name: str) -> bool:
        """Return whether this content has been noted."""
        return name in self._untrusted

    @property
    def is_clean(self) -> bool:
        """True when nothing untrusted has been read."""
        return not self._untrusted

    def trace(
        self, args: Mapping[str, JsonValue], *, referred: Mapping[str, str] | None = None
    ) -> list[Origin]:
        """Return where each value of the arguments comes from.

        `referred` names arguments that were filled in from an untrusted result by reference: for
        those nothing needs to be found.
        """
        return [
            self._origin(path, value, (referred or {}).get(_first(path), ""))
            for path, value in _values(args, "")
        ]

    def _origin(self, path: str, value: JsonValue, referred: str) -> Origin:
        words = words_of(_text(value))
        if not words or self._holds(self._said, words):
            return Origin(path=path, value=value, source="user")
        if referred:
            return Origin(path=path, value=value, source="untrusted", evidence=referred)
        if self._holds(self._trusted, words):
            return Origin(path=path, value=value, source="trusted")
        for name, content in self._untrusted.items():
            if content.holds(words) or content.holds_squashed(words):
                return Origin(path=path, value=value, source="untrusted", evidence=name)
        if isinstance(value, str):
            return self._partly(path, value, words)
        return Origin(path=path, value=value, source="model")

    def _partly(self, path: str, value: str, words: list[str]) -> Origin:
        """Look for addresses, numbers and phrases inside a text, then for most of its words."""
        for name, content in self._untrusted.items():
            for part in self._parts(value, words):
                if content.holds(part) and not self._vouched(part):
                    return _found(path, value, name, " ".join(part))
        unsaid = [w for w in dict.fromkeys(words) if w not in COMMON and not self._is_vouched(w)]
        if not unsaid:
            return Origin(path=path, value=value, source="user")
        for name, content in self._untrusted.items():
            taken = [word for word in unsaid if word in content]
            tells = any(len(word) >= _TELLING_LETTERS for word in taken)
            if tells and len(taken) >= len(unsaid) * _MOST_SHARE:
                return _found(path, value, name, " … ".join(taken[:6]))
        return Origin(path=path, value=value, source="model")

    def _parts(self, value: str, words: list[str]) -> Iterator[list[str]]:
        for found in _TELLING.findall(value):
            if len("".join(part := words_of(found))) >= _SHORTEST_NUMBER:
                yield part
        for start in range(len(words) - _PHRASE + 1):
            yield words[start : start + _PHRASE]

    def _vouched(self, words: list[str]) -> bool:
        return self._holds(self._said, words) or self._holds(self._trusted, words)

    def _is_vouched(self, word: str) -> bool:
        return any(word in text for text in (*self._said, *self._trusted))

    @staticmethod
    def _holds(texts: Iterable[Words], words: list[str]) -> bool:
        return any(text.holds(words) or text.holds_squashed(words) for text in texts)


def _found(path: str, value: JsonValue, name: str, part: str) -> Origin:
    return Origin(path=path, value=value, source="untrusted", evidence=name, part=part)


def _values(
    value: JsonValue | Mapping[str, JsonValue], path: str
) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _values(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _values(item, f"{path}[{index}]")
    elif value is not None and not isinstance(value, bool) and value != "":
        yield path, value


def _first(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _text(value: JsonValue) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
