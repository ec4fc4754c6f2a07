"""Taint: whether what a call is given comes from content that nobody vouches for."""

from .origins import Origin, Origins
from .policy import DEFAULT_POLICY, Policy, Rule, Ruling
from .replay import Replayed, note_evidence, replay

__all__ = [
    "DEFAULT_POLICY",
    "Origin",
    "Origins",
    "Policy",
    "Replayed",
    "Rule",
    "Ruling",
    "note_evidence",
    "replay",
]
