"""Policy: what must be asked before a call, said in rules that explain themselves."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from .origins import From, Origin

Decision = Literal["allow", "ask", "refuse"]
_GRAVITY: dict[Decision, int] = {"allow": 0, "ask": 1, "refuse": 2}


class Rule(BaseModel):
    """What happens when an argument of a tool comes from somewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str = "*"
    """A tool's name; `*` stands for any letters."""
    argument: str = "*"
    """A path such as `recipients[0]` or `body`; `*` stands for any letters."""
    source: tuple[From, ...] = ("untrusted",)
    """Where the value comes from, for the rule to hold."""
    then: Decision = "ask"
    why: str = ""
    """Said to the person who is asked, besides where the value comes from."""

    def holds(self, tool: str, origin: Origin) -> bool:
        """Return whether the rule speaks of this argument of this tool."""
        return (
            origin.source in self.source
            and fnmatchcase(tool, self.tool)
            and (fnmatchcase(origin.path, self.argument) or origin.path == self.argument)
        )


class Ruling(BaseModel):
    """What a policy says about one call, and why."""

    model_config = ConfigDict(frozen=True)

    decision: Decision = "allow"
    reasons: tuple[str, ...] = ()
    """One for each argument that is not simply allowed."""

    @property
    def reason(self) -> str:
        """The reasons in one line."""
        return " ".join(self.reasons)


class Policy(BaseModel):
    """Rules for arguments. For each argument the first rule that holds decides; none allows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[Rule, ...] = (Rule(),)

    @property
    def rules_on_clean(self) -> bool:
        """True when some rule may hold though nothing untrusted has been read."""
        return any(set(rule.source) - {"untrusted"} for rule in self.rules)

    def rule_on(self, tool: str, origins: Sequence[Origin]) -> Ruling:
        """Return the gravest decision over all arguments, with the reasons for it."""
        decision: Decision = "allow"
        reasons: list[str] = []
        for origin in origins:
            rule = next((rule for rule in self.rules if rule.holds(tool, origin)), None)
            if rule is None or rule.then == "allow":
                continue
            reasons.append(_told(rule, origin))
            if _GRAVITY[rule.then] > _GRAVITY[decision]:
                decision = rule.then
        return Ruling(decision=decision, reasons=tuple(reasons))


DEFAULT_POLICY = Policy()
"""Asks about every argument that repeats untrusted content and not the user's words."""


def _told(rule: Rule, origin: Origin) -> str:
    value = _short(origin.value)
    match origin.source:
        case "untrusted" if origin.part:
            told = (
                f"{origin.path} ({value}) has {_short(origin.part)} from {origin.evidence}, "
                "which is untrusted, and not from the user."
            )
        case "untrusted":
            told = (
                f"{origin.path} ({value}) comes from {origin.evidence}, which is untrusted, "
                "and not from the user."
            )
        case "model":
            told = f"{origin.path} ({value}) was made up by the model."
        case source:
            told = f"{origin.path} ({value}) comes from {source} words."
    return f"{told} {rule.why}".strip()


def _short(value: JsonValue) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
