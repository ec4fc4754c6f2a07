"""Secrecy: keys, passwords and card numbers, which memory never keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PATTERNS = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END|\Z)")),
    ("an access token", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+")),
    (
        "an access key",
        re.compile(
            r"\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}\b"
            r"|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bxox[abeoprs]-[\w-]{10,}"
            r"|\bAIza[\w-]{30,}|\bglpat-[\w-]{16,}|\bhf_\w{20,}"
        ),
    ),
    (
        "a password",
        re.compile(
            r"\b(?:password|passwort|passphrase|pwd|secret(?: key)?|api[ _-]?key"
            r"|access[ _-]?(?:key|token)|auth[ _-]?token)"
            r"(?:\s+(?:for|of|to)\s+[^:=\n]{1,40}?)?\s*(?:\bis\b|:|=)\s*"
            r"(?!(?:in|on|at|not|never|the|a|an|kept|stored|known|too|very|required)\b)\S+",
            re.IGNORECASE,
        ),
    ),
    (
        "a code",
        re.compile(
            r"\b(?:pin|passcode|cvc|cvv|security code)(?: code| number)?"
            r"(?:\s+(?:for|of|to)\s+[^:=\n]{1,40}?)?\s*(?:\bis\b|:|=|\s)\s*\d{3,12}\b",
            re.IGNORECASE,
        ),
    ),
    ("a social security number", re.compile(r"\b\d{3}-\d{2}-\d{4}\b")),
)
_CARD = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.]?\d)")
_NOTED = re.compile(r"\[([a-z ]+) not kept\]")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")


def secret_in(text: str) -> str | None:
    """Return what kind of secret a text holds, such as `a card number`; None when it holds none.

    A note that stands in the place of one counts as one.
    """
    if (noted := _NOTED.search(text)) is not None:
        return f"a {noted[1]}"
    return next((kind for kind, _, _ in _secrets(text)), None)


def without_secrets(text: str) -> str:
    """Return the text with a note in the place of each secret."""
    kept: list[str] = []
    at = 0
    for kind, start, end in sorted(_secrets(text), key=lambda found: found[1]):
        if start >= at:
            kept.extend((text[at:start], f"[{kind.split(' ', 1)[1]} not kept]"))
        at = max(at, end)
    return "".join((*kept, text[at:]))


def _secrets(text: str) -> Iterator[tuple[str, int, int]]:
    for kind, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            yield kind, found.start(), found.end()
    for found in _CARD.finditer(text):
        if _passes_luhn([int(c) for c in found.group() if c.isdigit()]):
            yield "a card number", found.start(), found.end()
    for found in _IBAN.finditer(text):
        if _passes_iban(found.group().replace(" ", "")):
            yield "a bank account number", found.start(), found.end()


def _passes_luhn(digits: list[int]) -> bool:
    """Check the sum that all payment cards carry in their last digit."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return any(digits) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _passes_iban(number: str) -> bool:
    return int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 == 1
