"""Secrets: recognised by how they look, and never told."""

from __future__ import annotations

import re

HIDDEN = "[secret]"

_SECRET = re.compile(
    r"""
    \b(?:sk|pk|rk)-[A-Za-z0-9_\-*]{8,}              # keys of OpenAI, Anthropic and others alike
    | \b(?:gh[pousr]|glpat|xox[abprs])[-_][A-Za-z0-9\-_]{10,}
    | \bAKIA[0-9A-Z]{16}\b
    | \bAIza[0-9A-Za-z_\-]{30,}
    | \beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]+
    | (?<=://)[^\s/:@]+:[^\s/@]+(?=@)               # a password in an address
    | (?i:(?<=bearer\ ))[A-Za-z0-9._~+/\-]{8,}=*
    | (?i:(?<=api-key:\ )|(?<=api_key=))[^\s&"',;]{6,}
    """,
    re.VERBOSE,
)


def redacted(text: str) -> str:
    """Return the text with whatever looks like a secret replaced."""
    return _SECRET.sub(HIDDEN, text)
