"""Argument schema: did every call have arguments that its tool's schema allows?"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from pydantic import JsonValue

from ..traces.trace import Call, Trace
from .grade import Grade, not_applicable, unscorable
from .reference import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentSchema:
    """Checks the arguments of each call against the JSON Schema of its tool.

    A tool that was not offered, and arguments that could not be read, are invalid too.
    """

    version: ClassVar[int] = 1
    name: str = "argument_schema"

    def grade(self, trace: Trace, reference: Reference) -> Grade:
        """Grade every call of a trace."""
        calls = trace.calls
        if not calls:
            return not_applicable(self, "It made no call.")
        schemas = {tool.name: tool.parameters for tool in trace.tools} | reference.tools
        problems = [_problem(call, schemas) for call in calls]
        known = [p for p in problems if p is not None]
        if not known:
            return unscorable(self, "The recording holds no schema of the tools it called.")
        wrong = [told for told in known if told]
        score = (len(known) - len(wrong)) / len(known)
        return Grade(
            grader=self.name,
            outcome="invalid_arguments" if wrong else "scored",
            score=score,
            passed=not wrong,
            reason=" ".join(wrong[:5]),
            details={
                "calls": len(calls),
                "checked": len(known),
                "invalid": len(wrong),
            },
        )


def _problem(call: Call, schemas: dict[str, dict[str, JsonValue] | None]) -> str | None:
    """Return what is wrong with a call, nothing when it is right, None when nobody can tell."""
    if call.args_error is not None:
        return f"{call.tool}: {call.args_error}"
    if call.tool not in schemas:
        return f"{call.tool} was not offered." if schemas else None
    schema = schemas[call.tool]
    if schema is None:
        return None
    return _validator(json.dumps(schema, sort_keys=True))(call)


@lru_cache(maxsize=512)
def _validator(schema: str) -> Callable[[Call], str | None]:
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    parsed = json.loads(schema)
    kind = validator_for(parsed)
    try:
        kind.check_schema(parsed)
    except SchemaError:
        return lambda _: None
    validator = kind(parsed)

    def problem(call: Call) -> str | None:
        for error in validator.iter_errors(call.args):
            path = ".".join(str(part) for part in error.absolute_path)
            return f"{call.tool}: {path + ': ' if path else ''}{error.message[:200]}."
        return ""

    return problem
