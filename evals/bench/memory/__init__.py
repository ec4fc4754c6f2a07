"""Measures memory: what it recalls of long conversations, and how long that takes.

Run it as `python -m surefoot.evals.bench.memory locomo PATH`, `… latency` or `… stores`.
"""

from .latency import measure_latency
from .locomo import measure_locomo
from .stores import measure_stores

__all__ = ["measure_latency", "measure_locomo", "measure_stores"]
