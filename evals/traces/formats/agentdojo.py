"""AgentDojo and AgentDyn: one JSON object a run, with the benchmark's own two verdicts."""

from __future__ import annotations

from collections.abc import Iterator

from ..fields import json_value, number, rows, table, text
from ..messages import Conversation, final_answer
from ..trace import Provenance, Spent, Trace

NAME = "agentdojo"


def recognise(document: object) -> bool:
    """Return whether this is a run of AgentDojo's."""
    return {"suite_name", "user_task_id", "messages"} <= table(document).keys()


def read(document: object, path: str) -> Iterator[Trace]:
    """Yield the run."""
    body = table(document)
    conversation = Conversation()
    for message in rows(body.get("messages")):
        conversation.add(message)
    steps = conversation.steps()
    suite = text(body.get("suite_name"))
    task = text(body.get("user_task_id"))
    injection = text(body.get("injection_task_id"))
    attack = text(body.get("attack_type"))
    attacked = bool(injection) and attack not in ("", "none")
    failed = text(body.get("error")) or None
    verdicts = {k: body.get(k) for k in ("utility", "security") if isinstance(body.get(k), bool)}
    clusters = {"task": f"{suite}/{task}", "suite": suite}
    if attacked:
        clusters["injection"] = f"{suite}/{injection}"
    yield Trace(
        trace_id="/".join(filter(None, (text(body.get("pipeline_name")), suite, task, injection))),
        steps=steps,
        answer=final_answer(steps),
        model=text(body.get("pipeline_name")),
        item="/".join(filter(None, (suite, task, injection if attacked else ""))),
        spent=Spent(
            seconds=number(body.get("duration")),
            model_calls=sum(step.source == "agent" for step in steps),
        ),
        status="failed" if failed else "completed" if verdicts else "unknown",
        error=failed,
        clusters=clusters,
        labels={
            **{name: json_value(value) for name, value in verdicts.items()},
            "attack": attack or "none",
            "attacked": attacked,
            "user_task": task,
            "injection_task": injection,
        },
        unscorable=None if steps else "it has no messages",
        provenance=Provenance(format=NAME, path=path),
    )
