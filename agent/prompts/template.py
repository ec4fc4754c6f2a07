"""Templates: the words of a prompt, their version, and what is filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from string import Template

from surefoot.errors import ConfigurationError

_HEAD = re.compile(r"<!-- (\w+/\d+) -->\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt as a model is given it."""

    version: str
    """Changes whenever the words of its template do."""
    text: str

    def adding(self, more: str) -> Prompt:
        """Return the prompt with what the program that passes a question on adds to it."""
        if not more:
            return self
        return replace(self, text=f"{self.text.rstrip()}\n\nAlso, for this question:\n{more}\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTemplate:
    """Words with places to fill in, such as `$more`."""

    version: str
    words: str

    def filled(self, **values: str) -> Prompt:
        """Return the prompt; what is filled in comes last, so that the beginning stays the same.

        Raises `ConfigurationError` for a place without a value.
        """
        try:
            return Prompt(version=self.version, text=Template(self.words).substitute(values))
        except KeyError as error:
            raise ConfigurationError(
                f"The prompt {self.version!r} has a place {error.args[0]!r}; give it a value."
            ) from None


@cache
def template(name: str) -> PromptTemplate:
    """Return the template of that name, from its own file."""
    text = (files(__package__) / f"{name}.md").read_text(encoding="utf-8")
    head = _HEAD.match(text)
    assert head is not None, f"{name}.md begins with its version"
    return PromptTemplate(version=head[1], words=text[head.end() :])


def assistant_prompt(more: str = "") -> Prompt:
    """Return the system prompt, with the operator's own instructions at its end."""
    more = more.strip()
    return template("assistant").filled(more=f"\n{more}\n" if more else "")


def instructions(more: str = "") -> str:
    """Return the words of the system prompt."""
    return assistant_prompt(more).text
