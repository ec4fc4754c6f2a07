"""Foreign tools: those a user registered, called only when the question plainly means them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from .lexicon import lexicon
from .toolbox import BoundTool, Parameter
from .words import content_words, root, singular

_QUOTED = re.compile(r"[\"“]([^\"”]+)[\"”]|(?<!\w)'([^']+)'(?!\w)")
_CODE = re.compile(r"(?<![\w-])[A-Z]{3}(?![\w-])")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_NAME = re.compile(
    r"(?<!^)(?<![.?!]\s)\b[A-Z][\w'’-]+(?:\s+(?:[A-Z][\w'’-]+|de|of|la|do|da))*(?<! of)(?<! de)"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CODED = re.compile(
    r"\b(?:base|quote|currency|code|iso|symbol|ticker|from|to|source|target|country)\b|_code\b",
    re.I,
)
_PLACED = re.compile(
    r"city|town|place|location|country|person|name|who|where|airport|company|region|address|user",
    re.I,
)
_IDENTIFIER = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{3,40}(?![\w-])")
_FREE = frozenset(
    "current currently today now latest please use tool using call check look lookup fetch"
    " tell get".split()
)


@dataclass(frozen=True, slots=True)
class Match:
    """A foreign tool with its arguments filled in."""

    tool: BoundTool
    args: dict[str, JsonValue]
    score: float


def foreign_call(question: str, tools: list[BoundTool]) -> Match | None:
    """Return the one tool that the question plainly means, None when there is none or a doubt."""
    found = sorted(_matches(question, tools), key=lambda match: -match.score)
    if not found or (len(found) > 1 and found[1].score == found[0].score):
        return None
    return found[0]


def _matches(question: str, tools: list[BoundTool]) -> Iterator[Match]:
    for tool in tools:
        filled = _Filling(question).fill(tool)
        if filled is None:
            continue
        args, spans = filled
        words = _words_left(question, spans)
        names = {root(singular(w)) for w in re.split(r"[_\W]+", tool.name.lower()) if len(w) > 1}
        about = {root(w) for w in content_words(tool.description, lexicon().stop)}
        in_name = [w for w in words if root(w) in names]
        in_text = [w for w in words if root(w) in about and w not in in_name]
        loose = [w for w in words if w not in in_name and w not in in_text and w not in _FREE]
        strong = 1.0 if args and _is_strict(tool, args) else 0.0
        score = 2.0 * len(in_name) + len(in_text) + strong
        allowed = 1 if in_name else 0
        if (in_name or (in_text and strong)) and score >= 2 and len(loose) <= allowed:
            yield Match(tool, args, score - len(loose))


def _words_left(question: str, spans: list[tuple[int, int]]) -> list[str]:
    text = question
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    known = lexicon()
    return content_words(re.sub(r"[/|&-]", " ", text), known.stop)


def _is_strict(tool: BoundTool, args: dict[str, JsonValue]) -> bool:
    """True when an argument is of a kind that a question rarely holds by chance."""
    return any(
        parameter.choices or (_wants_code(parameter) and isinstance(args.get(parameter.name), str))
        for parameter in tool.parameters
    )


def _wants_code(parameter: Parameter) -> bool:
    return parameter.type == "string" and bool(
        _CODED.search(parameter.name.replace("_", " "))
        or re.search(r"\bISO\b|\bcode\b", parameter.description)
    )


class _Filling:
    """Takes what a question holds of each kind, in order, until the required arguments are"
    " filled."""

    def __init__(self, question: str) -> None:
        self._question = question
        self._spans: list[tuple[int, int]] = []

    def fill(self, tool: BoundTool) -> tuple[dict[str, JsonValue], list[tuple[int, int]]] | None:
        """Return the arguments and where they stand; None when a required one is missing."""
        args: dict[str, JsonValue] = {}
        ordered = sorted(tool.parameters, key=lambda p: not p.is_required)
        for parameter in ordered:
            value = self._value(parameter)
            if value is not None:
                args[parameter.name] = value
            elif parameter.is_required:
                return None
        return args, self._spans

    def _value(self, parameter: Parameter) -> JsonValue:
        if parameter.choices:
            return self._choice(parameter)
        match parameter.type:
            case "integer":
                text = self._take(_NUMBER)
                return int(text.replace(",", "")) if text and "." not in text else None
            case "number":
                text = self._take(_NUMBER)
                return float(text.replace(",", "")) if text else None
            case "string":
                return self._string(parameter)
        return None

    def _choice(self, parameter: Parameter) -> JsonValue:
        for choice in parameter.choices:
            if text := self._take(
                re.compile(rf"(?<!\w){re.escape(choice)}s?(?!\w)", re.IGNORECASE)
            ):
                return choice if text else None
        return None

    def _string(self, parameter: Parameter) -> JsonValue:
        name = parameter.name.lower()
        if "date" in name or "day" in name:
            return self._take(_DATE)
        if "mail" in name:
            return self._take(_MAIL)
        quoted = self._take(_QUOTED)
        if quoted is not None:
            return quoted.strip("\"'“”")
        if _wants_code(parameter) and (code := self._take(_CODE)) is not None:
            return code
        if re.search(r"id$|number|code|key", name):
            return self._take(_IDENTIFIER)
        if _PLACED.search(name) or _PLACED.search(parameter.description):
            return self._take(_NAME)
        return (
            None if _wants_code(parameter) else self._take(_NAME) if parameter.is_required else None
        )

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        for match in pattern.finditer(self._question):
            if all(match.end() <= a or match.start() >= b for a, b in self._spans):
                self._spans.append(match.span())
                return match.group()
        return None
