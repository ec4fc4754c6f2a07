"""Recorded work: a job taken to its answer while everything it is given is taken down."""

from __future__ import annotations

from dataclasses import asdict, replace

from pydantic import JsonValue

from surefoot.answer import Answer
from surefoot.tools import Tool, Toolbox

from .runs import Emit, Job
from .runs.recording import Entry, RecordingStore, Tape
from .runs.recording_callers import Callers, RecordedClock
from .runs.recording_calls import RecordedDesk, RecordedLedger, recorded_tool
from .runs.recording_checks import RecordedTimekeeper, described, recorded_checks
from .runs.recording_memory import RecordedMemory
from .runs.recording_model import RecordedModel
from .working import Equipment, Worker


async def work_recorded(
    recordings: RecordingStore, worker: Worker, job: Job, emit: Emit, equipment: Equipment
) -> Answer:
    """Do what `Worker.work` does, and keep a recording of it."""
    run = job.run
    first = len(await recordings.read(run.run_id)) if job.resume else 0
    tape, callers = Tape(recordings, run.run_id, first=first), Callers()
    tape.note(Entry(boundary="run", back=await _head(worker, job, equipment)), flush=True)
    taped = replace(
        worker,
        clock=RecordedClock(inner=worker.clock, tape=tape, callers=callers),
        checks=recorded_checks(worker.checks, tape, callers),
        timekeeper=lambda: RecordedTimekeeper(tape),
        ledger=lambda inner: None if inner is None else RecordedLedger(inner, tape),
        desk=lambda inner: RecordedDesk(inner, tape),
    )
    memory = equipment.memory
    recorded = replace(
        equipment,
        model=RecordedModel(equipment.model, tape, callers),
        toolbox=Toolbox(recorded_tool(tool, tape) for tool in equipment.toolbox),
        memory=None if memory is None else RecordedMemory(memory, tape),
    )
    try:
        return await taped.work(job, callers.emitting(tape.hearing(emit)), recorded)
    finally:
        tape.flush()


async def _head(worker: Worker, job: Job, equipment: Equipment) -> dict[str, JsonValue]:
    """Return what a run starts from."""
    run = job.run
    numbered = await worker.home.log.open_thread(run.key)
    return {
        "attempt": run.attempts,
        "run": {
            "run_id": run.run_id,
            "tenant": run.scope.tenant,
            "user": run.scope.user,
            "thread_id": run.scope.thread_id,
            "text": run.text,
            "message_id": run.message_id,
            "policy": run.policy,
            "created_at": run.created_at,
        },
        "images": [asdict(image) for image in run.images],
        "evidence": numbered,
        "model": equipment.model.name,
        "prompt": asdict(equipment.prompt),
        "limits": worker.limits.model_dump(mode="json"),
        "own_knowledge": worker.own_knowledge,
        "checks": described(worker.checks),
        "taint": worker.taint.model_dump(mode="json"),
        "ledger": worker.home.store is not None,
        "checkpointed": worker.home.checkpoints is not None,
        "remembers": equipment.memory is not None,
        "tools": [_tool(tool) for tool in equipment.toolbox],
    }


def _tool(tool: Tool) -> JsonValue:
    """Return what the machine goes by when it plans and asks."""
    return {
        "name": tool.name,
        "description": tool.description if isinstance(tool.description, str) else None,
        "parameters": dict(tool.parameters),
        "returns": None if tool.returns is None else dict(tool.returns),
        "side_effects": tool.side_effects,
        "idempotent": tool.idempotent,
        "approval": tool.approval,
        "remembers": tool.remembers,
        "rules": [rule.model_dump(mode="json") for rule in tool.rules],
        "timeout_seconds": tool.timeout_seconds,
        "trust": tool.trust,
        "result_characters": tool.result_characters,
        "inspects": tool.inspect is not None,
    }
