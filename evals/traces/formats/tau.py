"""tau-bench and tau2-bench: conversations with a simulated user, graded by the final state."""

from __future__ import annotations

from collections.abc import Iterator

from ..fields import json_value, number, table, tables, text, total, whole
from ..messages import final_answer, steps_of
from ..trace import Provenance, Spent, Trace, TraceStep

TAU = "tau-bench"
TAU2 = "tau2-bench"


def recognise(document: object) -> bool:
    """Return whether this is a result file of tau-bench."""
    return isinstance(document, list) and bool(document) and "traj" in table(document[0])


def read(document: object, path: str) -> Iterator[Trace]:
    """Yield the trials of a result file."""
    for place, body in enumerate(tables(document)):
        info = table(body.get("info"))
        task = table(info.get("task"))
        task_id, trial = text(body.get("task_id")), whole(body.get("trial")) or 0
        steps = steps_of(tables(body.get("traj")))
        gold = [{"tool": a.get("name"), "args": a.get("kwargs")} for a in _actions(task)]
        yield Trace(
            trace_id=f"{task_id}.{trial}",
            steps=steps,
            answer=_last_words(steps),
            item=f"task {task_id}",
            repeat=trial,
            spent=Spent(model_calls=sum(step.source == "agent" for step in steps)),
            status="failed" if info.get("error") else "completed",
            error=text(info.get("error")) or None,
            clusters={"task": f"task {task_id}"},
            labels={
                "reward": number(body.get("reward")),
                "gold": json_value(gold),
                "outputs": json_value(task.get("outputs")),
            },
            unscorable=None if steps else "it has no messages",
            provenance=Provenance(format=TAU, path=path, place=f"trial {place}"),
        )


def _actions(task: dict[str, object]) -> list[dict[str, object]]:
    return tables(task.get("actions"))


def _last_words(steps: tuple[TraceStep, ...]) -> str | None:
    said = [step.text for step in steps if step.source == "agent" and step.text]
    return said[-1] if said else None


def recognise2(document: object) -> bool:
    """Return whether this is a result file of tau2-bench, whole or only its simulations."""
    if isinstance(document, dict):
        return isinstance(document.get("simulations"), list) or _is_simulation(document)
    return isinstance(document, list) and bool(document) and _is_simulation(document[0])


def _is_simulation(value: object) -> bool:
    return {"task_id", "messages", "reward_info"} <= table(value).keys()


def read2(document: object, path: str) -> Iterator[Trace]:
    """Yield the simulations of a result file."""
    body = table(document)
    info = table(body.get("info"))
    model = text(table(info.get("agent_info")).get("llm"))
    listed = body.get("simulations") if "simulations" in body else document
    for place, one in enumerate(tables(listed if isinstance(listed, list) else [listed])):
        yield _simulation(one, path, place, model)


def _simulation(one: dict[str, object], path: str, place: int, model: str) -> Trace:
    messages = tables(one.get("messages"))
    steps = steps_of(messages)
    reward = table(one.get("reward_info"))
    ended = text(one.get("termination_reason"))
    usages = [table(m.get("usage")) for m in messages if m.get("role") == "assistant"]
    tokens_in = total(number(usage.get("prompt_tokens")) for usage in usages)
    tokens_out = total(number(usage.get("completion_tokens")) for usage in usages)
    failed = "error" in ended
    return Trace(
        trace_id=text(one.get("id")) or f"{path}#{place}",
        steps=steps,
        answer=final_answer(steps) or _last_words(steps),
        model=model,
        item=f"task {text(one.get('task_id'))}",
        repeat=whole(one.get("trial")) or 0,
        spent=Spent(
            model_calls=sum(step.source == "agent" for step in steps),
            input_tokens=whole(tokens_in),
            output_tokens=whole(tokens_out),
            cost_usd=number(one.get("agent_cost")),
            seconds=number(one.get("duration")),
        ),
        status="failed" if failed else "limit" if ended == "max_steps" else "completed",
        error=ended if failed else None,
        clusters={"task": f"task {text(one.get('task_id'))}"},
        labels={"reward": number(reward.get("reward")), "ended": ended},
        unscorable=None if steps else "it has no messages",
        provenance=Provenance(format=TAU2, path=path, place=f"simulation {place}"),
    )
