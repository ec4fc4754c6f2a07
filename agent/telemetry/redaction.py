"""Secrets: recognised by how they look, and never told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from pydantic import BaseModel, SecretStr

HIDDEN = "[secret]"

_SECRET = re.compile(
    r"""
    \b(?:sk|pk|rk)-[A-Za-z0-9_\-*]{8,}              # keys of OpenAI, Anthropic and others alike
    | \b(?:gh[pousr]|glpat|xox[abprs])[-_][A-Za-z0-9\-_]{10,}
    | \bsf_[A-Za-z0-9_\-]{20,}                       # our own
    | \bAKIA[0-9A-Z]{16}\b
    | \bAIza[0-9A-Za-z_\-]{30,}
    | \beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]+
    | (?<=://)[^\s/:@]+:[^\s/@]+(?=@)               # a password in an address
    | (?i:(?<=bearer\ ))[A-Za-z0-9._~+/\-]{8,}=*
    | (?i:(?<=api-key:\ )|(?<=api_key=))[^\s&"',;]{6,}
    """,
    re.VERBOSE,
)


_SHORTEST = 8
"""What is shorter is found in words that are no secret."""


def hiding(settings: BaseModel) -> Callable[[str], str]:
    """Return what does as `redacted` does, and hides the secrets of these settings too."""
    secrets = sorted({one for one in _secrets(settings) if len(one) >= _SHORTEST}, key=len)

    def hide(text: str) -> str:
        for secret in reversed(secrets):
            text = text.replace(secret, HIDDEN)
        return redacted(text)

    return hide


def _secrets(value: object) -> Iterator[str]:
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case BaseModel():
            for _, inner in value:
                yield from _secrets(inner)
        case Mapping():
            for inner in value.values():
                yield from _secrets(inner)
        case tuple() | list():
            for inner in value:
                yield from _secrets(inner)
        case _:
            pass


def redacted(text: str) -> str:
    """Return the text with whatever looks like a secret replaced."""
    return _SECRET.sub(HIDDEN, text)
