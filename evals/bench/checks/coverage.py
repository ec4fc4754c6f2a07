"""Coverage: how often plans that leave something out are pointed at, and how often whole ones.

Questions that ask several things are BFCL's, each with the calls that answer it, and the example
suite's, asked two at a time with the plans that the embedded planner makes for each. A whole plan
that is pointed at is a false alarm; each plan with one call fewer should be pointed at.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle, permutations
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import JsonValue

from surefoot import Assistant, Settings
from surefoot.events import PlanCreated
from surefoot.graphs import DEFAULT_CHECKS, PlanSubject, judge
from surefoot.plan import Plan, Step
from surefoot.tools import Arguments, CallContext, Tool, Toolbox, ToolOutput

from ...statistics import wilson
from ...suites import read_suite
from ...traces.fields import rows, table, tables

CATEGORIES = ("parallel", "parallel_multiple", "live_parallel", "live_parallel_multiple")
JOINTS = (", and ", "? And ", "? ", "; ")
SUITE = Path(__file__).parents[2] / "suites" / "workspace.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A question with a plan that answers all of it."""

    kind: str
    question: str
    calls: tuple[tuple[str, dict[str, JsonValue]], ...]
    toolbox: Toolbox
    frozen: bool = True
    """False for what the check was tuned on."""

    def is_pointed_at(self, without: int | None = None) -> bool:
        """Return whether the check points at the plan, or at what is left without one call."""
        kept = [call for place, call in enumerate(self.calls) if place != without]
        steps = tuple(
            Step(id=f"s{n}", call_id=f"r.s{n}", tool=tool, args=args)
            for n, (tool, args) in enumerate(kept, 1)
        )
        plan = Plan(steps=steps)
        subject = PlanSubject(plan=plan, toolbox=self.toolbox, question=self.question)
        return any(one.code == "part_not_covered" for one in judge(DEFAULT_CHECKS.plan, subject))


def bfcl(wheel: Path) -> Iterator[Planned]:
    """Yield BFCL's questions that want several calls, of which half were set apart."""
    with zipfile.ZipFile(wheel) as archive:
        for category in CATEGORIES:
            asked = _rows(archive, f"data/BFCL_v4_{category}.json")
            truth = {
                str(row["id"]): tables(row["ground_truth"])
                for row in _rows(archive, f"possible_answer/BFCL_v4_{category}.json")
            }
            for row in asked:
                turns = rows(row["question"])
                said = [one for one in tables(turns[-1]) if one.get("role") == "user"]
                name = str(row["id"])
                yield Planned(
                    kind=f"BFCL {category}",
                    question=str(said[-1]["content"]),
                    calls=tuple(_call(call) for call in truth[name]),
                    toolbox=Toolbox(map(_tool, tables(row["function"]))),
                    frozen=int(sha256(name.encode()).hexdigest(), 16) % 2 == 1,
                )


def _rows(archive: zipfile.ZipFile, ending: str) -> list[dict[str, object]]:
    (name,) = [name for name in archive.namelist() if name.endswith(ending)]
    lines = archive.read(name).decode().splitlines()
    return [table(json.loads(line)) for line in lines if line.strip()]


def _call(expected: dict[str, object]) -> tuple[str, dict[str, JsonValue]]:
    """Return a call that would do: of each argument the first value that is right."""
    ((tool, args),) = expected.items()
    firsts = {name: rows(values)[0] for name, values in table(args).items() if rows(values)}
    told: dict[str, JsonValue] = json.loads(json.dumps(firsts))
    return _legal(tool), {name: value for name, value in told.items() if value != ""}


def _legal(name: str) -> str:
    return name.replace(".", "_")[:64]


def _tool(document: dict[str, object]) -> Tool:
    async def run(args: Arguments, context: CallContext) -> ToolOutput:
        return ToolOutput(value=dict(args))

    return Tool(
        name=_legal(str(document["name"])),
        description=str(document["description"]),
        parameters={},
        validate=dict,
        run=run,
        side_effects=False,
    )


async def planned_here(workspace: Path) -> list[Planned]:
    """Return the suite's questions, alone and two at a time, with the embedded planner's plans."""
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        async with Assistant(model="embedded", memory=None, settings=settings) as assistant:
            await assistant.rooms.ingest([workspace])
            toolbox = Toolbox(await assistant.rooms.own_tools())
            alone = [
                Planned(kind="own, alone", question=item.question, calls=calls, toolbox=toolbox)
                for item in read_suite(SUITE).items
                if (calls := await _planned(assistant, item.question))
            ]
    two = [
        Planned(
            kind="own, two at a time",
            question=f"{one.question.rstrip('?')}{joint}{_lowered(other.question)}",
            calls=(one.calls[0], other.calls[0]),
            toolbox=toolbox,
        )
        for (one, other), joint in zip(
            permutations([one for one in alone if len(one.calls) == 1], 2), cycle(JOINTS)
        )
        if one.calls != other.calls
    ]
    return [*alone, *two]


async def _planned(
    assistant: Assistant, question: str
) -> tuple[tuple[str, dict[str, JsonValue]], ...]:
    plans: list[Plan] = []
    async for event in assistant.stream(question):
        if isinstance(event, PlanCreated):
            plans.append(event.plan)
    return tuple((step.tool, step.args) for plan in plans for step in plan.steps)


def _lowered(question: str) -> str:
    return question[0].lower() + question[1:]


def told(planned: Iterable[Planned]) -> Iterator[str]:
    """Yield a line for each kind of question: what is pointed at, of whole plans and of parts."""
    kinds: dict[str, list[Planned]] = {}
    for one in planned:
        half = "" if not one.kind.startswith("BFCL") else ", frozen" if one.frozen else ", tuned on"
        kinds.setdefault(f"{one.kind}{half}", []).append(one)
    for kind, every in kinds.items():
        blamed = [one.is_pointed_at() for one in every]
        found = [
            one.is_pointed_at(without=place)
            for one in every
            if len(one.calls) > 1
            for place in range(len(one.calls))
        ]
        yield f"{kind:<40}whole plans {_share(blamed)}   a call left out {_share(found)}"


def _share(hits: Sequence[bool]) -> str:
    if not hits:
        return "-"
    rate = wilson(sum(hits), len(hits))
    return f"{sum(hits):>3} of {len(hits):<4} {rate.value:6.1%} [{rate.low:.1%}, {rate.high:.1%}]"
