"""Options: what every kind of tool may be told about how it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypedDict

from pydantic import JsonValue

from surefoot.errors import ConfigurationError
from surefoot.evidence import Trust

from .calling import Calling, Run
from .taint.policy import Rule
from .tool import RESULT_CHARACTERS, Approval, Arguments, Tool


class ToolOptions(TypedDict, total=False):
    """How a tool is called; all of it has defaults."""

    side_effects: bool
    """True by default: what is not declared harmless asks a person first."""
    idempotent: bool
    """A second call changes nothing more. False by default."""
    approval: Approval | None
    """When a person is asked; by default always for side effects, and never without."""
    rules: tuple[Rule, ...]
    """What is asked or refused by where arguments come from."""
    timeout_seconds: float
    """30 by default, for all attempts of a call together."""
    attempts: int
    """How often a call is tried while it fails for a passing reason; once by default."""
    retry_wait_seconds: float
    """Before the second attempt, 0.5 by default; twice as long before each later one."""
    concurrency: int | None
    """Calls that may run at once, over all runs; None by default sets no limit."""
    cache_seconds: float
    """How long a result is given again to the same user for equal arguments; 0 by default."""
    trust: Trust
    """`untrusted` by default."""
    result_characters: int
    """How much of a piece of evidence the model is shown; 8,000 by default."""


def make_tool(
    name: str,
    description: str | Callable[[], str],
    parameters: dict[str, JsonValue],
    validate: Callable[[Mapping[str, JsonValue]], Arguments],
    run: Run,
    options: ToolOptions,
    *,
    returns: dict[str, JsonValue] | None = None,
) -> Tool:
    """Return a tool that is called as the options say."""
    side_effects = options.get("side_effects", True)
    idempotent = options.get("idempotent", False)
    calling = Calling(
        run,
        attempts=options.get("attempts", 1),
        wait_seconds=options.get("retry_wait_seconds", 0.5),
        concurrency=options.get("concurrency"),
        cache_seconds=options.get("cache_seconds", 0.0),
    )
    if side_effects and calling.repeats and not idempotent:
        raise ConfigurationError(
            f"Tool {name!r} has side effects and is to be tried again, which could make them "
            "twice. Declare it `idempotent=True`, or leave out `attempts`."
        )
    if side_effects and calling.caches:
        raise ConfigurationError(
            f"Tool {name!r} has side effects, so its results cannot be cached. Leave out "
            "`cache_seconds`, or declare it `side_effects=False`."
        )
    return Tool(
        name=name,
        description=description,
        parameters=parameters,
        returns=returns,
        validate=validate,
        run=calling if calling.does_more else run,
        side_effects=side_effects,
        idempotent=idempotent,
        approval=options.get("approval"),
        rules=options.get("rules", ()),
        timeout_seconds=options.get("timeout_seconds", 30.0),
        trust=options.get("trust", "untrusted"),
        result_characters=options.get("result_characters", RESULT_CHARACTERS),
    )
