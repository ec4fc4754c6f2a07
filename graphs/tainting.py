"""Tainting: whether a call repeats untrusted content, and what the policy says to that.

Nothing here runs for a call that is asked about in any case or never: only the words of a person
who is asked, and calls that are asked about when they are tainted, need to know.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from surefoot.tools import Origins, Policy, Ruling, note_evidence
from surefoot.verdicts import Verdict

from .board import Prepared
from .checks import as_event
from .context import RunContext
from .references import references, step_of

_CLEAN = Ruling()


def rule_on(context: RunContext, one: Prepared) -> Ruling:
    """Return what the tool's own rules and the run's policy say to a call."""
    origins = _origins(context)
    if origins.is_clean and not one.tool.rules and not context.taint.rules_on_clean:
        return _CLEAN
    policy = Policy(rules=(*one.tool.rules, *context.taint.rules))
    return policy.rule_on(
        one.tool.name, origins.trace(one.args, referred=dict(_referred(context, one)))
    )


def tell(context: RunContext, one: Prepared, ruling: Ruling) -> None:
    """Tell the verdict on a call that repeats untrusted content, once."""
    if ruling.decision == "allow" or not context.first(f"taint {one.step.call_id}"):
        return
    verdict = Verdict(
        stage="call",
        check="taint",
        outcome="unsupported",
        code="untrusted_argument",
        reason=ruling.reason,
        claim_id=one.step.id,
    )
    context.emit(as_event(verdict))


def _origins(context: RunContext) -> Origins:
    """Return what the run knows of origins, with the evidence that has come since."""
    if context.origins is None:
        context.origins = Origins(context.said)
    if len(context.ledger) > context.noted:
        for item in context.ledger.all()[context.noted :]:
            note_evidence(context.origins, item)
        context.noted = len(context.ledger)
    return context.origins


def _referred(context: RunContext, one: Prepared) -> Iterator[tuple[str, str]]:
    """Yield the arguments that were filled in from an untrusted result, with its evidence."""
    for name, value in one.step.args.items():
        for found in _untrusted(context, value):
            yield name, found
            break


def _untrusted(context: RunContext, value: JsonValue) -> Iterator[str]:
    for path in references(value):
        for item in context.ledger.of_call(f"{context.run_id}.{step_of(path)}"):
            if item.trust == "untrusted":
                yield item.id
