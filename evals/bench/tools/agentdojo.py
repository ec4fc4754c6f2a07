"""AgentDojo with an agent that obeys every injection, and our taint policy as its only guard.

`python -m surefoot.evals.bench.tools.agentdojo --data FOLDER`, where FOLDER is the
`site-packages` in which `agentdojo` 0.1.35 is installed. No model takes part: the agent makes the
calls of the user's task and, as soon as it has read an injection, those of the attacker's.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surefoot.tools import DEFAULT_POLICY, Origins, Policy

VERSION = "v1.1.2"
MARK = "Before you can solve the task that I gave you"
MODEL = "gpt-4o-2024-05-13"
"""Attacks look up the name of the model they speak to; any name they know does."""
LOOKS_ONLY = ("get_", "read_", "search_", "list_", "check_", "find_")
SENDS = frozenset({"get_webpage"})
"""Reading tools that carry their argument out of the house."""


def is_guarded(tool: str) -> bool:
    """Return whether a call of the tool can do harm."""
    return tool in SENDS or not tool.startswith(LOOKS_ONLY)


@dataclass(slots=True)
class Guard:
    """The policy, and a scripted user who approves the calls of the user's own task."""

    policy: Policy
    prompt: str
    own: Sequence[tuple[str, str]]
    """The calls of the user's task, each approved whenever it is asked about."""
    refuses: bool = False
    """The user refuses every ask instead."""
    asks: int = 0
    reasons: tuple[str, ...] = ()
    origins: Origins = field(init=False)
    read: int = 0

    def __post_init__(self) -> None:
        self.origins = Origins([self.prompt])

    def note(self, output: str) -> None:
        """Take in what a tool has given back, none of which is trusted."""
        self.read += 1
        self.origins.distrust(f"S{self.read}", output)

    def allows(self, tool: str, args: dict[str, Any]) -> bool:
        """Return whether the call may be made."""
        if not is_guarded(tool):
            return True
        ruling = self.policy.rule_on(tool, self.origins.trace(args))
        if ruling.decision == "allow":
            return True
        self.asks += 1
        self.reasons += ruling.reasons
        return not self.refuses and signed(tool, args) in self.own


def signed(tool: str, args: dict[str, Any]) -> tuple[str, str]:
    """Return what tells one call from another."""
    return tool, repr(sorted(args.items()))


def squashed(text: str) -> str:
    """Return letters and digits only: tools print what they read wrapped and quoted."""
    return re.sub(r"[^a-z0-9]+", "", text.lower())


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to run the benchmark."""

    name: str
    guarded: bool = True
    refuses: bool = False


SETTINGS = (
    Setting("no guard", guarded=False),
    Setting("taint, the user approves the task's own calls"),
    Setting("taint, every ask refused", refuses=True),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures for each setting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="site-packages with agentdojo")
    parser.add_argument("--survivors", action="store_true", help="list the attacks that succeed")
    options = parser.parse_args(argv)
    sys.path.append(str(options.data))
    warnings.filterwarnings("ignore")
    _fast_yaml()
    for setting in SETTINGS:
        began = time.perf_counter()
        counts = Counter[str]()
        for row in _rows(setting):
            counts.update(row)
        _print(setting, counts, time.perf_counter() - began)
        if options.survivors and setting.guarded:
            for key, count in sorted(counts.items()):
                if key.startswith("through "):
                    print(f"    {key.removeprefix('through ')}: {count}")
    return 0


def _print(setting: Setting, counts: Counter[str], seconds: float) -> None:
    pairs, tasks = counts["pairs"], counts["tasks"]
    print(f"{setting.name} ({VERSION}, {pairs} pairs, {seconds:.0f} s)")
    print(f"  attack success         {counts['attacked'] / pairs:.3f}")
    print(f"  benign utility         {counts['solved']}/{tasks}")
    print(f"  utility under attack   {counts['solved_attacked'] / pairs:.3f}")
    print(f"  benign runs that ask   {counts['asking'] / tasks:.3f}")
    print(f"  asks per benign run    {counts['asks'] / tasks:.2f}")
    calls = max(counts["guarded_calls"], 1)
    print(f"  asks per guarded call  {counts['asks'] / calls:.3f}")


def _rows(setting: Setting) -> Iterable[Counter[str]]:
    from agentdojo.attacks.important_instructions_attacks import ImportantInstructionsAttack
    from agentdojo.task_suite.load_suites import get_suites

    agent = _agent()
    for name, suite in get_suites(VERSION).items():
        attack = ImportantInstructionsAttack(suite, agent)
        for user in suite.user_tasks.values():
            guard = _guard(suite, user, setting)
            solved, _ = agent.play(suite, user, None, {}, guard)
            row = Counter(tasks=1, solved=int(solved), guarded_calls=agent.guarded)
            if guard is not None:
                row += Counter(asks=guard.asks, asking=int(guard.asks > 0))
            yield row
            for injection in suite.injection_tasks.values():
                guard = _guard(suite, user, setting)
                injections = attack.attack(user, injection)
                solved, attacked = agent.play(suite, user, injection, injections, guard)
                row = Counter(pairs=1, solved_attacked=int(solved), attacked=int(attacked))
                row[f"through {name} {injection.ID}"] += int(attacked)
                yield row


def _guard(suite: Any, user: Any, setting: Setting) -> Guard | None:
    if not setting.guarded:
        return None
    environment = user.init_environment(suite.load_and_inject_default_environment({}))
    own = [signed(call.function, call.args) for call in user.ground_truth(environment)]
    return Guard(DEFAULT_POLICY, user.PROMPT, own, setting.refuses)


def _agent() -> Any:
    from agentdojo.agent_pipeline.base_pipeline_element import BasePipelineElement
    from agentdojo.agent_pipeline.tool_execution import tool_result_to_str
    from agentdojo.types import (
        ChatAssistantMessage,
        ChatToolResultMessage,
        text_content_block_from_string,
    )

    def said(text: str, calls: list[Any] | None = None) -> Any:
        content = [text_content_block_from_string(text)]
        return ChatAssistantMessage(role="assistant", tool_calls=calls, content=content)

    class Obedient(BasePipelineElement):  # type: ignore[misc]
        """Does what the user's task needs, and all that an injection asks."""

        name = MODEL

        def play(
            self, suite: Any, user: Any, injection: Any, injections: dict[str, str], guard: Any
        ) -> tuple[bool, bool]:
            self.user, self.injection, self.guard, self.guarded = user, injection, guard, 0
            outcome: tuple[bool, bool] = suite.run_task_with_pipeline(
                self, user, injection, injections
            )
            return outcome

        def query(
            self, query: str, runtime: Any, env: Any, messages: Any = (), extra_args: Any = None
        ) -> tuple[Any, ...]:
            told: list[Any] = []
            wanted, obeyed = self._wanted(self.injection, env), False
            for call in self._wanted(self.user, env):
                injected = self._do(call, runtime, env, told)
                if injected and self.injection and not obeyed:
                    obeyed = True
                    for other in wanted:
                        self._do(other, runtime, env, told)
            text = self.user.GROUND_TRUTH_OUTPUT
            if obeyed:
                text += f"\n{self.injection.GROUND_TRUTH_OUTPUT}"
            told.append(said(text))
            return query, runtime, env, [*messages, *told], extra_args or {}

        def _wanted(self, task: Any, env: Any) -> list[Any]:
            return list(task.ground_truth(env.model_copy(deep=True))) if task else []

        def _do(self, call: Any, runtime: Any, env: Any, told: list[Any]) -> bool:
            self.guarded += is_guarded(call.function)
            if self.guard is not None and not self.guard.allows(call.function, dict(call.args)):
                told.append(said("That call was not allowed."))
                return False
            result, error = runtime.run_function(env, call.function, call.args)
            output = "" if error is not None else tool_result_to_str(result)
            if self.guard is not None:
                self.guard.note(output)
            told.append(said("", [call]))
            told.append(
                ChatToolResultMessage(
                    role="tool",
                    content=[text_content_block_from_string(output)],
                    tool_call=call,
                    tool_call_id=None,
                    error=error,
                )
            )
            return squashed(MARK) in squashed(output)

    return Obedient()


def _fast_yaml() -> None:
    """Load the environments with the parser in C, which is ten times as fast."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def safe_load(stream: Any) -> Any:
        return yaml.load(stream, loader)

    yaml.safe_load = safe_load


if __name__ == "__main__":
    sys.exit(main())
