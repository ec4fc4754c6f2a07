"""Texts: what is asked of words in quotes."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"[\"“\u2018']([^\"”\u2019']+)[\"”\u2019']")
_TEMPLATES = (
    (r"\bvowels?\b", "sum(letter in 'aeiou' for letter in {}.lower())"),
    (r"\bconsonants?\b", "sum(c.isalpha() and c not in 'aeiou' for c in {}.lower())"),
    (r"\bpalindrome\b", "{0} == {0}[::-1]"),
    (r"\breverse", "{}[::-1]"),
    (r"\bupper ?case\b|capitals", "{}.upper()"),
    (r"\blower ?case\b", "{}.lower()"),
    (r"\bhow many words\b|\bcount the words\b", "len({}.split())"),
    (r"\bhow many letters\b|\bcount the letters\b", "sum(letter.isalpha() for letter in {})"),
    (r"\bhow many characters\b|\blength\b|\bhow long\b", "len({})"),
)


def of_quoted_text(text: str) -> str | None:
    """Answer a question about a text in quotes."""
    quoted = _QUOTED.findall(text)
    rest = _QUOTED.sub(" ", text).lower()
    if len(quoted) == 2 and re.search(r"how (?:many times|often)|count|how many", rest):
        short, long = sorted(quoted, key=len)
        return f"{long!r}.lower().count({short.lower()!r})"
    if len(quoted) != 1:
        return None
    if m := re.search(r"how many (?:times (?:does|is) )?(?:the letter )?\b([a-z])\b(?:'?s)?", rest):
        return f"{quoted[0]!r}.lower().count({m[1]!r})"
    for pattern, code in _TEMPLATES:
        if re.search(pattern, rest):
            return code.format(repr(quoted[0]))
    return None
