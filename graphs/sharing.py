"""Sharing: a plan in which no call is made twice."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from surefoot.plan import Plan, Step

from .planning import CallGroup
from .references import renamed

_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


def fingerprint(tool: str, args: Mapping[str, JsonValue]) -> str:
    """Return what makes two calls the same call."""
    return f"{tool} {_canonical.encode(args)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A plan in which no call is made twice."""

    plan: Plan
    alias: dict[str, str]
    """For each step left out, the one that makes or has made the same call."""
    made: dict[str, str]
    """The plan's calls by fingerprint, with the step that makes each."""


def share(
    steps: tuple[Step, ...], seen: Mapping[str, str], *, changing: Collection[str] = ()
) -> Shared:
    """Merge steps that make the same call as each other, or as one that the run has `seen`.

    A step behind a call of one of the tools that are `changing` things looks at another world: it
    is merged only with what waits for the same steps.
    """
    made: dict[str, str] = {}
    behind: dict[tuple[str, frozenset[str]], str] = {}
    late: set[str] = set()
    alias: dict[str, str] = {}
    kept: list[Step] = []
    for step in steps:
        if alias:
            args = {key: renamed(value, alias) for key, value in step.args.items()}
            needs = tuple(dict.fromkeys(alias.get(name, name) for name in step.depends_on))
            step = step.model_copy(update={"args": args, "depends_on": needs})
        call = fingerprint(step.tool, step.args)
        if late.isdisjoint(step.depends_on):
            earlier = made.get(call) or seen.get(call)
        else:
            earlier = behind.setdefault((call, frozenset(step.depends_on)), step.id)
        if earlier is not None and earlier != step.id:
            alias[step.id] = earlier
            continue
        if step.tool in changing or not late.isdisjoint(step.depends_on):
            late.add(step.id)
        made[call] = step.id
        kept.append(step)
    return Shared(plan=Plan(steps=tuple(kept)), alias=alias, made=made)


def regroup(groups: Sequence[CallGroup], shared: Shared) -> list[CallGroup]:
    """Return the groups with the steps that are left; one without any says where its result is."""
    if not shared.alias:
        return list(groups)
    left = {step.id for step in shared.plan.steps}
    told: list[CallGroup] = []
    for group in groups:
        steps = tuple(dict.fromkeys(shared.alias.get(one, one) for one in group.steps))
        error = group.error
        if steps and left.isdisjoint(steps):
            error = f"This call was already made as {', '.join(steps)}; its result is above."
        told.append(CallGroup(call_id=group.call_id, name=group.name, steps=steps, error=error))
    return told
