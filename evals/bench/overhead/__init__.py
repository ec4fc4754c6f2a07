"""What a framework itself costs: the same work through several of them, without a model's time.

Peers are measured where they are installed; put them into an environment of their own, next to an
editable install of this project, and run `python -m surefoot.evals.bench.overhead` there.
"""

from .adapter import (
    ADAPTERS,
    FLOOR,
    Adapter,
    Build,
    NotInstalled,
    Run,
    UnequalWork,
    load,
    prove_equal_work,
)
from .measure import Cost, Row, in_turns, peak_memory_mb, throughput, title
from .report import costs_table, memory_table, rates_table
from .workload import SCENARIOS, Call, Scenario, Workload

__all__ = [
    "ADAPTERS",
    "FLOOR",
    "SCENARIOS",
    "Adapter",
    "Build",
    "Call",
    "Cost",
    "NotInstalled",
    "Row",
    "Run",
    "Scenario",
    "UnequalWork",
    "Workload",
    "costs_table",
    "in_turns",
    "load",
    "memory_table",
    "peak_memory_mb",
    "prove_equal_work",
    "rates_table",
    "throughput",
    "title",
]
