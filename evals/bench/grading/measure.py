"""Measuring: CPU seconds, because a busy machine makes wall time say little."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from ...traces import Trace
from .graders import Peer


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How fast one grader was."""

    name: str
    version: str
    traces: int
    cpu_seconds: float
    matched: int

    @property
    def per_second(self) -> float:
        """Traces in a second of CPU time."""
        return self.traces / self.cpu_seconds if self.cpu_seconds else 0.0


def measure(peer: Peer, traces: Sequence[Trace], golden: dict[str, Trace], *, version: str) -> Rate:
    """Grade the traces once, after one that warms up what is made at the first use."""
    work = peer.load()
    work(traces[:1], golden)
    began = time.process_time()
    matched = work(traces, golden)
    return Rate(
        name=peer.name,
        version=version,
        traces=len(traces),
        cpu_seconds=time.process_time() - began,
        matched=matched,
    )
