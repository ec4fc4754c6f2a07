"""Suites: questions with what is expected, and what runs an agent over them."""

from .dataset import Item, Suite, read_suite
from .lock import Changes, changes, lock_path, write_lock
from .running import Progress, RunPlan, run_suite

__all__ = [
    "Changes",
    "Item",
    "Progress",
    "RunPlan",
    "Suite",
    "changes",
    "lock_path",
    "read_suite",
    "run_suite",
    "write_lock",
]
