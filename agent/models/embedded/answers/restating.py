"""Restating: a question turned into the statement that answers it."""

from __future__ import annotations

import re

from ..words import listed

_PAST = {
    "place": "placed",
    "make": "made",
    "buy": "bought",
    "order": "ordered",
    "borrow": "borrowed",
    "sell": "sold",
    "write": "wrote",
    "have": "had",
    "get": "got",
    "spend": "spent",
    "win": "won",
    "earn": "earned",
    "pay": "paid",
    "produce": "produced",
    "receive": "received",
    "use": "used",
    "lay": "laid",
    "return": "returned",
    "visit": "visited",
    "publish": "published",
    "weigh": "weighed",
    "cost": "cost",
    "see": "saw",
    "fly": "flew",
    "operate": "operated",
}
_THIRD = {"have": "has"}
_SHARE = r"percentage|percent|share|proportion|fraction"
_FORMS: tuple[tuple[str, str], ...] = (
    (r"how many (?P<a>.+?) (?P<v>are|were|is|was) there(?P<b>\b.*)", "There {v} {x} {a}{b}"),
    (rf"(?:what|which) (?:{_SHARE}) of (?P<a>.+)", "{x} of {a}"),
    (
        r"how (?P<adj>heavy|long|tall|deep|wide|old|high|thick) (?P<v>is|are|was|were) (?P<a>.+)",
        "{A} {v} {x} {adj}",
    ),
    (r"how much (?P<v>is|are|was|were) (?P<a>.+)", "{A} {v} {x}"),
    (r"how much (?P<v>does|do) (?P<a>.+?) (?P<w>weigh|cost)(?P<b>\b.*)", "{A} {third} {x}{b}"),
    (
        r"how (?:many|much) (?P<n>.*?)(?P<aux>did|do|does) (?P<a>.+?)"
        r" (?P<w>\w+)(?P<b>(?: (?:in|on|at|for|from|during|since|after|before|between|per"
        r"|each)\b.*)?)",
        "{A} {w} {x} {n}{b}",
    ),
    (r"how many (?P<a>.+)", "{x} {a}"),
    (r"what(?:'s|’s) (?P<a>.+)", "{A} is {x}"),
    (
        r"what (?P<v>is|are|was|were) (?P<a>.+?)(?P<b> in (?:\d{4}|[A-Z]\w+ \d{4}))?",
        "{A}{b} {v} {x}",
    ),
    (
        r"(?:please )?(?:calculate|compute|find|get|give me|tell me|show me|show|work out"
        r"|count) (?P<a>.+)",
        "{A} is {x}",
    ),
    (
        r"when (?P<v>was|were|is|are) (?P<a>.+) (?P<w>\w+ed|written|born|built|founded)",
        "{A} {v} {w} {on} {x}",
    ),
    (
        r"(?P<a>(?:the )?(?:average|total|mean|median|maximum|minimum|sum|number|share) .+)",
        "{A} is {x}",
    ),
    (r"(?P<a>[\d\s().+*/^%x-]+)", "{A} is {x}"),
)
_YES_NO = re.compile(r"(?P<v>is|are|was|were|does|do) (?P<rest>.+)", re.IGNORECASE)


def bare(question: str) -> str:
    """Return the question without its mark."""
    return question.strip().rstrip("?!. ").strip()


def capital(text: str) -> str:
    """Return the text with a capital letter at its start."""
    return text[:1].upper() + text[1:]


def number_stated(question: str, value: str) -> str:
    """Return the sentence, without full stop, that answers `question` with one value."""
    text = bare(question)
    for pattern, form in _FORMS:
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if match is not None and (said := _filled(form, match, value)) is not None:
            return capital(said)
    return f"The answer to “{text}?” is {value}"


def _filled(form: str, match: re.Match[str], value: str) -> str | None:
    groups = {name: (text or "").rstrip() for name, text in match.groupdict().items()}
    verb = groups.get("w", "").lower()
    if "aux" in groups:
        if verb not in _PAST:
            return None
        groups["w"] = _PAST[verb] if groups["aux"].lower() == "did" else _present(groups, verb)
    if "{third}" in form:
        groups["third"] = _present({"aux": groups["v"]}, verb)
    subject = _statement_order(groups.get("a", ""))
    groups["on"] = "in" if re.fullmatch(r"\d{4}", value) else "on"
    if groups.get("v", "").lower() == "are" and value == "1":
        groups["v"] = "is"
    return " ".join(
        form.format(**{**groups, "a": subject, "A": capital(subject), "x": value}).split()
    )


def _present(groups: dict[str, str], verb: str) -> str:
    return verb if groups["aux"].lower() == "do" else _THIRD.get(verb, f"{verb}s")


def _statement_order(subject: str) -> str:
    return re.sub(r"\bour\b", "your", subject, flags=re.IGNORECASE)


def names_stated(question: str, names: list[str], what: str) -> str:
    """Return the sentence, without full stop, that answers `question` with names."""
    text, said = bare(question), listed(names)
    many = len(names) > 1
    if match := re.fullmatch(r"who (?P<rest>.+)", text, re.IGNORECASE):
        return f"{said} {_agreed(match['rest'], many)}"
    if match := re.fullmatch(
        r"(?:which|what) (?:of the )?(?P<np>.+?) (?P<vp>(?:is|are|was|were|has|have|had|live"
        r"|lives|lived|"
        r"borrowed|bought|ordered|placed|made|joined|wrote|sold|generated|produced|weigh|weighs|cost|costs|"
        r"earn|earns|occur|occurs|come|comes|work|works|flew|fly|flies|operated|operate|spent|received)\b.*)",
        text,
        re.IGNORECASE,
    ):
        if not re.search(r"\b(?:did|do|does|can)\b", match["np"]):
            return f"{said} {_agreed(match['vp'], many)}"
    if match := re.fullmatch(r"(?:what|who) (?P<v>is|are|was|were) (?P<a>.+)", text, re.IGNORECASE):
        verb = _agreed(match["v"], many)
        return f"{capital(_statement_order(match['a']))} {verb} {said}"
    if match := re.fullmatch(
        r"(?:please )?(?:list|show|give|name|display|get|find)(?: me|"
        r" us)?(?: all)?(?: of)?(?: the)?(?: names of)? (?P<a>.+)",
        text,
        re.IGNORECASE,
    ):
        return f"The {_statement_order(match['a'])} {'are' if many else 'is'} {said}"
    return f"The {what} asked for {'are' if many else 'is'} {said}"


def _agreed(phrase: str, many: bool) -> str:
    first, _, rest = phrase.partition(" ")
    plural = {"is": "are", "was": "were", "has": "have", "lives": "live"}
    singular = {plural_form: one for one, plural_form in plural.items()}
    word = (plural if many else singular).get(first.lower(), first)
    return f"{word} {_statement_order(rest)}".strip()


def truth_stated(question: str, holds: bool) -> str:
    """Return the sentence, without full stop, that answers a yes-or-no question."""
    match = _YES_NO.fullmatch(bare(question))
    if match is None:
        return f"{'Yes' if holds else 'No'}: “{bare(question)}?” is {str(holds).lower()}"
    subject, verb, rest = _subject_first(match["rest"], match["v"].lower())
    if holds:
        return f"Yes, {subject} {verb} {rest}"
    return f"No, {subject} {verb} not {rest}"


def _subject_first(rest: str, verb: str) -> tuple[str, str, str]:
    words = re.match(r"(?P<s>\S+)\s+(?P<p>.+)", rest)
    return (words["s"], verb, words["p"]) if words else (rest, verb, "so")
